"""The host's pages in a real browser: taps until a booking is taken and seated, and no serious findings of axe."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect


@pytest.fixture
def _open_all_day(server):
    """Let the demo restaurant welcome guests at any time, so that the test can run at any time."""
    with sqlite3.connect(server.database) as database:
        database.execute("DELETE FROM core_openinghours")


@pytest.mark.usefixtures("_open_all_day")
def test_take_a_booking_by_phone_and_seat_it(page_of, axe):
    page: Page = page_of("host", "/host/", live=False)
    page.get_by_role("link", name="Booking", exact=True).click()
    page.get_by_role("button", name="2", exact=True).click()
    page.locator(".host__slot:not([data-full])").first.click()
    page.get_by_label("Name").fill("Klein")
    page.get_by_label("Phone").fill("+49 30 1234")
    axe(page)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("Booked")
    axe(page)
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator("svg a")).to_contain_text("Klein · 2")
    axe(page)
    page.get_by_role("link", name=re.compile("Klein")).first.click()
    axe(page)
    page.get_by_role("link", name="Back to the day").click()
    page.get_by_role("button", name="Seat Klein").click()
    expect(page.get_by_role("region", name="Seated")).to_contain_text("Klein")


class Taps:
    """A page on which every tap counts. Typing does not."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, target: Locator) -> None:
        target.click()
        self.count += 1


@pytest.mark.usefixtures("_open_all_day")
def test_a_walk_in_is_seated_with_two_taps(page_of):
    taps = Taps(page_of("host", "/host/waiting/", live=False))
    taps.on(taps.page.locator(".waitlist__size", has_text=re.compile(r"^\s*2")))
    taps.on(taps.page.get_by_role("button", name=re.compile("^Seat at Table")).last)
    expect(taps.page.get_by_role("status").filter(has_text="Seated at Table")).to_be_visible()
    assert taps.count == 2


@pytest.mark.usefixtures("_open_all_day")
def test_a_walk_in_is_seated_with_two_taps_beside_the_day(page_of, axe):
    taps = Taps(page_of("host", "/host/?view=timeline", live=False))
    beside = taps.page.locator("#beside")
    walk_ins = taps.page.get_by_text("Walk-in · 4")
    before = walk_ins.count()
    taps.on(beside.get_by_role("button", name="Add a party of 4"))
    expect(beside.get_by_role("status")).to_contain_text("On the list")
    axe(taps.page)
    taps.on(beside.get_by_role("button", name=re.compile("^Seat at Table")).last)
    expect(beside.get_by_role("status")).to_contain_text("Seated at Table")
    expect(walk_ins).to_have_count(before + 1)
    assert taps.count == 2


AGAIN = "htmx.ajax('GET', '/host/waiting/', { source: '#beside', target: '#beside' })"


@pytest.mark.usefixtures("_open_all_day")
def test_an_opened_choice_and_the_focus_survive_a_refresh_beside_the_day(page_of, axe):
    page: Page = page_of("host", "/host/", live=False)
    beside = page.locator("#beside")
    beside.get_by_role("button", name="Add a party of 8").click()
    party = beside.get_by_role("listitem").last
    party.locator("summary").focus()
    page.keyboard.press("Enter")
    chosen = party.locator("select").first
    chosen.select_option(index=1)
    value = chosen.input_value()
    axe(page)
    page.evaluate(f"{AGAIN}.catch(() => {{}})")
    page.wait_for_timeout(500)
    assert chosen.input_value() == value
    expect(chosen).to_be_visible()
    party.locator("summary").focus()
    page.keyboard.press("Enter")
    party.evaluate("row => { row.dataset.old = 'yes'; }")
    page.evaluate(AGAIN)
    expect(beside.locator("[data-old]")).to_have_count(0)
    expect(party.locator("summary")).to_be_focused()
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(party).to_be_hidden()
    axe(page)
    beside.get_by_role("link", name="Waiting").click()
    expect(page).to_have_url(re.compile("/host/waiting/$"))


@pytest.mark.usefixtures("_open_all_day")
def test_a_booking_by_phone_takes_five_taps_at_most_and_is_seated_with_two(page_of):
    taps = Taps(page_of("host", "/floor/"))
    taps.on(taps.page.get_by_role("link", name="Host"))
    taps.on(taps.page.get_by_role("link", name="Booking", exact=True))
    taps.on(taps.page.get_by_role("button", name="3", exact=True))
    taps.on(taps.page.locator(".host__slot:not([data-full])").first)
    taps.page.get_by_label("Name").fill("Moreau")
    taps.page.get_by_label("Phone").fill("+49 30 4321")
    taps.on(taps.page.get_by_role("button", name="Book", exact=True))
    expect(taps.page.locator(".notice")).to_contain_text("Booked")
    assert taps.count == 5
    seating = Taps(taps.page)
    taps.page.goto("/floor/")
    seating.on(taps.page.get_by_role("link", name="Host"))
    seating.on(taps.page.get_by_role("button", name="Seat Moreau"))
    expect(taps.page.get_by_role("region", name="Seated")).to_contain_text("Moreau")
    assert seating.count == 2


TAKE = """async (typed) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    await fetch("/host/bookings/new/", { method: "POST", headers, body: new URLSearchParams(typed) });
}"""
DAY = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
SLOT, LINE, HEADING = 150 / 4, 52, 24  # of the drawing


@pytest.fixture
def timeline(page_of, _open_all_day) -> Page:
    """Return the timeline of a day with bookings at Table 1 (19:00), Table 2 (20:30) and Table 8 (19:00)."""
    page: Page = page_of("host", f"/host/bookings/new/?day={DAY}&size=2", live=False)
    booked = ("Aalto", "Table 1", "19:00"), ("Berg", "Table 2", "20:30"), ("Cato", "Table 8", "19:00")
    for name, table, at in booked:
        chosen = page.locator("select[name=table] option", has_text=re.compile(f"^\\s*{table}\\b")).first
        starts = datetime.fromisoformat(f"{DAY}T{at}").replace(tzinfo=ZoneInfo("Europe/Paris"))
        typed = {"day": DAY, "size": "2", "starts": starts.isoformat(), "table": chosen.get_attribute("value")}
        page.evaluate(TAKE, {**typed, "name": name})
    page.goto(f"/host/?day={DAY}&view=timeline")
    return page


def bar(page: Page, name: str) -> Locator:
    return page.locator(f".host__bar[data-name={name}]").last


def middle(page: Page, name: str) -> tuple[float, float]:
    bar(page, name).scroll_into_view_if_needed()
    box = bar(page, name).locator("rect").bounding_box()
    return box["x"] + 40, box["y"] + box["height"] / 2


def pull(page: Page, name: str, slots: int, lines: int) -> None:
    x, y = middle(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y)
    page.mouse.move(x + slots * SLOT, y + lines * LINE)
    page.mouse.up()


def test_a_booking_is_pulled_and_the_move_undone_and_a_refused_one_returns(timeline: Page, axe):
    pull(timeline, "Aalto", 2, 1)
    expect(timeline.get_by_text("Aalto: 19:30, Table 2.")).to_have_count(0)
    expect(timeline.get_by_role("alert")).to_contain_text("Table 2 is taken at that time.")
    expect(bar(timeline, "Aalto")).to_have_attribute("aria-label", re.compile("Table 1"))
    pull(timeline, "Aalto", 2, 2)
    expect(timeline.get_by_text("Aalto: 19:30, Table 3.")).to_be_visible()
    axe(timeline)
    timeline.get_by_role("button", name="Undo").click()
    expect(timeline.get_by_text("Aalto: 19:00, Table 1.")).to_be_visible()
    expect(timeline).to_have_url(re.compile("view=timeline"))


def test_a_booking_is_moved_across_the_name_of_a_section(timeline: Page):
    heading = timeline.get_by_role("heading", name="Main Room")
    assert middle(timeline, "Cato")[1] < heading.bounding_box()["y"], "Table 8 is the last one of the window"
    pull(timeline, "Cato", 0, (LINE + HEADING) / LINE)
    moved = timeline.locator("#day .notice__text")  # of the answer; the same words are said while it is pulled
    expect(moved).to_have_text("Cato: 19:00, Table 9.")
    assert middle(timeline, "Cato")[1] > heading.bounding_box()["y"]
    bar(timeline, "Cato").focus()
    timeline.keyboard.press("ArrowUp")
    expect(timeline.locator("#timeline-said")).to_contain_text("Cato: 19:00, Table 8.")
    assert middle(timeline, "Cato")[1] < heading.bounding_box()["y"]
    timeline.keyboard.press("Enter")
    expect(moved).to_have_text("Cato: 19:00, Table 8.")


def test_a_booking_moves_by_three_keys(timeline: Page, axe):
    bar(timeline, "Berg").focus()
    timeline.keyboard.press("ArrowRight")
    expect(timeline.locator("#timeline-said")).to_contain_text("Berg: 20:45, Table 2.")
    timeline.keyboard.press("Escape")
    timeline.keyboard.press("ArrowRight")
    timeline.keyboard.press("ArrowDown")
    axe(timeline)
    timeline.keyboard.press("Enter")
    expect(timeline.get_by_text("Berg: 20:45, Table 3.")).to_be_visible()
    expect(bar(timeline, "Berg")).to_be_focused()


def test_a_finger_rests_on_a_booking_to_pull_it_and_else_scrolls(timeline: Page, server, browser, session_of):
    context = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True, storage_state=session_of("host")
    )
    page = context.new_page()
    page.goto(f"/host/?day={DAY}&view=timeline")
    finger = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    for rests, moved in ((0, False), (500, True)):
        x, y = middle(page, "Aalto")
        touch("touchStart", (x, y))
        page.wait_for_timeout(rests)
        for step in range(1, 5):
            touch("touchMove", (x + step * SLOT / 2, y))
        touch("touchEnd")
        expect(page.get_by_text("Aalto: 19:30, Table 1.")).to_have_count(int(moved))
    context.close()


def test_names_of_tables_stay_in_view_and_the_timeline_where_it_was(timeline: Page):
    timeline.set_viewport_size({"width": 390, "height": 844})
    frame = timeline.locator(".host__scroll")
    label = timeline.locator(".host__label").first
    before = label.bounding_box()["x"]
    frame.evaluate("frame => frame.scrollLeft = 400")
    expect(bar(timeline, "Aalto")).to_be_attached()
    expect(timeline.locator(".host__lines")).to_have_attribute("style", re.compile("--scrolled: ?[1-9]"))
    assert abs(label.bounding_box()["x"] - before) <= 20, "it stays at the edge"
    with timeline.expect_response(re.compile("/host/.*view=timeline")):
        timeline.evaluate(
            "htmx.ajax('GET', document.getElementById('day').getAttribute('hx-get'), "
            "{ target: '#day', swap: 'outerHTML' })"
        )
    expect(frame).to_have_js_property("scrollLeft", 400)
    assert abs(label.bounding_box()["x"] - before) <= 20

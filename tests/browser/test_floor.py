"""The floor in a real browser: what needs somebody, the acts that settle it with one tap, tabs, zoom and keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service

SOON = 5_000
UNDO = 6_000  # the undo time of five seconds, and a margin


def row(page: Page, name: str):
    return page.locator(".need", has=page.locator("bdi", has_text=re.compile(f"^{name}$")))


def as_waiter(server: Service, page: Page, path: str, body: dict) -> dict:
    """Send an API request with the rights of a waiter."""
    person = server.demo["staff"]["waiter"]
    told = page.request.post("/auth/login", data={"email": person["email"], "password": person["password"]}).json()
    headers = {"Authorization": f"Bearer {told['access_token']}", "Idempotency-Key": "as-a-waiter"}
    answer = page.request.post(path, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def cook(server: Service, order: dict) -> None:
    """Finish the tickets of an order."""
    kitchen = server.token("kitchen")
    for ticket in server.ask("/api/v1/tickets?status=open", kitchen)["results"]:
        if ticket["order"] == order["id"]:
            server.ask(f"/api/v1/tickets/{ticket['id']}/bump", kitchen, {})


def test_a_table_changes_when_its_guests_order(server: Service, floor_page: Page):
    free = floor_page.get_by_label(re.compile(r"^Table \d+, free", re.IGNORECASE)).last.get_attribute("aria-label")
    name = free.partition(",")[0]
    table = floor_page.get_by_label(re.compile(f"^{name},")).first
    floor_page.evaluate("window.sameDocument = true")

    server.order(name, Burger=1)

    expect(table).not_to_have_accessible_name(re.compile("free", re.IGNORECASE), timeout=SOON)
    assert floor_page.evaluate("window.sameDocument"), "the page was reloaded"


def test_everything_that_is_ready_is_taken_with_one_tap(server: Service, floor_page: Page):
    for order in (server.order("Table 21", Fries=1), server.order("Table 21", Cola=1)):
        cook(server, order)
    floor_page.reload()  # the act is refused on a page that does not show both orders as ready yet
    taken = row(floor_page, "Table 21").get_by_role("button", name="Taken")
    expect(row(floor_page, "Table 21")).to_contain_text("Food ready", timeout=SOON)

    taken.click()

    expect(floor_page.locator("#toasts")).to_contain_text("Table 21: food taken")
    expect(row(floor_page, "Table 21")).to_have_count(0, timeout=UNDO + SOON)
    expect(floor_page.get_by_label(re.compile(r"^Table 21, everything served"))).to_have_count(1)


def test_an_act_in_the_list_can_be_undone(server: Service, floor_page: Page):
    cook(server, server.order("Table 22", Fries=1))
    expect(row(floor_page, "Table 22")).to_contain_text("Food ready", timeout=SOON)
    row(floor_page, "Table 22").get_by_role("button", name="Taken").click()
    expect(floor_page.locator("#toasts")).to_contain_text("Table 22: food taken")

    floor_page.keyboard.press("u")

    expect(floor_page.locator("#toasts")).not_to_contain_text("Table 22")
    floor_page.wait_for_timeout(UNDO)
    expect(row(floor_page, "Table 22")).to_contain_text("Food ready")
    row(floor_page, "Table 22").get_by_role("button", name="Taken").click()
    expect(row(floor_page, "Table 22")).to_have_count(0, timeout=UNDO + SOON)


def test_a_call_is_answered_with_one_tap_and_has_an_owner(server: Service, floor_page: Page):
    server.ask("/api/v1/pad/calls", server.token("pad", "Table 19"), {"reason": "waiter"})
    expect(row(floor_page, "Table 19")).to_contain_text("Waiter wanted", timeout=SOON)
    expect(floor_page.locator("#floor-calls")).to_contain_text("1 call")

    row(floor_page, "Table 19").get_by_role("button", name="Going").click()

    expect(row(floor_page, "Table 19")).to_contain_text("Wim de Boer is going", timeout=SOON)
    row(floor_page, "Table 19").get_by_role("button", name="Done").click()
    expect(row(floor_page, "Table 19")).to_have_count(0, timeout=SOON)


def test_a_course_is_fired_with_one_tap(server: Service, floor_page: Page):
    lines = [{"item": "Fries", "quantity": 1, "course": 1}, {"item": "Burger", "quantity": 1, "course": 2}]
    wishes = [{"course": 2, "when": "hold"}]
    body = {"table": "Table 23", "lines": lines, "courses": wishes}
    order = as_waiter(server, floor_page, "/api/v1/orders", body)
    cook(server, order)
    row(floor_page, "Table 23").get_by_role("button", name="Taken").click()
    fire = row(floor_page, "Table 23").get_by_role("button", name="Fire")
    expect(fire).to_be_visible(timeout=UNDO + SOON)

    fire.click()

    expect(row(floor_page, "Table 23")).to_have_count(0, timeout=UNDO + SOON)


def test_tabs_and_zoom_are_remembered(floor_page: Page):
    floor_page.locator("[data-tab]", has_text="Terrace").click()
    expect(floor_page.locator("#tables > .tbl:not([data-outside])")).to_have_count(6)
    floor_page.get_by_role("button", name="Larger").click()
    floor_page.reload()
    expect(floor_page.locator("[data-tab][aria-current]")).to_contain_text("Terrace")
    expect(floor_page.locator("#room")).to_have_attribute("data-zoom", "125")
    expect(floor_page.locator("#tables > .tbl:not([data-outside])")).to_have_count(6)


def test_keys_open_a_table_and_show_the_keys(floor_page: Page):
    floor_page.keyboard.press("t")
    floor_page.keyboard.type("12")
    expect(floor_page.locator("dialog[open] h1")).to_have_text("Table 12", timeout=SOON)
    expect(floor_page.locator("dialog[open] .live-word")).to_contain_text("LIVE")
    floor_page.keyboard.press("Escape")
    expect(floor_page.locator("dialog[open]")).to_have_count(0)
    floor_page.keyboard.press("?")
    expect(floor_page.locator("#keys")).to_be_visible()
    floor_page.keyboard.press("Escape")


def test_a_phone_shows_the_list_and_the_plan_in_turns(floor_page: Page):
    floor_page.set_viewport_size({"width": 390, "height": 844})
    expect(floor_page.locator("#room")).to_be_hidden()
    floor_page.get_by_role("button", name="Plan of the room").click()
    expect(floor_page.locator("#room")).to_be_visible()
    expect(floor_page.locator("#needs")).to_be_hidden()
    assert floor_page.evaluate("document.documentElement.scrollWidth <= 390")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_floor_and_its_sheet_are_accessible(floor_page: Page, axe: Callable[[Page], None], scheme: str):
    floor_page.emulate_media(color_scheme=scheme)
    axe(floor_page)
    floor_page.locator("[data-tab=all]").click()
    floor_page.get_by_label(re.compile(r"^Table 21,")).first.click()
    expect(floor_page.locator("dialog[open] h1")).to_have_text("Table 21", timeout=SOON)
    axe(floor_page)


def test_an_act_that_was_not_sent_stays_with_try_again(server: Service, floor_page: Page):
    server.ask("/api/v1/pad/calls", server.token("pad", "Table 20"), {"reason": "help"})
    going = row(floor_page, "Table 20").get_by_role("button", name="Going")
    expect(going).to_be_visible(timeout=SOON)
    floor_page.context.set_offline(True)
    going.click()
    again = floor_page.locator("#toasts").get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=SOON)
    floor_page.evaluate("document.querySelector('#toasts .toast').id = 'first-attempt'")
    again.click()
    expect(floor_page.locator("#first-attempt")).to_have_count(0, timeout=SOON)
    expect(again).to_be_visible(timeout=SOON)
    floor_page.context.set_offline(False)

    again.click()

    expect(again).to_have_count(0, timeout=SOON)
    expect(row(floor_page, "Table 20").get_by_role("button", name="Done")).to_be_visible(timeout=SOON)


def test_what_came_after_its_order_rings_until_a_waiter_says_that_the_kitchen_knows(
    server: Service, floor_page: Page, axe: Callable[[Page], None]
):
    """A dish for another station, added after the confirmation while no kitchen screen is open."""
    pad, order = server.token("pad", "Table 9"), server.order("Table 9", Burger=1)
    floor_page.locator("[data-tab=all]").click()
    floor_page.get_by_label(re.compile(r"^Table 9,")).first.click()
    # By id, because the table may have an order of another test.
    confirm = floor_page.locator(f"#confirm-{order['id']}")
    confirm.click()
    expect(confirm).to_have_count(0, timeout=SOON)
    floor_page.keyboard.press("Escape")
    lines = [{"item": "Burger", "quantity": 1}, {"item": "Cola", "quantity": 1}]
    server.ask(f"/api/v1/orders/{order['id']}", pad, {"lines": lines}, verb="PUT")

    alarm = floor_page.locator("#alarms :is(div.problem, li)", has_text=f"part of order {order['number']}")
    expect(alarm).to_have_count(1, timeout=25_000)
    for group in floor_page.locator("#alarms summary").all():
        group.click()
    expect(alarm).to_be_visible()
    axe(floor_page)
    alarm.get_by_role("button", name="The kitchen knows").click()
    expect(alarm).to_have_count(0, timeout=SOON)

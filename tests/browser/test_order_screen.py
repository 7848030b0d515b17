"""The order screen in a real browser: counted taps, drafts over reload, devices and a lost connection, the keyboard."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from harness.service import Service

SOON = 8_000
TABLET, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}


@dataclass
class Hand:
    """A finger whose taps are counted."""

    page: Page
    taps: int = 0

    def tap(self, target: Locator | str) -> None:
        found = self.page.locator(target).first if isinstance(target, str) else target
        found.click(timeout=SOON)
        self.taps += 1


def secret(page: Page) -> dict[str, str]:
    """Return the headers of a write with the person's own session."""
    token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
    return {"X-CSRFToken": token, "Accept": "application/json", "Referer": page.url}


def ask(page: Page, path: str, body: dict) -> dict:
    """Send a request with the person's own session."""
    answer = page.request.post(path, data=body, headers=secret(page))
    assert answer.ok, answer.text()
    return answer.json()


def ask_for(page: Page, path: str) -> dict:
    """Read with the person's own session."""
    return page.request.get(path, headers={"Accept": "application/json"}).json()


def draft_of(page: Page, table: int) -> list[dict]:
    return ask_for(page, f"/floor/tables/{table}/order/draft/")["draft"]["lines"]


def table_id(page: Page, name: str) -> int:
    link = page.get_by_label(re.compile(f"^{name},")).first.get_attribute("href")
    return int(re.search(r"\d+", link)[0])


def dish(page: Page, name: str) -> Locator:
    return page.locator("#order-tiles .order-tile", has_text=name).first


def wait_for_tiles(page: Page) -> None:
    expect(page.locator("#order-tiles [data-more]").first).to_be_visible(timeout=SOON)


def new_lines(page: Page) -> Locator:
    return page.locator("#order-draft .order-line--new")


@pytest.fixture
def screen_of(page_of) -> Callable[..., Page]:
    """Return a function that opens the order screen of a table by its name."""

    def open_screen(name: str, role: str = "waiter", size: dict = TABLET) -> Page:
        page = page_of(role, "/floor/")
        page.set_viewport_size(size)
        page.goto(f"/floor/tables/{table_id(page, name)}/order/")
        wait_for_tiles(page)
        return page

    return open_screen


# --- taps ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("size", "most", "name"), [(TABLET, 5, "Table 15"), (PHONE, 6, "Table 16")])
def test_two_dishes_and_a_choice_from_the_floor_to_the_kitchen(server: Service, page_of, size, most, name):
    """Guests sit there and have not ordered. The waiter's week taught the screen which dishes to show first."""
    page = page_of("waiter2", "/floor/")
    where = table_id(page, name)
    ask(page, "/api/v1/parties", {"table": where, "size": 2})
    learned = table_id(page, "Table 22")
    menu = server.ask("/api/v1/menu", server.token("integration"))
    ids = {each["name"]: each["id"] for category in menu["categories"] for each in category["items"]}
    for each in ("Steak Frites", "Half Chicken"):
        line = {"key": uuid4().hex, "item": ids[each], "quantity": 5}
        ask(page, f"/floor/tables/{learned}/order/send/", {"key": uuid4().hex, "lines": [line]})
    page.set_viewport_size(size)
    page.goto("/floor/")
    hand = Hand(page)
    on_plan = page.get_by_label(re.compile(f"^{name},")).first
    if size == PHONE:
        hand.tap(".floor__switch")
    expect(on_plan).to_be_visible(timeout=SOON)
    on_plan.dispatch_event("click")  # the plan may still move while it is fitted to the page
    hand.taps += 1
    wait_for_tiles(page)
    hand.tap(dish(page, "Steak Frites"))
    hand.tap(page.locator(".order-quick__choice:visible", has_text=re.compile(r"^Rare$")).first)
    hand.tap(dish(page, "Half Chicken"))
    hand.tap("#order-send")
    expect(page.locator("#order-message")).to_contain_text("Sent to", timeout=SOON)
    assert hand.taps <= most
    sent = page.locator("#order-sent")
    expect(sent).to_contain_text("Rare")
    expect(sent).to_contain_text("Half Chicken")


def test_a_round_is_repeated_with_two_taps(server: Service, screen_of):
    server.order("Table 17", Cola=3)
    page = screen_of("Table 17")
    hand = Hand(page)
    hand.tap("#order-repeat")
    expect(new_lines(page)).to_have_count(1)
    hand.tap("#order-send")
    expect(page.locator("#order-sent .order-course")).to_have_count(2, timeout=SOON)
    assert hand.taps == 2


def test_86_with_two_taps_and_every_screen_knows(server: Service, screen_of):
    other, page = screen_of("Table 18"), screen_of("Table 19")
    hand = Hand(page)
    hand.tap(page.locator(".order-tiles__item", has_text="Burrata").locator("[data-more]"))
    hand.tap(page.locator("#order-off").get_by_role("button", name="until the end of service"))
    assert hand.taps == 2
    expect(dish(other, "Burrata")).to_have_attribute("data-sold-out", "", timeout=SOON)
    dish(other, "Burrata").click(force=True)
    expect(new_lines(other)).to_have_count(0)
    page.locator("#order-off").get_by_role("button", name="Undo").click()
    expect(dish(other, "Burrata")).not_to_have_attribute("data-sold-out", "", timeout=SOON)


def test_a_price_above_the_limit_goes_with_the_pin_of_a_manager(server: Service, screen_of):
    page = screen_of("Table 14", size=PHONE)
    dish(page, "Burger").click()
    page.locator("#order-quick [data-note]", has_text="No salt").click()
    page.locator("#order-quick [data-action=options]").click()
    price = page.locator("#order-options-body")
    price.get_by_label("Price").fill("99.5")
    price.get_by_label("Reason").fill("double truffle")
    page.locator("#order-options").get_by_role("button", name="Done").click()
    page.locator("#order-send").click()
    pin = page.get_by_label("PIN of the manager")
    expect(pin).to_be_focused(timeout=SOON)
    expect(page.locator("#approval-problem")).to_have_text("A manager must approve the price of Burger.")
    right = server.demo["staff"]["manager"]["pin"]
    for typed, told in ((right[::-1] + "1", "This is not the PIN of"), (right, "")):
        pin.fill(typed)
        pin.press("Enter")
        expect(page.locator("#approval-problem")).to_contain_text(told, timeout=SOON)
    sent = page.locator("#order-sent")
    expect(sent).to_contain_text("Typed price: double truffle · approved by", timeout=SOON)
    expect(sent).to_contain_text("“No salt”")
    expect(pin).to_be_hidden()


def test_the_kitchen_has_it_when_that_is_true(server: Service, screen_of, kitchen_page: Page):
    page = screen_of("Table 20")
    dish(page, "Burger").click()
    page.locator("#order-send").click()
    expect(page.locator("#order-message")).to_contain_text("Kitchen has it", timeout=15_000)


# --- drafts ----------------------------------------------------------------------------------------------------------
def test_a_draft_survives_reload_and_another_device(screen_of):
    page = screen_of("Table 21")
    dish(page, "Onion Soup").click()
    dish(page, "Burrata").click()
    expect(page.locator("#order-saved")).to_contain_text("Draft kept", timeout=SOON)
    page.reload()
    expect(new_lines(page)).to_have_count(2, timeout=SOON)
    other = screen_of("Table 21", "manager")
    expect(new_lines(other)).to_have_count(2, timeout=SOON)
    other.locator("[data-category]", has_text="Sides").click()  # favourites depend on what was ordered before
    dish(other, "Fries").click()
    expect(new_lines(page)).to_have_count(3, timeout=SOON)
    other.locator("#order-send").click()
    expect(new_lines(page)).to_have_count(0, timeout=SOON)


def test_a_draft_and_a_send_survive_a_lost_connection(server: Service, screen_of):
    page = screen_of("Table 23")
    page.context.set_offline(True)
    dish(page, "Onion Soup").click()
    expect(page.locator("#order-saved")).to_contain_text("No connection", timeout=SOON)
    page.locator("#order-send").click()
    expect(page.locator("#order-message")).to_contain_text("tried again as long as this page is open", timeout=SOON)
    assert new_lines(page).count() == 1
    page.context.set_offline(False)
    expect(page.locator("#order-sent .order-line")).to_have_count(1, timeout=15_000)
    expect(new_lines(page)).to_have_count(0)


def test_a_draft_without_a_connection_is_there_after_the_reload(screen_of):
    page = screen_of("Table 24")
    page.context.set_offline(True)
    dish(page, "Onion Soup").click()
    expect(page.locator("#order-saved")).to_contain_text("No connection", timeout=SOON)
    page.context.set_offline(False)
    page.reload()
    expect(new_lines(page)).to_have_count(1, timeout=SOON)


def test_the_draft_follows_guests_who_move_and_stays_when_they_have_left(page_of):
    page = page_of("waiter", "/floor/")
    free = [each for each in ask_for(page, "/api/v1/tables")["results"] if each["state"] == "free"]
    old, new = [each for each in free if not draft_of(page, each["id"])][-2:]
    party = ask(page, "/api/v1/parties", {"table": old["id"], "size": 2})["id"]
    page.goto(f"/floor/tables/{old['id']}/order/")
    wait_for_tiles(page)
    dish(page, "Onion Soup").click()
    expect(page.locator("#order-saved")).to_contain_text("Draft kept", timeout=SOON)
    ask(page, f"/api/v1/parties/{party}/move", {"table": new["id"]})
    expect(page.locator("#order-message")).to_contain_text(f"These guests now sit at {new['name']}.", timeout=SOON)
    page.get_by_role("button", name=f"Go to {new['name']}").click()
    expect(new_lines(page)).to_have_count(1, timeout=SOON)
    page.context.set_offline(True)  # the screen does not hear that they leave
    page.locator("#order-send").click()
    expect(page.locator("#order-message")).to_contain_text("tried again", timeout=SOON)
    other = page_of("waiter2", "/floor/")
    assert other.request.post(f"/floor/tables/{new['id']}/clear/", form={"party": party}, headers=secret(other)).ok
    page.context.set_offline(False)
    expect(page.locator("#order-message")).to_contain_text("These guests have left. Nothing was sent.", timeout=SOON)
    expect(new_lines(page)).to_have_count(1)
    expect(page.locator("#order-saved")).to_contain_text("Draft kept", timeout=SOON)
    removed = [line["key"] for line in draft_of(page, new["id"])]  # for the next test
    ask(page, f"/floor/tables/{new['id']}/order/draft/", {"removed": removed})


# --- keys, words, no scripts -----------------------------------------------------------------------------------------
def test_by_keyboard_alone(screen_of):
    page = screen_of("Table 18")
    page.keyboard.press("2")
    page.keyboard.press("/")
    page.keyboard.type("cola")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(new_lines(page).locator(".order-line__seat")).to_have_text("2")
    page.keyboard.press("h")
    expect(page.locator("#order-draft [data-hold]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.locator("#order-draft [data-hold]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#order-sent .order-line")).to_have_count(1, timeout=SOON)


def test_a_sent_dish_is_taken_off_with_a_reason(server: Service, screen_of):
    server.order("Table 13", Burger=2)
    page = screen_of("Table 13")
    page.locator("[data-sent-line]", has_text="Burger").first.click()
    sheet = page.locator("#order-sent-line")
    expect(sheet).to_contain_text("kitchen", timeout=SOON)
    sheet.locator("#void-quantity").fill("1")
    sheet.get_by_role("button", name="Take off").click()
    expect(page.locator("#order-sent")).to_contain_text("1 Burger", timeout=SOON)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/floor/tables/1/order/", "/floor/order/", "/floor/counter/"])
def test_accessible_in_both_themes(page_of, axe, path, theme):
    page = page_of("waiter", path)
    page.emulate_media(color_scheme=theme)
    if "counter" not in path:
        wait_for_tiles(page)
        dish(page, "Steak Frites").click()
        expect(new_lines(page)).not_to_have_count(0)
    axe(page)


def test_without_scripts_the_form_orders(browser: Browser, server: Service, session_of):
    with browser.new_context(
        base_url=server.url, storage_state=session_of("waiter"), java_script_enabled=False
    ) as context:
        page = context.new_page()
        page.goto("/floor/tables/12/order/")
        page.locator("input[name^=quantity-]").first.fill("2")
        page.get_by_role("button", name=re.compile("^Send")).click()
        expect(page).to_have_url(re.compile(r"/floor/tables/12/$"))

"""A shift without a pointer: all actions on the wall and the pass by keys, and by a numeric keypad."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from harness.service import Service

SOON = 5_000


@pytest.fixture(autouse=True)
def _clean(server: Service):
    server.clear_kitchen()


def ticket_of(page: Page, order: dict) -> Locator:
    ticket = page.locator(f".lane__tickets > [data-order='{order['id']}']")
    expect(ticket).to_be_visible(timeout=SOON)
    return ticket


def choose(page: Page, ticket: Locator) -> None:
    number = ticket.locator(".ticket__position").text_content()
    assert number
    page.keyboard.press("Escape")
    page.wait_for_timeout(850)  # so that two numbers are not read as one
    page.keyboard.type(number)
    expect(ticket.locator("[data-main]")).to_be_focused()


def order_by_keys(page: Page) -> None:
    """Find a dish, choose it twice and send it, without a pointer."""
    page.goto("/floor/tables/20/order/")
    expect(page.locator("#order-tiles [data-more]").first).to_be_visible(timeout=SOON)
    page.keyboard.press("/")
    page.keyboard.type("cola")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#order-sent .order-line")).to_have_count(1, timeout=SOON)


def test_a_shift_by_keys(server: Service, kitchen_page: Page, page_of):
    waiter = page_of("waiter", "/floor/")
    order_by_keys(waiter)
    placed = kitchen_page.locator(".lane__tickets > .ticket").first
    expect(placed).to_be_visible(timeout=SOON)

    first, second = server.order("Table 2", Burger=2), server.order("Table 3", Burger=1)
    ticket, other = ticket_of(kitchen_page, first), ticket_of(kitchen_page, second)

    choose(kitchen_page, ticket)
    kitchen_page.keyboard.press("h")
    expect(ticket).to_contain_text("HELD")
    expect(ticket.locator("[data-main]")).to_be_focused()
    kitchen_page.keyboard.press("f")
    expect(ticket).not_to_contain_text("HELD")

    choose(kitchen_page, ticket)
    kitchen_page.keyboard.press("s")
    expect(ticket).to_have_attribute("data-status", "started")

    choose(kitchen_page, ticket)
    kitchen_page.keyboard.press("Enter")
    expect(ticket).to_have_attribute("data-leaving", "")
    kitchen_page.keyboard.press("u")
    expect(ticket).not_to_have_attribute("data-leaving", "", timeout=SOON)

    choose(kitchen_page, ticket)
    kitchen_page.keyboard.press("Enter")
    expect(ticket).to_have_count(0, timeout=2 * SOON)
    kitchen_page.keyboard.press("r")
    row = kitchen_page.locator("#panel .recalls__row").first
    expect(row).to_contain_text("Table 2")
    expect(row).to_contain_text("Kenji")
    kitchen_page.keyboard.press("1")
    kitchen_page.keyboard.press("Enter")
    expect(ticket).to_contain_text("RECALLED", timeout=SOON)

    choose(kitchen_page, other)
    here = other.locator(".ticket__facts").inner_text()
    kitchen_page.keyboard.press("p")
    target = kitchen_page.locator("#panel [data-number='2']")
    expect(target).to_be_visible()
    name = target.locator("span").inner_text()
    kitchen_page.keyboard.press("2")
    expect(other.locator(".ticket__facts")).to_contain_text(name)
    assert name not in here

    kitchen_page.keyboard.press("a")
    expect(kitchen_page.locator("html")).to_have_attribute("data-all-day", "choices")
    expect(kitchen_page.locator("#all-day")).to_contain_text("Burger")
    kitchen_page.keyboard.press("a")
    made_of = kitchen_page.locator("#all-day li.all-day__ingredient", has_text="Beef patty")
    expect(made_of).to_be_visible()
    expect(kitchen_page.locator("#all-day")).not_to_contain_text("Burger", use_inner_text=True)
    before = int(made_of.locator(".all-day__quantity").inner_text())
    server.order("Table 3", Burger=3)
    expect(made_of.locator(".all-day__quantity")).to_have_text(str(before + 3), timeout=SOON)
    expect(made_of).to_be_visible()
    kitchen_page.keyboard.press("a")
    expect(kitchen_page.locator("#all-day")).to_be_hidden()

    kitchen_page.keyboard.press("]")
    expect(kitchen_page).to_have_url(re.compile(r"/kitchen/\d+/$"))
    kitchen_page.keyboard.press("[")
    expect(kitchen_page).to_have_url(re.compile(r"/kitchen/$"))
    kitchen_page.keyboard.press("?")
    expect(kitchen_page.locator("#keys")).to_be_visible()
    kitchen_page.keyboard.press("Escape")
    kitchen_page.keyboard.press("e")
    expect(kitchen_page).to_have_url(re.compile(r"/kitchen/expo/$"))


@pytest.fixture
def ready(server: Service, page_of):
    """Return the pass with one order, which is ready."""
    server.clear_pass()
    expediter = page_of("kitchen", "/kitchen/expo/")
    order = server.order("Table 8", Burger=1)
    card = ticket_of(expediter, order)
    server.clear_kitchen()
    expect(card).to_have_attribute("data-ready", "", timeout=SOON)
    return expediter, order, card


def test_the_pass_by_keys(server: Service, ready):
    expediter, order, card = ready
    choose(expediter, card)
    expediter.keyboard.press("ArrowDown")
    expediter.keyboard.press("Enter")
    expect(card.locator("[data-plated]")).to_have_count(1, timeout=SOON)
    expediter.keyboard.press("n")
    expect(expediter.locator("html")).to_have_attribute("data-level", "runner")
    choose(expediter, card)
    expediter.keyboard.press("Enter")
    expect(card).to_have_attribute("data-going", "")
    expediter.keyboard.press("u")
    expect(card).not_to_have_attribute("data-going", "")
    expect(card.locator("[data-main]")).to_be_focused()
    expediter.wait_for_timeout(3_500)
    assert server.status(order) == "ready", "what was taken back was sent"
    expediter.keyboard.press("Enter")
    expect(card).to_have_count(0, timeout=2 * SOON)
    assert server.status(order) == "delivered"


@pytest.fixture
def taken(ready):
    """Return the pass with the order just marked as delivered."""
    expediter, _order, card = ready
    expediter.wait_for_timeout(350)  # touches within 0.3 s after a ticket has moved are ignored
    card.locator("[data-main]").click(position={"x": 80, "y": 12})  # the head; a line ticks its dish
    expect(expediter.locator("#later")).to_contain_text("served")
    expect(expediter.locator("[data-ready-count]")).to_be_hidden()
    return ready


def test_what_waits_for_its_undo_is_sent_when_the_page_closes(server: Service, taken):
    expediter, order, card = taken
    server.order("Table 9", Burger=1)  # an unrelated order, which causes a push
    expect(expediter.locator(".pass-order")).to_have_count(2, timeout=SOON)
    expect(card).to_have_attribute("data-going", "")
    assert server.status(order) == "ready"
    expediter.goto("/kitchen/")
    server.wait_for_status(order, "delivered")


def test_what_changed_while_its_undo_was_open_is_not_sent(server: Service, taken):
    """A cook has recalled the order, so that it is not delivered by any key."""
    expediter, order, card = taken
    ticket = server.ask(f"/api/v1/tickets?order={order['id']}", server.token("kitchen"))["results"][0]
    server.ask(f"/api/v1/tickets/{ticket['id']}/recall", server.token("kitchen"), {})
    expect(expediter.locator(".toast[role=alert]")).to_contain_text("Table 8 has changed", timeout=2_000)
    expect(card).not_to_have_attribute("data-going", "")
    server.clear_kitchen()
    expediter.wait_for_timeout(3_500)
    assert server.status(order) == "ready"


KEYPAD = """(code, key) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true }))"""


def test_a_numeric_keypad_is_a_bump_bar(server: Service, kitchen_page: Page):
    """Without Num Lock the keys are Home and ArrowUp, and still mean numbers."""
    ticket = ticket_of(kitchen_page, server.order("Table 5", Burger=1))

    def press(code: str, key: str) -> None:
        kitchen_page.evaluate(f"([code, key]) => ({KEYPAD})(code, key)", [code, key])

    press("Numpad1", "End")
    expect(ticket.locator("[data-main]")).to_be_focused()
    press("NumpadMultiply", "*")
    expect(ticket).to_have_attribute("data-status", "started", timeout=SOON)
    kitchen_page.keyboard.press("NumpadEnter")
    expect(ticket).to_have_attribute("data-leaving", "", timeout=SOON)
    press("NumpadDecimal", "Delete")
    expect(ticket).not_to_have_attribute("data-leaving", "", timeout=SOON)
    press("NumpadDivide", "/")
    expect(kitchen_page.locator("#panel")).to_be_visible(timeout=SOON)


def test_news_is_seen_as_well_as_heard(server: Service, kitchen_page: Page):
    order = server.order("Table 6", Burger=1)
    ticket_of(kitchen_page, order)
    expect(kitchen_page.locator("#news")).to_have_text(re.compile("NEW Table 6"))
    expect(kitchen_page.locator("#news")).to_be_hidden(timeout=2 * SOON)

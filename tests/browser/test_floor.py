"""The floor in a real browser."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from harness.service import Service

SOON = 5_000


def test_a_table_changes_when_its_guests_order(server: Service, floor_page: Page):
    free = floor_page.get_by_label(re.compile(r"^Table \d+, free", re.IGNORECASE)).last.get_attribute("aria-label")
    name = free.partition(",")[0]
    table = floor_page.get_by_label(re.compile(f"^{name},")).first
    floor_page.evaluate("window.sameDocument = true")

    server.order(name, Burger=1)

    expect(table).not_to_have_accessible_name(re.compile("free", re.IGNORECASE), timeout=SOON)
    assert floor_page.evaluate("window.sameDocument"), "the page was reloaded"


def test_what_came_after_its_order_rings_until_a_waiter_says_that_the_kitchen_knows(
    server: Service, floor_page: Page, axe: Callable[[Page], None]
):
    """A dish for another station, added after the confirmation while no kitchen screen is open."""
    pad, order = server.token("pad", "Table 9"), server.order("Table 9", Burger=1)
    floor_page.get_by_label(re.compile(r"^Table 9,")).first.click()
    # By id, because the table may have an order of another test.
    confirm = floor_page.locator(f"#confirm-{order['id']}")
    confirm.click()
    expect(confirm).to_have_count(0, timeout=SOON)
    floor_page.keyboard.press("Escape")
    lines = [{"item": "Burger", "quantity": 1}, {"item": "Cola", "quantity": 1}]
    server.ask(f"/api/v1/orders/{order['id']}", pad, {"lines": lines}, verb="PUT")

    alarm = floor_page.locator("#alarms .problem", has_text="has not seen its part of order")
    expect(alarm).to_be_visible(timeout=25_000)
    axe(floor_page)
    alarm.get_by_role("button", name="The kitchen knows").click()
    expect(alarm).to_have_count(0, timeout=SOON)

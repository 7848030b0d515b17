"""The floor in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.service import Service

SOON = 5_000


def test_a_table_changes_when_its_guests_order(server: Service, floor_page: Page):
    table = floor_page.get_by_label(re.compile(r"^Table 6,"))
    expect(table).to_have_accessible_name(re.compile("free", re.IGNORECASE))
    floor_page.evaluate("window.sameDocument = true")

    server.order("Table 6", Burger=1)

    expect(table).not_to_have_accessible_name(re.compile("free", re.IGNORECASE), timeout=SOON)
    assert floor_page.evaluate("window.sameDocument"), "the page was reloaded"

"""The floor in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.service import Service

SOON = 5_000


def test_a_table_changes_when_its_guests_order(server: Service, floor_page: Page):
    table = floor_page.locator("[data-table='Table 6'], [data-table-name='Table 6']").first
    expect(table).to_be_visible()
    before = table.inner_text()
    floor_page.evaluate("window.sameDocument = true")

    server.order("Table 6", Burger=1)

    expect(table).not_to_have_text(before, timeout=SOON, use_inner_text=True)
    assert floor_page.evaluate("window.sameDocument"), "the page was reloaded"

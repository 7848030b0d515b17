"""A table's own page in a real browser: live, and honest when it is not."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service
from tests.browser.lines import wire_to

SOON = 5_000
TRIES_MS = 25_000  # the browser may first try the connections that it had before, three seconds each
NOT_LIVE_MS = 15_000  # the limit of twelve seconds, and a margin


@pytest.fixture
def path(floor_page: Page) -> Callable[[str], str]:
    """Return the address of a table's page by the table's name."""
    return lambda name: floor_page.get_by_label(re.compile(f"^{name},")).first.get_attribute("href")


def test_it_shows_what_happens_without_a_reload(server: Service, page_of, path, axe: Callable[[Page], None]):
    page = page_of("waiter", path("Table 11"))
    page.evaluate("window.sameDocument = true")

    order = server.order("Table 11", Burger=2)

    card = page.locator(f"#order-{order['id']}")
    expect(card).to_contain_text("Burger", timeout=SOON)
    expect(page.locator("#table-state")).not_to_contain_text(re.compile("free", re.IGNORECASE))
    expect(page.locator("#sheet-party")).not_to_contain_text("Free")
    expect(page.locator("#sheet-clear")).to_contain_text("Clear table")
    assert page.evaluate("window.sameDocument"), "the page was reloaded"
    axe(page)


def test_orders_behind_an_open_form_are_said_to_be_old_until_it_is_closed(server: Service, page_of, path):
    first = server.order("Table 12", Burger=1)
    page = page_of("waiter", path("Table 12"))
    cancel = page.locator(f"#order-{first['id']} summary", has_text="Cancel…")
    cancel.click()

    second = server.order("Table 12", Fries=1)

    expect(page.locator("#sheet-stale")).to_be_visible(timeout=SOON)
    expect(page.locator("#sheet-orders")).to_have_class(re.compile("not-live"))
    expect(page.locator(f"#order-{second['id']}")).to_have_count(0)
    cancel.click()
    expect(page.locator(f"#order-{second['id']}")).to_be_visible(timeout=SOON)
    expect(page.locator("#sheet-stale")).to_be_hidden()
    expect(page.locator("#sheet-orders")).not_to_have_class(re.compile("not-live"))


def test_a_dead_line_is_told_and_the_truth_comes_back(server: Service, page_of, path):
    where = path("Table 10")
    with wire_to(urlsplit(server.url).port) as wire:
        page = page_of("waiter", where, base_url=wire.url)
        wire.die()
        order = server.order("Table 10", Burger=1)
        expect(page.locator("#live")).to_contain_text("NOT LIVE", timeout=NOT_LIVE_MS)
        expect(page.locator("#table-state")).to_have_class(re.compile("not-live"))
        assert page.locator(f"#order-{order['id']}").count() == 0
        wire.heal()
        expect(page.locator("#live")).to_have_attribute("data-live", "live", timeout=SOON)
        told = page.locator(f"#order-{order['id']}, #sheet-stale:not([hidden])").first
        expect(told).to_be_visible(timeout=SOON)
        expect(page.locator(f"#order-{order['id']}")).to_be_visible(timeout=TRIES_MS)
        expect(page.locator("#sheet-stale")).to_be_hidden()

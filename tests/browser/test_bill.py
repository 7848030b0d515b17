"""The bill in a real browser: taps until guests have paid, and no serious findings of axe."""

import re

import pytest
from playwright.sync_api import Page, expect

IS_ONE_LINE = "(amount) => amount.getClientRects().length === 1"
SIZES = {"tablet": (1024, 768), "phone": (390, 844), "narrow": (320, 640)}


class Taps:
    """A waiter's finger, which counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, locator) -> None:
        locator.click()
        self.count += 1


@pytest.fixture
def bill(server, page_of):
    """Return a function that orders at a table, and opens the floor and from there the bill."""

    def opened(table: str, **items: int) -> Taps:
        server.order(table, **items)
        taps = Taps(page_of("waiter", "/floor/"))
        taps.on(taps.page.get_by_label(re.compile(f"^{table},")).first)
        taps.on(taps.page.locator("#sheet-bill"))
        expect(taps.page.locator("#pay-head")).to_be_visible()
        taps.page.wait_for_load_state()  # before the scripts a tap on a note takes the cash at once
        return taps

    return opened


def test_a_card_takes_three_taps_from_the_floor(bill):
    taps = bill("Table 3", Burger=2)
    taps.on(taps.page.locator("button[name=terminal]"))
    expect(taps.page.get_by_text("paid by card.")).to_be_visible()
    expect(taps.page.get_by_text("Nothing is due")).to_be_visible()
    assert taps.count == 3


def test_cash_with_change_takes_four_taps(bill):
    taps = bill("Table 4", Burger=1)
    taps.on(taps.page.get_by_role("button", name="€20.00"))
    expect(taps.page.locator("[data-cash-change]")).to_have_text(re.compile(r"Change\s+€6.10"))
    taps.on(taps.page.get_by_role("button", name="Take €20.00 cash"))
    expect(taps.page.get_by_text("€13.90 paid in cash. Change: €6.10")).to_be_visible()
    assert taps.count == 4


def test_three_equal_parts_take_five_taps_until_the_first_payment(bill):
    taps = bill("Table 5", Burger=3)
    taps.on(taps.page.locator("summary", has_text="Split…"))
    taps.on(taps.page.get_by_role("button", name="3 equal parts"))
    expect(taps.page.locator(".bill__share")).to_have_count(3)
    taps.on(taps.page.locator("button[name=terminal]"))
    expect(taps.page.locator(".bill__share .tag")).to_have_count(1)
    assert taps.count == 5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(bill, axe, theme):
    page = bill("Table 6", Burger=1, Fries=2).page
    page.emulate_media(color_scheme=theme)
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("for (const fold of document.querySelectorAll('.bill details')) fold.open = true")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        assert page.locator(".bill__left strong").evaluate(IS_ONE_LINE), "the amount in the header is broken"

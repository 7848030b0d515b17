"""The pages of tills and vouchers in a real browser: a shift by its buttons, and no serious findings of axe."""

import re

import pytest
from playwright.sync_api import Page, expect

SIZES = {"tablet": (1024, 768), "narrow": (320, 640)}
PAGES = ("/till/", "/till/shift/", "/till/tips/", "/till/x/", "/till/closings/", "/till/vouchers/", "/till/accounts/")


@pytest.fixture
def manager(page_of) -> Page:
    return page_of("manager", "/till/", live=False)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def judge(page: Page, axe) -> None:
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"


def test_a_till_from_its_float_to_its_count(manager, axe):
    manager.get_by_label("Cash in it now (float)").fill("100")
    press(manager, "Open the till")
    expect(manager).to_have_url(re.compile(r"/till/\d+/$"))
    judge(manager, axe)
    manager.locator("[name='piece-50.00']").fill("2")
    press(manager, "Counted")
    expect(manager.get_by_text("The till is counted.")).to_be_visible()
    judge(manager, axe)


def test_a_voucher_from_its_sale_to_the_bill(server, manager, page_of, axe):
    manager.goto("/till/vouchers/")
    manager.get_by_label("Value", exact=True).fill("50")
    press(manager, "Paid by card")
    code = re.search(r"(\w{4}-){3}\w{4}", manager.locator("#balance-head + p ~ p b").inner_text())[0]
    judge(manager, axe)
    manager.get_by_role("link", name="Print the voucher").click()
    expect(manager.get_by_text(code)).to_be_visible()
    judge(manager, axe)

    server.order("Table 3", Burger=1)
    waiter = page_of("waiter", "/floor/")
    waiter.get_by_label(re.compile("^Table 3,")).first.click()
    waiter.locator("#sheet-bill").click()
    waiter.locator("summary", has_text="Voucher…").click()
    waiter.get_by_label("Code of the voucher").fill(code.lower())
    press(waiter, "Pay with the voucher")
    expect(waiter.get_by_text("paid with a voucher.")).to_be_visible()
    expect(waiter.get_by_text("Nothing is due")).to_be_visible()


def test_a_house_account_from_its_opening_to_its_settlement(server, manager, axe):
    manager.goto("/till/accounts/")
    manager.get_by_label("Name").fill("Linden Ltd")
    manager.get_by_label("Most that it may owe").fill("500")
    press(manager, "Open the account")
    own = manager.url
    server.order("Table 4", Burger=1)
    manager.goto("/floor/")
    manager.get_by_label(re.compile("^Table 4,")).first.click()
    manager.locator("#sheet-bill").click()
    manager.locator("summary", has_text="On account…").click()
    manager.get_by_label("House account").select_option("Linden Ltd")
    press(manager, "Put it on the account")
    expect(manager.get_by_text("put on the account Linden Ltd.")).to_be_visible()
    manager.goto(own)
    judge(manager, axe)
    press(manager, "Paid by card")
    expect(manager.get_by_role("heading", name="Owes €0.00")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(manager, axe, theme):
    manager.emulate_media(color_scheme=theme)
    for path in PAGES:
        manager.goto(path)
        judge(manager, axe)

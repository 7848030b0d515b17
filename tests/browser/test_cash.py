"""Cash on the bill: the keypad, notes, a keyboard, other currencies, and the form without JavaScript."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

TABLET, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def bill(server, page_of):
    """Return a function that orders two burgers at a table, €27.80, and opens the bill."""

    def opened(table: str, size=TABLET) -> Page:
        server.order(table, Burger=2)
        page = page_of("waiter", "/floor/")
        page.locator("#floor-tabs [data-tab=all]").click()
        page.get_by_label(re.compile(f"^{table},")).first.click()
        page.locator("#sheet-bill").click()
        expect(page.locator("#pay-head")).to_be_visible()
        page.set_viewport_size(size)
        return page

    return opened


@pytest.fixture
def house(server):
    """Return a function that changes columns of the restaurant, and the price of burgers; they are put back."""
    changed = {}

    def change(price=13.9, **columns):
        with sqlite3.connect(server.database, timeout=20) as database:
            for name, value in columns.items():
                changed.setdefault(name, database.execute(f"SELECT {name} FROM core_restaurant").fetchone()[0])
                database.execute(f"UPDATE core_restaurant SET {name} = ?", [value])
            lines = "UPDATE orders_orderline SET unit_price = ?1, total = 2 * ?1 WHERE name = 'Burger'"
            database.execute(lines, [price])

    yield change
    change(**changed)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.locator(f".keypad__key[value='{key}']").click()


def change_on(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("[data-cash-change]").inner_text()).strip()


def paid(page: Page) -> str:
    notice = page.locator(".notice", has_text="paid in cash.")
    expect(notice).to_be_visible()
    return notice.inner_text().replace("\xa0", " ").strip()


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_digits_move_in_from_the_right_and_the_change_is_that_of_the_receipt(bill, size):
    page = bill("Table 1" if size == TABLET else "Table 2", size)
    press(page, "3")
    assert change_on(page) == "Missing €27.77"
    press(page, "0", "00", "5", "back")
    expect(page.locator("#pay-given")).to_have_value("30.00")
    assert change_on(page) == "Change €2.20"
    page.get_by_role("button", name="Take €30.00 cash").click()
    assert paid(page) == "€27.80 paid in cash. Change: €2.20"
    expect(page.locator(".bill__payment")).to_contain_text("change €2.20")


def test_a_key_after_a_note_begins_a_new_amount(bill):
    page = bill("Table 3")
    page.get_by_role("button", name="€50.00").click()
    expect(page.get_by_role("button", name="€50.00", exact=True)).to_have_attribute("aria-pressed", "true")
    press(page, "4", "0", "00")
    expect(page.locator("#pay-given")).to_have_value("40.00")
    page.get_by_role("button", name="Exact").click()
    expect(page.locator("[data-cash-take]")).to_contain_text("Take €27.80 cash")
    assert change_on(page) == "Change €0.00"


def test_targets_are_large_enough_for_wet_hands_and_the_tablet_shows_all(bill):
    page = bill("Table 4")
    keys = page.locator(".bill__take :is(.keypad__key, [data-cash-note], [data-cash-take], #pay-given)")
    assert keys.count() == 18
    for box in [key.bounding_box() for key in keys.all()]:
        assert min(box["width"], box["height"]) >= 48, box
        assert box["y"] + box["height"] <= TABLET["height"], "without scrolling"


def test_a_keyboard_types_into_the_same_field_and_enter_takes_the_cash(bill):
    page = bill("Table 5")
    page.locator("body").press("3")
    expect(page.locator("#pay-given")).to_be_focused()
    page.keyboard.type("0,5")
    assert change_on(page) == "Change €2.70"
    page.keyboard.press("Enter")
    assert paid(page) == "€27.80 paid in cash. Change: €2.70"


def test_a_typed_digit_after_keys_of_the_pad_begins_a_new_amount(bill):
    page = bill("Table 12")
    press(page, "3", "0", "00")
    page.keyboard.type("40,5")
    expect(page.locator("#pay-given")).to_have_value("40,5")
    assert change_on(page) == "Change €12.70"


def test_too_little_is_refused_by_the_server_and_what_was_typed_stays(bill):
    page = bill("Table 6")
    press(page, "2", "0", "00")
    page.locator("[data-cash-take]").click()
    expect(page.get_by_text("€27.80 is to be paid.")).to_be_visible()
    expect(page.locator("#pay-given")).to_have_value("20.00")


def test_a_part_is_paid_with_change(bill):
    page = bill("Table 7")
    page.locator("summary", has_text="Other amounts").click()
    page.locator("#pay-amount").fill("10")
    press(page, "2", "0", "00")
    assert change_on(page) == "Change €10.00"
    page.locator("[data-cash-take]").click()
    assert paid(page) == "€10.00 paid in cash. Change: €10.00"


@pytest.mark.parametrize(
    ("table", "columns", "keys", "field", "shown"),
    [
        ("Table 8", {"currency": "JPY", "locale": "ja_JP", "price": 1390}, ["3", "0", "00"], "3000", "￥220"),
        ("Table 9", {"currency": "KWD", "locale": "ar_KW"}, ["3", "0", "00", "0"], "30.000", "2.200"),
        ("Table 10", {"locale": "de_DE"}, ["3", "0", "00"], "30,00", "2,20 €"),
        ("Table 11", {"locale": "de_CH", "cash_rounding": 0.05}, ["3", "0", "00"], "30.00", "2.20"),
    ],
)
def test_the_change_has_the_form_of_the_house_and_is_the_recorded_one(bill, house, table, columns, keys, field, shown):
    page = bill(table)
    house(**columns)
    page.reload()
    press(page, *keys)
    expect(page.locator("#pay-given")).to_have_value(field)
    said = change_on(page).removeprefix("Change ").replace("\xa0", " ")
    assert shown in said
    page.locator("[data-cash-take]").click()
    assert paid(page).endswith(f"Change: {said}")


def test_a_page_from_right_to_left_keeps_the_order_of_the_digits(bill):
    page = bill("Table 13")
    page.evaluate("document.documentElement.dir = 'rtl'")
    one, three = (page.locator(f".keypad__key[value='{key}']").bounding_box() for key in "13")
    assert one["x"] < three["x"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_a_field_and_a_button_take_cash(server, browser, session_of, bill):
    address = bill("Table 14").url
    context = browser.new_context(
        base_url=server.url, viewport=PHONE, storage_state=session_of("waiter"), java_script_enabled=False
    )
    with context:
        page = context.new_page()
        page.goto(address)
        assert page.locator(".keypad__key:visible").count() == 0
        page.locator("#pay-given").fill("40")
        page.locator("#pay-given").press("Enter")
        expect(page.locator("#pay-head"), "Enter alone takes no money").to_be_visible()
        page.get_by_role("button", name="Take cash").click()
        assert paid(page) == "€27.80 paid in cash. Change: €12.20"

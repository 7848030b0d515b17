"""The shares of a bill as columns in a real browser: by tap, by dragging, by keys, on a tablet and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

TABLET, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}
DISHES = (("Onion Soup", 1), ("Burger", 1), ("Fries", 2), ("Green Salad", 2), ("Espresso", None))


@pytest.fixture
def split(server, page_of):
    """Return a function that opens the bill of a table, split by seat: €22.40 + 1.25 and €11.00 + 1.25."""

    def opened(table: str) -> Page:
        server.place(table, [{"name": name, "quantity": 1, "seat": seat} for name, seat in DISHES])
        page = page_of("waiter", "/floor/")
        page.locator("#floor-tabs [data-tab=all]").click()
        page.get_by_label(re.compile(f"^{table},")).first.click()
        page.locator("#sheet-bill").click()
        page.set_viewport_size(TABLET)
        page.locator("summary", has_text="Split…").click()
        page.get_by_role("button", name="By seat").click()
        expect(columns(page)).to_have_count(2)
        return page

    return opened


def columns(page: Page):
    return page.locator(".bill__column")


def box_of(page: Page, dish: str):
    return page.locator(".bill__column .bill__line", has_text=dish).get_by_role("checkbox")


def test_two_columns_stand_side_by_side_on_a_tablet_and_one_below_the_other_on_a_phone(split):
    page = split("Table 1")
    first, second = (each.bounding_box() for each in columns(page).all())
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]
    page.set_viewport_size(PHONE)
    first, second = (each.bounding_box() for each in columns(page).all())
    assert first["y"] + first["height"] <= second["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tick_and_a_button_move_a_dish(split):
    page = split("Table 2")
    box_of(page, "Fries").check()
    page.get_by_role("button", name=re.compile("^To Seat 1")).click()
    expect(columns(page).first).to_contain_text("Fries")
    expect(columns(page).first.locator("h2")).to_contain_text("seats 1, 2")


def test_a_line_is_dragged_to_another_column(split):
    page = split("Table 3")
    page.locator(".bill__line", has_text="Burger").drag_to(columns(page).nth(1).locator("h2"))
    expect(columns(page).nth(1)).to_contain_text("Burger")
    expect(columns(page).first).not_to_contain_text("Burger")


def test_keys_move_the_focused_dish_and_are_no_cash(split):
    page = split("Table 4")
    box_of(page, "Green Salad").focus()
    page.keyboard.press("1")
    expect(columns(page).first).to_contain_text("Green Salad")
    box_of(page, "Green Salad").focus()
    page.keyboard.press("Space")
    page.keyboard.press("n")
    expect(columns(page)).to_have_count(3)
    box_of(page, "Green Salad").focus()
    page.keyboard.press("s")
    expect(page.locator(".bill__line", has_text="1/3 × 1 Green Salad")).to_have_count(3)
    expect(page.locator("#pay-given")).to_have_value("")


def test_the_box_of_a_seat_ticks_its_dishes_and_a_guest_leaves_no_bill_behind(split):
    page = split("Table 5")
    page.get_by_role("checkbox", name="Seat 2").check()
    expect(box_of(page, "Fries")).to_be_checked()
    expect(box_of(page, "Burger")).not_to_be_checked()
    page.get_by_role("button", name=re.compile("^To Seat 1")).click()
    expect(columns(page)).to_have_count(1)


def test_a_dish_that_is_unticked_after_its_seat_stays(split):
    page = split("Table 9")
    seat = page.get_by_role("checkbox", name="Seat 1")
    seat.check()
    box_of(page, "Burger").uncheck()
    expect(seat).not_to_be_checked()
    assert seat.evaluate("box => box.indeterminate")
    page.get_by_role("button", name=re.compile("^To Seat 2")).click()
    expect(columns(page)).to_have_count(2)
    expect(columns(page).nth(1)).to_contain_text("Onion Soup")
    expect(columns(page).first).to_contain_text("Burger")
    expect(columns(page).nth(1)).not_to_contain_text("Burger")


def test_the_last_dish_of_a_seat_ticks_its_box_and_a_key_on_the_box_moves_its_dishes(split):
    page = split("Table 10")
    for dish in ("Onion Soup", "Burger"):
        box_of(page, dish).check()
    expect(page.get_by_role("checkbox", name="Seat 1")).to_be_checked()
    for dish in ("Onion Soup", "Burger"):
        box_of(page, dish).uncheck()
    page.get_by_role("checkbox", name="Seat 2").focus()
    page.keyboard.press("1")
    expect(columns(page)).to_have_count(1)


def test_the_chosen_share_is_paid_by_the_keypad_and_says_so(split):
    page = split("Table 6")
    columns(page).nth(1).get_by_role("link").click()
    expect(page.locator("#pay-head")).to_contain_text("Seat 2")
    page.get_by_role("button", name="€15.00").click()
    page.locator("[data-cash-take]").click()
    expect(columns(page).nth(1).locator("footer")).to_have_text(re.compile(r"paid\s+Cash €12.25 · \d\d:\d\d"))
    expect(columns(page).nth(1).get_by_role("checkbox")).to_have_count(0)
    take = page.locator("[data-cash-take]").bounding_box()
    assert take["y"] + take["height"] <= TABLET["height"], "the next guest pays without scrolling"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(split, axe, theme):
    page = split("Table 7" if theme == "light" else "Table 8")
    page.emulate_media(color_scheme=theme)
    box_of(page, "Fries").check()
    for size in (TABLET, PHONE):
        page.set_viewport_size(size)
        axe(page)

"""The wall at its real size: pages in place of scrolling, tickets that fit, and the time of a key press."""

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service

SOON = 5_000
NUMBERS = "() => [...document.querySelectorAll('.ticket__position')].filter((each) => each.textContent).length"
# Typical orders: one to six lines, some with a quantity.
TYPICAL = [
    {"Burger": 1},
    {"Burger": 2, "Fries": 1},
    {"Onion_Soup": 1, "Steak_Frites": 2, "Fries": 1},
    {"Burger": 1, "Steak_Sandwich": 1, "Mussels": 1, "Ratatouille": 1},
]


@pytest.fixture(autouse=True)
def _clean(server: Service):
    server.clear_kitchen()


def fill(server: Service, count: int) -> None:
    for place in range(count):
        server.order(f"Table {place % 24 + 1}", **TYPICAL[place % len(TYPICAL)])


def wait_for_tickets(page: Page, count: int) -> None:
    """Wait until that many tickets are on the board.

    The page's policy blocks `wait_for_function`.
    """
    expect(page.locator(".lane__tickets > .ticket").nth(count - 1)).to_be_attached(timeout=4 * SOON)


def open_count(page: Page) -> int:
    return page.locator(".lane__tickets > .ticket").count()


def test_the_dish_is_the_largest_text(server: Service, kitchen_page: Page):
    fill(server, 12)
    wait_for_tickets(kitchen_page, 12)
    name = kitchen_page.locator(".line__name").first
    size = name.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert size >= 40, "legible from three metres on a 24-inch screen"
    sizes = "(all) => all.map((each) => parseFloat(getComputedStyle(each).fontSize))"
    others = kitchen_page.locator(".ticket *:not(.line__name, .line__quantity, .line__quantity *)")
    assert max(others.evaluate_all(sizes)) < size, "the dish is the largest text"


def test_a_page_is_full_of_tickets(server: Service, kitchen_page: Page):
    fill(server, 79)
    wait_for_tickets(kitchen_page, 79)
    at_first = kitchen_page.evaluate(NUMBERS)
    kitchen_page.keyboard.press("o")
    kitchen_page.get_by_label("Compact").check()
    kitchen_page.keyboard.press("Escape")
    assert kitchen_page.evaluate(NUMBERS) >= 20 > at_first >= 8


def number_of(page: Page, order: dict) -> str | None:
    return page.locator(f"[data-order='{order['id']}'] .ticket__position").text_content()


def test_numbers_do_not_shift_under_the_hand(server: Service, kitchen_page: Page):
    """A place stays empty until the next ticket takes it or the page turns."""
    orders = [server.order(f"Table {place}", Burger=1) for place in (1, 2, 3, 4)]
    wait_for_tickets(kitchen_page, 4)
    gone = kitchen_page.locator(f"[data-order='{orders[1]['id']}']")
    kitchen_page.keyboard.press("2")
    kitchen_page.keyboard.press("Enter")
    expect(gone).to_have_count(0, timeout=2 * SOON)
    assert [number_of(kitchen_page, orders[place]) for place in (0, 2, 3)] == ["1", "3", "4"]
    expect(kitchen_page.locator(".gap")).to_have_count(1)
    kitchen_page.keyboard.press("2")
    expect(kitchen_page.locator(".ticket:focus-within")).to_have_count(0)
    late = server.order("Table 5", Burger=1)
    wait_for_tickets(kitchen_page, 4)
    assert [number_of(kitchen_page, each) for each in (orders[0], late, orders[2])] == ["1", "2", "3"]
    kitchen_page.wait_for_timeout(850)
    kitchen_page.keyboard.press("2")
    expect(kitchen_page.locator(f"[data-order='{late['id']}'] [data-main]")).to_be_focused()
    kitchen_page.keyboard.press("Home")
    assert [number_of(kitchen_page, each) for each in (orders[0], orders[2], late)] == ["1", "2", "4"]


def test_a_ticket_that_comes_back_takes_its_own_place(server: Service, kitchen_page: Page):
    orders = [server.order(f"Table {place}", Burger=1) for place in (1, 2, 3)]
    wait_for_tickets(kitchen_page, 3)
    first = kitchen_page.locator(f"[data-order='{orders[0]['id']}']")
    kitchen_page.keyboard.press("1")
    kitchen_page.keyboard.press("Enter")
    expect(first).to_have_count(0, timeout=2 * SOON)
    kitchen_page.locator(".recent__ticket .button").first.click()
    expect(first).to_be_visible(timeout=SOON)
    assert [number_of(kitchen_page, each) for each in orders] == ["1", "2", "3"]


def test_a_tap_on_the_head_bumps_the_ticket_and_a_tap_on_a_line_the_line(server: Service, kitchen_page: Page):
    order = server.order("Table 1", Burger=1, Onion_Soup=2)
    ticket = kitchen_page.locator(f"[data-order='{order['id']}']")
    expect(ticket).to_be_visible(timeout=SOON)
    kitchen_page.wait_for_timeout(350)  # touches within 0.3 s after a ticket has moved are ignored
    ticket.locator(".line__name", has_text="Burger").click()
    expect(ticket.locator(".line[data-status=done]")).to_have_count(1, timeout=SOON)
    kitchen_page.wait_for_timeout(350)
    box = ticket.locator(".ticket__head").bounding_box()
    assert box
    kitchen_page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(ticket).to_have_attribute("data-leaving", "", timeout=SOON)
    bar = kitchen_page.locator(".undo-bar")
    expect(bar).to_be_visible()
    assert not bar.evaluate(COVERED), "the bar covers nothing that could be pressed"


# Return the controls of the page that an element lies over.
COVERED = """(bar) => {
  const own = bar.getBoundingClientRect();
  return [...document.querySelectorAll("button, a")].filter((each) => {
    const box = each.getBoundingClientRect();
    return !bar.contains(each) && box.width && getComputedStyle(each).visibility === "visible"
      && !each.closest(".ticket") && box.left < own.right && box.right > own.left
      && box.top < own.bottom && box.bottom > own.top;
  }).map((each) => each.textContent).join();
}"""


def test_escape_leads_back_from_the_pauses_to_the_board(server: Service, kitchen_page: Page):
    kitchen_page.keyboard.press("]")
    expect(kitchen_page.locator(".stations [aria-current]")).not_to_have_text("All")
    station = kitchen_page.url
    kitchen_page.keyboard.press("k")
    expect(kitchen_page.locator("h1")).to_have_text("Pauses")
    kitchen_page.keyboard.press("Escape")
    expect(kitchen_page).to_have_url(station)


def test_a_dish_is_86_in_two_taps_and_by_keys(server: Service, kitchen_page: Page):
    order = server.order("Table 1", Burger=1)
    ticket = kitchen_page.locator(f"[data-order='{order['id']}']")
    expect(ticket).to_be_visible(timeout=SOON)
    kitchen_page.wait_for_timeout(350)  # touches within 0.3 s after a ticket has moved are ignored
    ticket.locator("[data-act=more]").click()
    kitchen_page.locator("#panel").get_by_role("button", name="86 Burger").click()
    said = kitchen_page.locator("#availability")
    expect(said).to_contain_text("Sold out until", timeout=SOON)
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("On sale", timeout=SOON)
    kitchen_page.keyboard.press("Escape")
    kitchen_page.keyboard.press("1")
    kitchen_page.keyboard.press("ArrowDown")
    kitchen_page.keyboard.press("x")
    expect(kitchen_page.locator("#panel [data-key=x]")).to_be_visible(timeout=SOON)
    kitchen_page.keyboard.press("x")
    expect(said).to_contain_text("Sold out until", timeout=SOON)
    said.get_by_role("button", name="Back on sale").click()
    expect(said).to_contain_text("On sale", timeout=SOON)


def test_nothing_scrolls_and_keys_turn_pages(server: Service, kitchen_page: Page):
    fill(server, 30)
    wait_for_tickets(kitchen_page, 30)
    word = kitchen_page.locator("[data-page-word]")
    pages = int(kitchen_page.locator("[data-page-word]").inner_text().split("/")[1])
    assert pages > 2
    seen: set[str] = set()
    for number in range(1, pages + 1):
        expect(word).to_have_text(f"{number}/{pages}")
        here = kitchen_page.evaluate(
            "() => [...document.querySelectorAll('.ticket')].filter((each) => {"
            "  const box = each.getBoundingClientRect();"
            "  return box.left >= 0 && box.right <= innerWidth && box.top >= 0;"
            "}).map((each) => each.id)"
        )
        assert not seen & set(here)
        seen |= set(here)
        kitchen_page.keyboard.press("PageDown")
    assert len(seen) == open_count(kitchen_page), "every ticket stands on exactly one page"
    size = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert kitchen_page.evaluate(size) == [1920, 1080]
    kitchen_page.keyboard.press("Home")
    expect(word).to_have_text(f"1/{pages}")
    kitchen_page.keyboard.press("End")
    expect(word).to_have_text(f"{pages}/{pages}")
    kitchen_page.keyboard.press("1")
    expect(kitchen_page.locator(".ticket:focus-within .ticket__position")).to_have_text("1")


def test_an_order_of_forty_lines_can_be_read_and_done(server: Service, kitchen_page: Page):
    lines = [{"name": "Burger", "quantity": 1, "note": f"guest {number}"} for number in range(40)]
    order = server.place("Table 9", lines)
    ticket = kitchen_page.locator(f"[data-order='{order['id']}']")
    expect(ticket).to_be_visible(timeout=SOON)
    continued = ticket.locator(".line[data-continued]")
    expect(continued.first).to_have_attribute("data-continued", "… Table 9")
    kitchen_page.keyboard.press("1")
    kitchen_page.keyboard.press("Enter")
    expect(ticket).to_have_attribute("data-leaving", "")
    expect(ticket).to_have_count(0, timeout=2 * SOON)


# By id, because a push may replace the element. `window.changed`: milliseconds until it is marked or gone.
@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_smaller_screens_have_pages_too(server: Service, kitchen_page: Page, size):
    fill(server, 12)
    kitchen_page.set_viewport_size({"width": size[0], "height": size[1]})
    wait_for_tickets(kitchen_page, 12)
    expect(kitchen_page.locator(".pager")).to_be_visible()
    box = kitchen_page.locator(".board__tools").bounding_box()
    assert box
    assert box["x"] >= 0, "all tools are on the screen"
    assert kitchen_page.evaluate("document.documentElement.scrollHeight") == size[1]


def test_a_phone_scrolls(server: Service, kitchen_page: Page):
    fill(server, 4)
    kitchen_page.set_viewport_size({"width": 390, "height": 844})
    expect(kitchen_page.locator(".pager")).to_be_hidden()
    assert kitchen_page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_browser_keeps_its_look(kitchen_page: Page):
    kitchen_page.keyboard.press("+")
    kitchen_page.keyboard.press("o")
    kitchen_page.get_by_label("Compact").check()
    kitchen_page.get_by_label("Light", exact=True).check()
    kitchen_page.keyboard.press("Escape")
    kitchen_page.reload()
    page = kitchen_page.locator("html")
    expect(page).to_have_attribute("data-density", "dense")
    expect(page).to_have_attribute("data-theme", "light")
    expect(page).to_have_attribute("data-text", "110")


def test_columns_by_pointer_and_by_keys(server: Service, kitchen_page: Page):
    order = server.order("Table 11", Burger=1)
    ticket = kitchen_page.locator(f"#tickets [data-order='{order['id']}']")
    expect(ticket).to_be_visible(timeout=SOON)
    kitchen_page.keyboard.press("l")
    cooking = kitchen_page.locator(f"#cooking [data-order='{order['id']}']")
    ticket.locator(".ticket__head").drag_to(kitchen_page.locator('[data-lane="started"]'))
    expect(cooking).to_be_visible(timeout=SOON)
    cooking.locator(".ticket__head").drag_to(kitchen_page.locator(".board__foot"))
    expect(kitchen_page.locator(".recent__ticket").first).to_contain_text("Table 11", timeout=SOON)
    kitchen_page.locator(".recent__ticket").first.drag_to(kitchen_page.locator('[data-lane="started"]'))
    expect(cooking).not_to_have_attribute("data-leaving", "", timeout=SOON)
    kitchen_page.keyboard.press("1")
    kitchen_page.keyboard.press("Enter")
    expect(cooking).to_have_count(0, timeout=2 * SOON)


def test_a_held_key_finishes_one_ticket(server: Service, kitchen_page: Page):
    fill(server, 3)
    wait_for_tickets(kitchen_page, 3)
    kitchen_page.keyboard.press("1")
    for _ in range(5):
        kitchen_page.keyboard.down("Enter")
    kitchen_page.keyboard.up("Enter")
    kitchen_page.wait_for_timeout(500)
    assert kitchen_page.locator(".ticket[data-leaving]").count() == 1

"""The wall at its real size: pages in place of scrolling, tickets that fit, and the time of a key press."""

import statistics

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


def test_twelve_readable_tickets_on_one_page(server: Service, kitchen_page: Page):
    fill(server, 12)
    wait_for_tickets(kitchen_page, 18)
    assert kitchen_page.evaluate(NUMBERS) >= 12
    name = kitchen_page.locator(".line__name").first
    size = name.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert size >= 26, "legible from three metres on a 32-inch screen"


def test_nothing_scrolls_and_keys_turn_pages(server: Service, kitchen_page: Page):
    fill(server, 30)
    wait_for_tickets(kitchen_page, 45)
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
WATCH_CHOSEN = """() => {
  const id = document.activeElement.closest(".ticket").id, began = performance.now();
  window.changed = new Promise((tell, fail) => {
    setTimeout(() => fail(new Error(`nothing became of ${id}`)), 10_000);
    new MutationObserver(() => {
      if (!document.getElementById(id)?.matches(":not([data-leaving])")) tell(performance.now() - began);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""


def test_a_key_changes_the_board_at_once(server: Service, kitchen_page: Page):
    """The time from the key to the changed ticket through the server, twenty times with ninety tickets on the board.

    The promise is 100 ms for p95 on an idle machine; here other tests may run at the same time.
    """
    fill(server, 60)
    wait_for_tickets(kitchen_page, 90)
    took = []
    for _ in range(20):
        kitchen_page.keyboard.press("1")
        kitchen_page.evaluate(WATCH_CHOSEN)
        kitchen_page.keyboard.press("Enter")
        took.append(kitchen_page.evaluate("window.changed"))
        # The wall removes done tickets automatically after at most eight seconds, perhaps already now.
        kitchen_page.evaluate("document.querySelectorAll('.ticket[data-leaving]').forEach((each) => each.remove())")
        kitchen_page.evaluate("document.dispatchEvent(new CustomEvent('bistro:swapped'))")
    assert statistics.median(took) < 250, took


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
    kitchen_page.get_by_label("Dense").check()
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

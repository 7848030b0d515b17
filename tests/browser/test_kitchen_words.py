"""Texts that people type: long words, other scripts, many choices. No text overflows or is cut off without a sign."""

import json
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service

LIVE_MS = 15_000
GERMAN = "Hausgemachte Schwarzwälder-Kirschtorten-Überraschung"
ONE_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenschnitzel"
ARABIC = "دجاج مشوي مع الأرز والخضروات الموسمية"
HEBREW = "שניצל ברוטב פטריות (2 מנות)"
EMOJI = "🍔 Burger 👨‍👩‍👧‍👦 🌶️🌶️🌶️"
NOTE = ("Bitte ohne Zwiebeln, ohne Knoblauch, Soße extra, sehr heiß servieren! " * 3)[:200]

# Descriptions of elements that overflow their ticket, their column or the page.
MISPLACED = """() => {
  const wrong = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) wrong.push(`the page is ${page.scrollWidth} wide`);
  const seen = (each) => each.getClientRects().length && !each.closest(".visually-hidden, [hidden]");
  const paged = getComputedStyle(document.getElementById("board")).getPropertyValue("--paged").trim() === "1";
  for (const ticket of document.querySelectorAll(".lane__tickets > .ticket")) {
    const parts = [...ticket.getClientRects()];
    const name = ticket.querySelector(".ticket__table").textContent;
    for (const each of ticket.querySelectorAll("*")) {
      if (!seen(each)) continue;
      for (const box of each.getClientRects()) {
        const home = parts.find((part) => box.left >= part.left - 2 && box.right <= part.right + 2);
        if (!home) wrong.push(`${name}: ${each.className} sticks out`);
      }
    }
    if (!paged) continue;
    const view = ticket.closest(".lane__view").getBoundingClientRect();
    for (const part of parts) {
      const below = Math.round(part.bottom - view.bottom);
      if (below > 2) wrong.push(`${name}: ${below} px below the column`);
    }
  }
  for (const each of document.querySelectorAll(".board__head > *, .board__tools .button, .undo-bar *")) {
    const box = each.getBoundingClientRect();
    if (seen(each) && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`${each.className} is off the page`);
  }
  return [...new Set(wrong)];
}"""


def choices(*names: str) -> str:
    return json.dumps([{"id": 1, "name": name, "price": "0.00", "stated": {}} for name in names])


@pytest.fixture
def words(server: Service):
    """Place orders with extreme texts at a table with a long name, which is restored afterwards."""
    server.clear_pass()
    placed = [server.order(f"Table {place}", Burger=1, Steak_Frites=1) for place in (1, 2, 3, 4)]
    said = [
        [(GERMAN, NOTE, choices(ONE_WORD)), (ONE_WORD, "", choices(HEBREW), "Schalenfrüchte/Nüsse")],
        [(EMOJI, "🎂", choices(*[f"Zusatz Nummer {number} extra lang" for number in range(20)])), ("A" * 60, "", "[]")],
        [(ARABIC, HEBREW, choices("بدون بصل"), "nuts"), (HEBREW, ARABIC, "[]")],
        [(GERMAN, "x" * 200, "[]"), ("Burger", "", "[]")],
    ]
    with sqlite3.connect(server.database, timeout=20) as database:
        for order, lines in zip(placed, said, strict=True):
            keys = database.execute("SELECT id FROM orders_orderline WHERE order_id = ?", [order["id"]]).fetchall()
            for (key,), line in zip(keys, lines, strict=True):
                name, note, modifiers, *allergies = line
                change = "UPDATE orders_orderline SET name = ?, note = ?, modifiers = ?, allergies = ? WHERE id = ?"
                database.execute(change, [name, note, modifiers, json.dumps(allergies), key])
        database.execute("UPDATE tables_table SET name = ? WHERE name = 'Table 3'", [ARABIC])
        database.execute("UPDATE tables_table SET name = ? WHERE name = 'Table 4'", [GERMAN])
    yield
    with sqlite3.connect(server.database, timeout=20) as database:
        database.execute("UPDATE tables_table SET name = 'Table 3' WHERE name = ?", [ARABIC])
        database.execute("UPDATE tables_table SET name = 'Table 4' WHERE name = ?", [GERMAN])
    server.clear_pass()


LOOKS = [
    {},
    {"density": "dense", "theme": "light"},
    {"density": "roomy"},
    {"layout": "columns"},
    {"text": 200},
]
SCREENS = [(1920, 1080), (1280, 720), (1024, 768), (960, 540), (390, 844)]  # 960×540: a wall at 200 % zoom


@pytest.mark.parametrize("path", ["/kitchen/", "/kitchen/expo/"])
@pytest.mark.usefixtures("words")
def test_everything_stays_where_it_belongs(page_of: Callable[..., Page], path: str):
    page = page_of("kitchen", path)
    wrong = {}
    for look in LOOKS:
        usual = {"density": "normal", "text": 100, "theme": "dark", "layout": "station"}
        page.evaluate("(look) => localStorage.setItem('bistro.screen', look)", json.dumps({**usual, **look}))
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.reload()
            expect(page.locator("#live")).to_have_attribute("data-live", "live", timeout=LIVE_MS)
            expect(page.locator(".lane__tickets > .ticket").first).to_be_attached()
            for found in page.evaluate(MISPLACED):
                wrong.setdefault(f"{look} {width}x{height}", []).append(found)
    assert not wrong


@pytest.mark.usefixtures("words")
def test_the_look_finds_what_sticks_out(page_of: Callable[..., Page]):
    """Control: without breaking long words, and with a line that may not be broken."""
    page = page_of("kitchen", "/kitchen/")
    style = (
        "([where, name, value]) => document.querySelectorAll(where).forEach((each) => { each.style[name] = value; })"
    )
    page.evaluate(style, [".line__name, .line__modifier", "whiteSpace", "nowrap"])
    assert any("sticks out" in each for each in page.evaluate(MISPLACED))
    page.reload()
    page.evaluate(style, [".line", "display", "inline-block"])
    assert any("below the column" in each for each in page.evaluate(MISPLACED))


@pytest.mark.usefixtures("words")
def test_a_line_longer_than_a_column_is_done_as_any_other(page_of: Callable[..., Page]):
    page = page_of("kitchen", "/kitchen/")
    line = page.locator(".line[data-tall]").filter(has_text="Zusatz Nummer 19").first
    button = line.get_by_role("button", name="Zusatz Nummer 19")
    expect(button).to_be_attached()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".undo-bar")).to_contain_text("is done", timeout=LIVE_MS)


@pytest.mark.usefixtures("words")
def test_columns_on_a_small_screen_lose_no_ticket(page_of: Callable[..., Page]):
    """A small screen has one list in place of three, which includes the tickets in work."""
    page = page_of("kitchen", "/kitchen/")
    page.keyboard.press("l")
    page.keyboard.press("1")
    page.keyboard.press("s")
    started = page.locator("#cooking .ticket")
    expect(started).to_have_count(1, timeout=LIVE_MS)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator('#tickets .ticket[data-status="started"]')).to_be_visible()


def test_lines_are_large_enough_for_full_hands(server: Service, kitchen_page: Page):
    """Lines of one word too have 64 px in normal and roomy density; dense has at least 44."""
    server.order("Table 5", Burger=1, Fries=1)
    expect(kitchen_page.locator("button.line__row").first).to_be_visible(timeout=LIVE_MS)
    lowest = "() => Math.min(...[...document.querySelectorAll('button.line__row')].map((each) => each.offsetHeight))"
    for density, least in (("normal", 64), ("roomy", 64), ("dense", 44)):
        kitchen_page.evaluate("(density) => { document.documentElement.dataset.density = density; }", density)
        assert kitchen_page.evaluate(lowest) >= least, density

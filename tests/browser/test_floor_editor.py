"""The floor editor in a real browser: pull, keys, undo, two editors at once, and what the waiters see."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service

SOON = 5_000
PLAN = "/api/v1/floor-plan"


@pytest.fixture
def editor(page_of: Callable[..., Page]) -> Page:
    """Return the editor of a manager."""
    page = page_of("manager", "/floor/edit/", live=False)
    expect(page.locator(".plan__item").first).to_be_visible()
    return page


def item(page: Page, name: str):
    return page.get_by_role("option", name=re.compile(f"^{name},"))


def place(page: Page, name: str) -> tuple[int, int]:
    found = re.search(r"at (\d+), (\d+)", item(page, name).get_attribute("aria-label"))
    return int(found[1]), int(found[2])


def saved(page: Page, name: str) -> dict:
    plan = page.request.get(PLAN).json()
    return next(each for each in plan["tables"] if each["name"] == name)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#editor-state")).to_have_text("Saved")


def pull(page: Page, name: str, across: int, down: int) -> None:
    box = item(page, name).locator("rect, ellipse").last.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2)
    page.mouse.move(x + across, y + down)
    page.mouse.up()


def test_a_table_is_pulled_turned_and_saved_and_waiters_see_it(editor: Page, page_of: Callable[..., Page]):
    waiter = page_of("waiter", "/floor/")
    table = waiter.locator("#tables a[aria-label^='Table 22,']")
    before, drawn = place(editor, "Table 22"), table.get_attribute("transform")

    pull(editor, "Table 22", -60, 40)

    after = place(editor, "Table 22")
    assert (after[0] < before[0], after[1] > before[1]) == (True, True)
    expect(editor.locator("#editor-said")).to_contain_text(f"Table 22: moved to {after[0]}, {after[1]}.")
    editor.keyboard.press("r")
    editor.locator("#fact-seats").fill("7")
    editor.locator("#fact-seats").press("Tab")
    save(editor)
    kept = saved(editor, "Table 22")
    assert (kept["x"], kept["y"], kept["rotation"], kept["seats"]) == (*after, 15, 7)
    expect(table).not_to_have_attribute("transform", drawn, timeout=SOON)
    expect(table.locator("g[transform='rotate(15)']")).to_have_count(1)


def test_everything_by_keyboard_and_undo(editor: Page):
    plan = editor.locator("#plan")
    plan.focus()
    editor.keyboard.press("n")
    expect(editor.locator("#editor-said")).to_contain_text("Selected: Table")
    name = editor.locator("#editor-chosen").inner_text()
    before = place(editor, name)
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        editor.keyboard.press(key)
    assert place(editor, name) == (before[0] + 20, before[1] + 1)
    editor.keyboard.press("d")
    expect(editor.locator("#editor-state")).to_have_text("Not saved: 2")
    editor.keyboard.press("Delete")
    editor.keyboard.press("t")
    expect(item(editor, "Table 25")).to_have_count(1)
    for _time in range(4):
        editor.keyboard.press("Control+z")
    expect(editor.locator("#editor-state")).to_have_text("Saved")
    assert place(editor, name) == before
    editor.keyboard.press("Control+y")
    assert place(editor, name) == (before[0] + 20, before[1] + 1)
    editor.keyboard.press("Control+z")


def test_a_run_of_tables_walls_and_a_new_floor(editor: Page, page_of: Callable[..., Page]):
    editor.get_by_role("button", name="Add a floor").click()
    editor.locator("#floor-name").fill("Garden")
    editor.locator("#floor-name").press("Tab")
    editor.get_by_label("How many").fill("12")
    editor.get_by_label("First number").fill("40")
    editor.get_by_role("button", name="Add them in free places").click()
    expect(editor.locator(".plan__item")).to_have_count(12)
    editor.locator(".editor__add summary").click()
    editor.get_by_role("button", name="Wall").click()
    save(editor)
    waiter = page_of("waiter", "/floor/")
    waiter.locator("[data-tab]", has_text="Garden").click()
    expect(waiter.locator("#tables > .tbl:not([data-outside])")).to_have_count(12)
    expect(waiter.locator("[data-room]").last.locator("[data-fixture='wall']")).to_have_count(1)


def test_the_second_of_two_editors_joins_both(editor: Page, page_of: Callable[..., Page], axe):
    other = page_of("owner", "/floor/edit/", live=False)
    expect(item(other, "Table 16")).to_be_visible()
    for page, names in ((editor, ("Table 16", "Table 17")), (other, ("Table 16", "Table 24"))):
        for name in names:
            item(page, name).locator("text").first.click(force=True)
            page.keyboard.press("ArrowUp")
            if page is other:
                page.keyboard.press("ArrowUp")
    mine = place(editor, "Table 17")
    save(other)
    theirs = place(other, "Table 16")

    editor.get_by_role("button", name="Save").click()

    dialog = editor.get_by_role("dialog", name="Somebody else has changed the plan")
    expect(dialog).to_contain_text("Table 24: changed")
    axe(editor)
    dialog.get_by_role("group", name="Table 16").get_by_label(re.compile("The other person’s")).check()
    dialog.get_by_role("button", name="Join both and save").click()
    expect(editor.locator("#editor-state")).to_have_text("Saved")
    assert (saved(editor, "Table 16")["x"], saved(editor, "Table 16")["y"]) == theirs
    assert saved(editor, "Table 17")["y"] == mine[1]
    assert saved(editor, "Table 24")["y"] == place(other, "Table 24")[1]


def test_a_table_with_guests_stays_and_the_editor_says_why(server: Service, editor: Page):
    server.order("Table 20", Fries=1)
    item(editor, "Table 20").locator("text").first.click(force=True)
    editor.get_by_role("button", name="Remove").first.click()
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator("#editor-problem")).to_contain_text("Table 20: guests are seated.")
    editor.get_by_role("button", name="Undo").click()
    expect(editor.locator("#editor-state")).to_have_text("Saved")


def test_the_editor_is_accessible(editor: Page, axe):
    axe(editor)
    item(editor, "Table 1").locator("text").first.click(force=True)
    axe(editor)

"""No serious findings of axe on any page, with people and orders in the restaurant."""

import pytest
from playwright.sync_api import Browser, expect

SIZES = {"wall": (1920, 1080), "tablet": (1024, 768), "phone": (390, 844)}


@pytest.mark.parametrize("path", ["/", "/login/"])
def test_pages_before_the_login(server, browser: Browser, axe, path):
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto(path)
    axe(page)
    context.close()


LIVE = [("kitchen", "/kitchen/", ".ticket"), ("waiter", "/floor/", "#room")]


@pytest.mark.parametrize(("role", "path", "shown"), LIVE)
def test_live_pages(server, page_of, axe, role, path, shown):
    server.order("Table 7", Burger=1, Fries=2)
    page = page_of(role, path)
    expect(page.locator(shown).first).to_be_attached()
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        axe(page)


OVER_THE_WALL = {"its keys": "?", "this screen": "o", "one ticket": "d", "the recall list": "r", "columns": "l"}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_wall_and_what_opens_over_it(server, page_of, axe, theme):
    server.clear_kitchen()
    server.order("Table 8", Burger=1, Fries=2)
    server.clear_kitchen()
    server.order("Table 8", Burger=1, Fries=2)
    look = f"localStorage.setItem('bistro.screen', '{{\"theme\": \"{theme}\"}}')"
    page = page_of("kitchen", "/kitchen/", script=look)
    expect(page.get_by_text("Table 8").first).to_be_attached()
    page.keyboard.press("1")
    axe(page)
    for key in OVER_THE_WALL.values():
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        page.keyboard.press(key)
        if key in ("d", "r"):
            expect(page.locator("#panel")).to_be_visible()
        axe(page)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pass(server, page_of, axe, theme):
    server.order("Table 8", Burger=1)
    server.clear_kitchen()
    server.order("Table 9", Burger=1, Fries=2)
    look = f"localStorage.setItem('bistro.screen', '{{\"theme\": \"{theme}\"}}')"
    page = page_of("kitchen", "/kitchen/expo/", script=look)
    expect(page.get_by_text("READY").first).to_be_attached()
    axe(page)
    page.keyboard.press("n")
    axe(page)


def test_the_judge_finds_what_is_wrong(server, browser: Browser, axe):
    """Control: a picture without a text and a field without a label are serious."""
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.set_content("<html><body><img src='/static/icon.svg'><input name='guests'></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
    context.close()

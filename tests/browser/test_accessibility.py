"""Nothing serious for axe to find, on any page, with people and orders in it."""

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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("role", "path"), [("kitchen", "/kitchen/"), ("waiter", "/floor/")])
def test_live_pages(server, page_of, axe, role, path, size):
    server.order("Table 7", Burger=1, Fries=2)
    page = page_of(role, path)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("Table 7").first).to_be_attached()
    axe(page)


def test_the_judge_finds_what_is_wrong(server, browser: Browser, axe):
    """Negative control: a picture without words and a field without a label are serious."""
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.set_content("<html><body><img src='/static/icon.svg'><input name='guests'></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
    context.close()

"""The booking page on a small phone: without JavaScript and by keyboard alone, from right to left, and for axe."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def address(server, page_of):
    """Return the address of the booking page with the free times of a coming day."""
    page = page_of("manager", "/host/links/", live=False)
    if page.locator("#page").count() == 0:
        page.get_by_role("button", name="Open").first.click()
    link = urlsplit(page.locator("#page").input_value()).path
    return f"{link}?day={(datetime.now(UTC) + timedelta(days=3)).date()}&size=2"


def test_a_guest_books_by_keyboard_without_javascript(server, browser: Browser, address):
    context = browser.new_context(base_url=server.url, java_script_enabled=False, viewport=SMALL, locale="en")
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="12:00").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("We keep this table for you until")).to_be_visible()
    page.get_by_label("Name").focus()
    for typed in ("Ana Lindqvist", "ana@example.com"):  # the next field is one Tab away
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/booking/"))
    expect(page.get_by_text("Ana Lindqvist")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("language", "scheme"), [("ar", "light"), ("de", "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(server, browser: Browser, axe, address, language, scheme):
    context = browser.new_context(base_url=server.url, viewport=SMALL, locale=language, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    for _step in ("the times", "the form"):
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]
        if page.locator("#name").count() == 0:
            page.get_by_role("button", name="13:00").click()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "")
    context.close()

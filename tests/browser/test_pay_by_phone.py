"""Paying by phone in a real browser: taps, 320 pixels, without JavaScript, by keyboard, from right to left."""

import os
import re

import pytest
from playwright.sync_api import Browser, expect

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def phone(server, browser: Browser, page_of):
    """Return a function: it orders at a table and opens the guests' page of its bill on a narrow phone."""
    contexts = []

    def opened(table: str, **options):
        server.order(table, Burger=2)
        staff = page_of("waiter", "/floor/")
        staff.get_by_label(re.compile(f"^{table},")).first.click()
        staff.locator("#sheet-bill").click()
        link = staff.locator("a[href*='/pay/']").first.get_attribute("href")
        context = browser.new_context(base_url=server.url, viewport=PHONE, has_touch=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto("/pay/" + link.split("/pay/")[1])
        return page

    yield opened
    for context in contexts:
        context.close()


def picture(page, name):
    """Keep a picture where PICTURES says so."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_three_taps_without_javascript(phone):
    page = phone("Table 5", java_script_enabled=False)
    picture(page, "bill")
    page.get_by_role("link", name="Everything").click()
    picture(page, "tip")
    page.get_by_role("button", name="No tip").click()
    picture(page, "confirm")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    picture(page, "paid")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("link", name="Receipt").click()
    expect(page).to_have_url(re.compile("/receipt/"))


def test_dishes_are_chosen_by_keyboard(phone):
    page = phone("Table 6")
    box = page.get_by_role("checkbox").first
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pay my dishes").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("10 %")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Pay")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


@pytest.mark.parametrize("language", ["de-DE", "ar"])
def test_each_page_fits_and_has_no_serious_finding(phone, axe, language):
    page = phone("Table 7", locale=language, color_scheme="dark" if language == "ar" else "light")
    for step in ("a[href*='for=all']", "button[name=tip] >> nth=1"):
        fits(page)
        axe(page)
        picture(page, f"{language}-{step[0]}")
        page.locator(step).first.click()
    fits(page)
    axe(page)

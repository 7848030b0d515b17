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


def press_until(page, locator, key):
    """Go through the page with the tab key until this is focused, and press the key."""
    for _stop in range(40):
        page.keyboard.press("Tab")
        if locator.evaluate("each => each === document.activeElement"):
            page.keyboard.press(key)
            return
    raise AssertionError(f"the tab key does not reach {locator}")


def test_dishes_are_paid_by_tab_space_and_enter_alone(phone):
    page = phone("Table 6")
    press_until(page, page.get_by_role("checkbox").first, "Space")
    press_until(page, page.get_by_role("button", name="Pay my dishes"), "Enter")
    press_until(page, page.get_by_role("button", name=re.compile("10 %")), "Enter")
    press_until(page, page.get_by_role("button", name=re.compile("^Pay")), "Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


@pytest.mark.parametrize("language", ["en-IE", "de-DE", "fr-FR", "es-ES", "ar"])
def test_each_page_fits_has_no_serious_finding_and_reads_amounts_as_money(phone, axe, language):
    """A screen reader hears the currency with each amount, whatever the language: the house writes it one way."""
    page = phone("Table 7", locale=language, color_scheme="dark" if language == "ar" else "light")
    for step in ("a[href*='for=all']", "button[name=tip] >> nth=1"):
        fits(page)
        axe(page)
        picture(page, f"{language}-{step[0]}")
        page.locator(step).first.click()
    fits(page)
    axe(page)
    picture(page, f"{language}-confirm")
    heard = page.locator("main").aria_snapshot()
    assert re.search(r"button .*€\d+\.\d\d", heard), heard
    assert not re.search(r"(?<![€\d.])\b\d+[.,]\d\d\b(?! ?€)", heard), "an amount without its currency"

"""All pages of the set-up and the admin in a browser: no serious findings of axe, and nothing wider than the screen."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

NAMES = "copy restaurant hours tax menu stations room staff devices printers"
SET_UP = ["", *(f"{name}/" for name in NAMES.split())]
LAPTOP, PHONE = (1366, 768), (390, 844)
OTHER_WAY_ROUND = "document.documentElement.dir = 'rtl'"  # what an Arabic page does; staff pages are not in Arabic yet
FITS = "document.documentElement.scrollWidth <= innerWidth"


def sized(page: Page, size: tuple[int, int]) -> Page:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    return page


@pytest.mark.parametrize(("theme", "size"), [("light", LAPTOP), ("dark", PHONE)])
def test_all_pages_of_the_set_up(page_of, axe, theme, size):
    page = sized(page_of("owner", "/floor/"), size)
    page.emulate_media(color_scheme=theme)
    for name in SET_UP:
        page.goto(f"/setup/{name}")
        axe(page)
        assert page.evaluate(FITS), name
        page.evaluate(OTHER_WAY_ROUND)
        assert page.evaluate(FITS), f"{name}, from right to left"


def lists_of_the_admin(page: Page) -> list[str]:
    """Return the addresses that the admin's menu and first page lead to."""
    page.goto("/admin/")
    links = page.evaluate("[...document.querySelectorAll('a[href^=\"/admin/\"]')].map((link) => link.pathname)")
    return sorted({urlsplit(link).path for link in links if not link.endswith(("/logout/", "/password_change/"))})


def test_all_lists_of_the_admin_and_a_row_of_each(page_of, axe):
    page = sized(page_of("owner", "/floor/"), LAPTOP)
    found = lists_of_the_admin(page)
    assert len(found) > 20
    for number, path in enumerate(found):
        sized(page, PHONE if number % 2 else LAPTOP)
        page.goto(path)
        axe(page)
        row = page.locator("#result_list tbody tr :is(th, td) a").first
        if row.count():
            page.goto(row.get_attribute("href") or "")
            axe(page)

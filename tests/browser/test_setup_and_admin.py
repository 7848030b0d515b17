"""All pages of the set-up and the admin in a browser: no serious findings of axe, and nothing wider than the screen."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

NAMES = "copy restaurant hours tax menu stations room staff devices printers"
SET_UP = ["", *(f"{name}/" for name in NAMES.split())]
LAPTOP, PHONE = (1366, 768), (390, 844)
OTHER_WAY_ROUND = "document.documentElement.dir = 'rtl'"  # what an Arabic page does; staff pages are not in Arabic yet
# The page of a new row, and that of the first row.
FORMS = """(path) => {
  const links = [...document.querySelectorAll("a[href]")].map((link) => link.pathname);
  const row = document.querySelector("#result_list tbody :is(th, td) a");
  return [...new Set(links.filter((link) => link === `${path}add/`)), ...(row ? [row.getAttribute("href")] : [])];
}"""
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
        more = page.evaluate(FORMS, path)
        for address in more:
            page.goto(address)
            axe(page)


def test_every_entry_of_the_menu_is_reachable_on_a_laptop(page_of):
    page = sized(page_of("owner", "/floor/"), LAPTOP)
    page.goto("/admin/")
    closed = page.locator("#nav-sidebar button[aria-expanded=false]")
    assert closed.count() > 3
    while closed.count():
        closed.first.press("Enter")
    links = page.locator("#nav-sidebar-apps a[href]")
    assert links.count() > 20
    for number in range(links.count()):
        link = links.nth(number)
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport()
        box = link.bounding_box()
        assert box is not None
        point = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert link.evaluate("(link, [x, y]) => link.contains(document.elementFromPoint(x, y))", point), box


def test_the_preview_of_a_file_with_words_of_another_system(page_of, axe):
    page = sized(page_of("owner", "/floor/"), LAPTOP)
    page.goto("/admin/menu_files/menuimport/add/")
    data = "Kategorie;Name;Preis;Steuer;Posten\nSuppen;Gulasch;7,50;A;Herd\nGetränke;Wasser;3,00;B;Schank\n"
    page.locator("input[type=file]").set_input_files({"name": "k.csv", "mimeType": "text/csv", "buffer": data.encode()})
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("#words")).to_have_attribute("open", "")
    axe(page)
    page.get_by_label("Another rate for A").fill("19")
    page.get_by_label("Another rate for B").fill("7")
    page.get_by_label("Meaning of the station Schank").select_option("+")
    page.get_by_role("button", name="Show the preview with these answers").click()
    expect(page.locator("#stations")).to_have_text("New stations: Schank.")
    axe(page)
    sized(page, PHONE)
    axe(page)
    assert page.evaluate(FITS)

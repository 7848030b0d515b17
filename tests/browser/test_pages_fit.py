"""No page of managers is wider than its screen: in English, in German and from right to left, on laptop and phone."""

import io
from itertools import product

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

LAPTOP, PHONE = (1366, 768), (390, 844)
SETUP = "/ /account/ /restaurant/ /hours/ /tax/ /menu/ /stations/ /room/ /staff/ /devices/ /printers/ /copy/"
LISTS = """
    menu/item menu/category menu/category/languages menu/modifiergroup menu_files/menuimport menu_bulk/bulkchange
    mail/message mail/message/settings core/membership core/membership/rights core/invitation core/device webhooks/hook
"""
MANAGERS = [
    *(f"/setup{path}" for path in SETUP.split()),
    "/admin/",
    *(f"/admin/{name}/" for name in LISTS.split()),
    *(
        f"/admin/{name}/add/"
        for name in ("menu/item", "menu_files/menuimport", "menu_bulk/bulkchange", "webhooks/hook")
    ),
    "/me/",
]
ROWS = ("/admin/menu/item/", "/admin/core/membership/", "/admin/core/device/", "/admin/menu/modifiergroup/")
WIDER = "document.documentElement.scrollWidth > innerWidth"
# Lines of a card whose words are cut at their upper or lower edge.
CUT = """() => [...document.querySelectorAll("#result_list :is(td, th)[data-label]")]
    .filter((cell) => cell.scrollHeight > cell.clientHeight + 1).map((cell) => cell.innerText.slice(0, 60))"""


def faults(page: Page, paths: list[str], ways: tuple[str, ...]) -> list[tuple[str, str, int, str]]:
    """Return (path, way, width, fault) of each page that does not fit."""
    found = []
    for path in paths:
        answer = page.goto(path, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.ok, path
        page.evaluate("document.fonts.ready")
        for (width, height), way in product((LAPTOP, PHONE), ways):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("(way) => { document.documentElement.dir = way }", way)
            if page.evaluate(WIDER):
                found.append((path, way, width, "wider than the screen"))
            if cut := page.evaluate(CUT):
                found.append((path, way, width, f"cut: {cut[:3]}"))
    return found


def first_rows(page: Page) -> list[str]:
    """Return the address of the first row of some lists."""
    links = []
    for path in ROWS:
        page.goto(path)
        links.append(page.locator("#result_list tbody :is(th, td) a").first.get_attribute("href"))
    return [link for link in links if link]


def add_photo(page: Page) -> None:
    """Give the first dish a photo, whose name is long."""
    page.goto(ROWS[0])
    page.locator("#result_list tbody :is(th, td) a").first.click()
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900)).save(picture, "PNG")
    file = {"name": "soup.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.locator("input[type=file][name=image]").set_input_files(file)
    page.locator("[name=_continue]").click()
    expect(page.locator(".field-image img")).to_have_js_property("naturalWidth", 1200)


def test_control_a_cut_line_is_found(page_of):
    page = page_of("owner", ROWS[0], live=False)
    assert page.evaluate(CUT) == []
    page.evaluate("""() => {
        const cell = document.querySelector("#result_list :is(td, th)[data-label]");
        Object.assign(cell.style, { display: "block", blockSize: "8px", overflow: "hidden" });
    }""")
    assert len(page.evaluate(CUT)) == 1


@pytest.mark.parametrize(("language", "ways"), [("en", ("ltr", "rtl")), ("de", ("ltr",))])
def test_pages_of_managers_fit(page_of, language, ways):
    page = page_of("owner", "/me/", live=False)
    page.locator("#language").select_option(language)
    page.locator("form[action$='/language/'] button").click()
    add_photo(page)
    try:
        assert faults(page, [*MANAGERS, *first_rows(page)], ways) == []
    finally:
        page.goto("/me/")
        page.locator("#language").select_option("")
        page.locator("form[action$='/language/'] button").click()


def test_control_a_part_that_sticks_out_is_found(page_of):
    page = page_of("owner", "/admin/", live=False)
    page.evaluate("document.querySelector('h1').style.inlineSize = '2000px'")
    page.evaluate("document.querySelector('h1').style.flexShrink = '0'")
    assert page.evaluate(WIDER)

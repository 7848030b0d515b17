"""Small screens, in German: words keep off buttons, every place can be reached, fingers hit the tables."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
HEADS = ("/host/", "/setup/hours/", "/floor/payments/", "/till/shift/", "/floor/documents/", "/floor/evening/")
FINGER = 44
# The heading's words and the other parts of the header, as boxes.
COVERED = """() => {
    const heading = document.querySelector(".shell__top > h1"), range = document.createRange();
    range.selectNodeContents(heading);
    const words = range.getBoundingClientRect();
    const others = [...heading.parentElement.children].filter((each) => each !== heading && each.offsetWidth > 0);
    return others.some((each) => {
        const box = each.getBoundingClientRect();
        return box.left < words.right - 1 && box.right > words.left + 1;
    });
}"""
# Whether the badge lies over the words of a tile's name. A word's box is a few pixels higher than its letters.
BADGE_COVERS = """(tile) => {
    const badge = tile.querySelector(".order-tile__count").getBoundingClientRect(), range = document.createRange();
    range.selectNodeContents(tile.querySelector(".order-tile__name"));
    return [...range.getClientRects()].some((word) =>
        word.right > badge.left + 1 && word.left < badge.right - 1
        && word.bottom > badge.top + 4 && word.top < badge.bottom - 4);
}"""


@pytest.fixture
def german(page_of) -> Callable[..., Page]:
    """Return a function that opens a page in German on a phone; the person's own language is put back afterwards."""
    opened: list[Page] = []

    def open_page(role: str, path: str) -> Page:
        page = page_of(role, "/me/", live=False)
        choose(page, "de")
        opened.append(page)
        page.set_viewport_size(PHONE)
        page.goto(path)
        return page

    yield open_page
    for page in opened:
        page.goto("/me/")
        choose(page, "")


def choose(page: Page, language: str) -> None:
    page.locator("#language").select_option(language)
    page.locator("form[action$='/language/'] button").click()


def test_headings_keep_off_their_buttons(german):
    page = german("owner", "/host/")
    for path in HEADS:
        page.goto(path)
        for way in ("ltr", "rtl"):
            page.evaluate(f"document.documentElement.dir = '{way}'")
            assert not page.evaluate(COVERED), (path, way)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, way)
    page.goto("/host/")
    expect(page.locator(".shell__top > h1")).to_have_text("Empfang")
    assert page.evaluate("(() => { const h = document.querySelector('h1'); return h.scrollWidth <= h.clientWidth; })()")


@pytest.mark.parametrize("height", [768, 600])
def test_every_place_of_the_rail_can_be_reached(german, height):
    page = german("owner", "/setup/")
    page.set_viewport_size({"width": 1366, "height": height})
    links = page.locator(".rail__place:visible:not(summary)")
    more = page.locator(".rail__more > summary")
    count = links.count()
    if height == 600:
        more.click()
        expect(page.locator(".rail__grid a").first).to_be_in_viewport(ratio=1)
        count += page.locator(".rail__grid a:visible").count()
    else:
        expect(more).to_be_hidden()
    assert count == page.locator(".rail > a.rail__place").count()
    for link in links.all():
        box = link.bounding_box()
        assert box["y"] >= 0, link.inner_text()
        assert box["y"] + box["height"] <= height, link.inner_text()
        assert box["height"] >= FINGER, link.inner_text()


def test_a_waiter_without_tables_is_led_to_all_of_them(page_of, axe):
    page = page_of("waiter2", "/floor/")
    page.set_viewport_size(PHONE)
    page.locator("#floor-tabs [data-tab=mine]").click()
    expect(page.locator("#floor-none")).to_contain_text("You serve no table now.")
    axe(page)
    page.get_by_role("link", name="Show all tables").click()
    expect(page.locator("#floor-none")).to_be_hidden()
    expect(page.locator("#room")).to_be_visible()
    for _ in range(2):
        shapes = page.locator("#tables .tbl").evaluate_all(
            "all => all.map((each) => each.querySelector('ellipse, rect:not(.tbl__ring)').getBoundingClientRect())"
            ".map((box) => Math.min(box.width, box.height))"
        )
        assert len(shapes) > 20
        assert min(shapes) >= FINGER - 0.5
        page.reload()  # the plan, and all tables, are remembered
        expect(page.locator("#room")).to_be_visible()
        expect(page.locator("#floor-tabs [aria-current]")).to_have_attribute("data-tab", "all")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the plan scrolls, not the page"


def test_the_walls_of_the_plan_are_drawn_in_german_too(german):
    page = german("owner", "/floor/")
    sides = page.locator("#room [data-fixture] > rect").evaluate_all("all => all.map((each) => each.getAttribute('x'))")
    assert sides
    assert not [side for side in sides if not re.fullmatch(r"-?\d+(\.\d+)?", side)]


def test_a_number_on_a_dish_does_not_cover_its_name(german):
    page = german("waiter", "/floor/tables/6/order/")
    tiles = page.locator(".order-tile:not([data-sold-out])")
    for place in range(6):
        tiles.nth(place).click()
        page.keyboard.press("Escape")
    counted = page.locator(".order-tile:has(.order-tile__count)")
    expect(counted.first).to_be_visible()
    for tile in counted.all():
        assert not tile.evaluate(BADGE_COVERS), tile.inner_text()


def test_more_stays_in_the_corner_of_a_ticket(server, german):
    server.order("Table 5", Burger=1)
    page = german("kitchen", "/kitchen/")
    ticket = page.locator(".ticket").first
    expect(ticket).to_be_visible()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        ticket.evaluate("""(each) => {
            each.dataset.age = "soon";
            each.querySelector(".ticket__word").textContent = "bald";
            each.querySelector(".ticket__age time").textContent = "1 h 23";
            each.querySelector(".ticket__table").textContent = "Terrasse 12";
        }""")
        head, more = ticket.locator(".ticket__head").bounding_box(), ticket.locator(".ticket__more").bounding_box()
        assert abs(more["y"] - head["y"]) <= 1, "it does not move to a second row"
        assert more["x"] + more["width"] <= head["x"] + head["width"] + 1
        age = ticket.locator(".ticket__age").bounding_box()
        assert age["x"] + age["width"] <= more["x"] + 1 or age["y"] >= more["y"] + more["height"] - 1


def test_a_receipt_stands_in_the_middle_of_a_phone(server, page_of):
    server.order("Table 12", Burger=1)
    page = page_of("waiter", "/floor/")
    page.locator("#floor-tabs [data-tab=all]").click()
    page.get_by_label(re.compile("^Table 12,")).first.click()
    page.locator("#sheet-bill").click()
    page.locator("[data-cash-take]").click()
    expect(page.get_by_text("Change:")).to_be_visible()
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Receipt").or_(page.get_by_role("button", name="Receipt")).first.click()
    slip = page.locator("#slip")
    expect(slip).to_be_visible()
    box = slip.bounding_box()
    left, right = box["x"], PHONE["width"] - box["x"] - box["width"]
    assert left >= 16
    assert abs(left - right) <= 1

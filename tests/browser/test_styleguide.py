"""The style guide and the shell in a browser: photographs, axe, popovers by keyboard, pages without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in

SIZES = {"phone": (390, 844), "tablet": (1024, 768), "laptop": (1366, 768)}


@pytest.fixture
def open_page(browser: Browser, server, session_of):
    """Return a function that opens a page of a person in a theme, at a size, with or without scripts."""
    contexts = []

    def open_(role, path, theme="light", size="tablet", scripts=True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=server.url,
            storage_state=session_of(role) if role else None,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme=theme,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("size", SIZES)
def test_the_style_guide_is_photographed(open_page, tmp_path, size):
    page = open_page("manager", "/styleguide/", size=size)
    for theme in ("light", "dark"):
        picture = page.locator(f"#{theme}").screenshot(path=tmp_path / f"{size}-{theme}.png")
        assert len(picture) > 20_000
    assert sideways(page) <= 0


def test_marks_are_drawn_in_the_colours_of_their_state(open_page):
    """A mark takes its colours through the sprite: the middle of a free table's mark is the token's green."""
    page = open_page("manager", "/styleguide/")
    mark = page.locator("#light .styleguide__marks .mark[data-state='free']").first
    mark.evaluate("each => each.scrollIntoView({block: 'center'})")
    box = mark.bounding_box()
    pixel = page.screenshot(
        clip={"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "width": 1, "height": 1}
    )
    assert colour_of(page, pixel) == [0x00, 0x9E, 0x73]


def colour_of(page: Page, png: bytes) -> list[int]:
    return page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(1, 1).getContext("2d");
            canvas.drawImage(image, 0, 0);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }""",
        list(png),
    )


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("tablet", "light")])
@pytest.mark.parametrize("path", ["/styleguide/", "/alarms/", "/", "/restaurant/", "/nothing/here/"])
def test_pages_of_the_shell_have_no_serious_finding(open_page, axe, path, size, theme):
    page = open_page("manager", path, theme, size)
    axe(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/login/", "/device/", "/invitation/unknown/"])
def test_pages_before_the_login_have_no_serious_finding(open_page, axe, path, theme):
    page = open_page(None, path, theme, "phone")
    axe(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("size", SIZES)
def test_popovers_open_one_at_a_time_and_close_with_escape(open_page, axe, size):
    page = open_page("manager", "/alarms/", size=size)
    alarms, me = page.locator("details.alarms"), page.locator("details.me")
    alarms.locator("summary").press("Enter")
    expect(alarms.locator(".popover__body")).to_be_in_viewport()
    axe(page)
    if size == "phone":  # a veil covers the page, and a press on it closes the list
        page.mouse.click(195, 100)
    me.locator("summary").click()
    expect(alarms.locator(".popover__body")).to_be_hidden()
    expect(me.get_by_role("button", name="Sign out")).to_be_in_viewport()
    axe(page)
    page.keyboard.press("Escape")
    expect(me.locator(".popover__body")).to_be_hidden()
    expect(me.locator("summary")).to_be_focused()


def test_a_phone_has_the_rest_of_the_places_behind_more(open_page, axe):
    page = open_page("manager", "/alarms/", size="phone")
    expect(page.get_by_role("link", name="Admin")).to_be_hidden()
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("link", name="Admin")).to_be_in_viewport()
    axe(page)


def test_targets_are_large_enough(open_page):
    page = open_page("manager", "/alarms/", size="phone")
    for box in page.locator("nav.rail :is(a, summary):visible, header :is(a, summary, button):visible").all():
        size = box.bounding_box()
        assert min(size["width"], size["height"]) >= 44, box.inner_text()


def test_the_shell_works_without_scripts(open_page, server):
    """The person logs in again, because signing out ends the session that other tests share."""
    page = open_page(None, "/login/", scripts=False)
    log_in(page, server, "manager")
    page.goto("/alarms/")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_keypad_and_a_stepper_write_into_their_fields(open_page):
    page = open_page("manager", "/styleguide/")
    light = page.locator("#light")
    light.get_by_label("Cash given").fill("4")
    light.locator(".keypad").get_by_role("button", name="2", exact=True).click()
    expect(light.get_by_label("Cash given")).to_have_value("42")
    light.get_by_role("button", name="One more: guests").click()
    expect(light.get_by_label("guests", exact=True)).to_have_value("3")

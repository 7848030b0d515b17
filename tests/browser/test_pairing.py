"""A screen without a keyboard, and a browser beside a printer: both continue automatically under the strict policy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in

SIZES = {"wall": (1920, 1080), "tablet": (1024, 768), "phone": (390, 844)}
# The texts that the browser would have printed.
PRINTED = """window.printed = [];
window.print = () => {
  const count = window.printed.push(document.querySelector(".slip").innerText);
  document.body.dataset.printed = count;
};"""


@pytest.fixture
def new_page(browser: Browser, server) -> Iterator:
    """Open a page in a browser of its own; anything that the policy blocks fails the test."""
    contexts, problems = [], []

    def open_page(**options) -> Page:
        context = browser.new_context(base_url=server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: "Security Policy" in message.text and problems.append(message.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def show_code(page: Page) -> str:
    page.goto("/device/")
    page.get_by_role("button", name="Show a code").click()
    return "".join(page.locator("#shown-code").inner_text().split())


def pair(manager: Page, code: str, name: str) -> None:
    manager.goto("/admin/core/device/pair/")
    manager.get_by_label("Code on the screen").fill(code.lower())
    manager.get_by_label("Name").fill(name)
    manager.get_by_role("button", name="Pair", exact=True).click()
    expect(manager.get_by_text(f"{name} is paired.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_wall_shows_its_code_and_goes_on_to_its_board(new_page, server, script):
    wall, manager = new_page(java_script_enabled=script), new_page()
    code = show_code(wall)
    log_in(manager, server, "owner")
    pair(manager, code, f"Wall {script}")
    expect(wall).to_have_url(re.compile("/kitchen/"), timeout=15_000)
    kept = [cookie for cookie in wall.context.cookies() if cookie["name"] == "bistro_device"]
    assert wall.evaluate("document.cookie").find("bistro_device") == -1 if script else kept
    rebooted = new_page(storage_state={"cookies": kept, "origins": []})
    rebooted.goto("/device/")
    expect(rebooted).to_have_url(re.compile("/kitchen/"))


@pytest.mark.parametrize("size", SIZES)
def test_the_code_fits_and_nothing_is_wrong_with_the_page(new_page, axe, size):
    width, height = SIZES[size]
    page = new_page(viewport={"width": width, "height": height})
    page.goto("/device/")
    axe(page)
    show_code(page)
    axe(page)
    box = page.locator("#shown-code").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < height, "the whole code is on the screen"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if size == "wall":
        assert page.locator("#shown-code span").first.bounding_box()["height"] > 250, "legible from three metres"


def test_a_browser_prints_what_comes(new_page, server, axe):
    manager, beside = new_page(), new_page()
    beside.add_init_script(PRINTED)
    log_in(manager, server, "owner")
    manager.goto("/admin/printing/printer/add/")
    manager.locator("[name=name]").fill("Laptop")
    manager.locator("[name=station]").select_option(label="Grill and Stove")
    manager.locator("[name=kind]").select_option("browser")
    manager.get_by_role("button", name="Save", exact=True).click()
    expect(manager.get_by_text("Laptop").first).to_be_visible()
    address = manager.get_by_role("link", name="Laptop").first.get_attribute("href")
    log_in(beside, server, "kitchen")
    beside.goto(f"/kitchen/printers/{re.search(r'/printer/([0-9]+)/', address)[1]}/")
    axe(beside)
    server.order("Table 9", Burger=2)
    expect(beside.locator("body")).to_have_attribute("data-printed", "1", timeout=15_000)
    (slip,) = (" ".join(text.split()) for text in beside.evaluate("window.printed"))
    assert "2 × Burger" in slip
    assert "Table 9" in slip
    beside.wait_for_timeout(3_000)
    assert beside.evaluate("window.printed.length") == 1
    beside.goto("/kitchen/")
    ticket = beside.locator("#tickets .ticket", has_text="Table 9").first.get_attribute("id")
    beside.goto(f"/kitchen/tickets/{ticket.removeprefix('ticket-')}/print/")
    axe(beside)

"""Warnings about stale screens: dead lines, sleep, a kitchen without screens, blocked sound."""

import re
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from harness.service import Service
from tests.browser.lines import wire_to

NOT_LIVE_MS = 12_000  # the limit for the warning; the last heartbeat may be one second old
MARGIN_MS = 3_000
# The control: a page with stopped timers never notices the silence.
NO_WATCHDOG = "const then = Date.now(); performance.now = () => 0; Date.now = () => then;"


@pytest.fixture
def wire(server: Service):
    with wire_to(urlsplit(server.url).port) as line:
        yield line


def state(page: Page):
    return page.locator("#live")


def test_a_dead_line_is_told_and_the_truth_comes_back(server: Service, page_of, wire):
    careful, trusting = (page_of("kitchen", "/kitchen/", base_url=wire.url, script=js) for js in ("", NO_WATCHDOG))

    wire.die()
    order = server.order("Table 6", Burger=1)
    expect(state(careful)).to_have_attribute("data-live", "stale", timeout=NOT_LIVE_MS + MARGIN_MS)
    expect(state(careful)).to_contain_text("NOT LIVE")
    expect(state(careful)).to_contain_text(re.compile(r"\d+ s old"))
    expect(careful.locator("#board")).to_have_class(re.compile("not-live"))
    assert state(trusting).get_attribute("data-live") == "live", "the watchdog alone makes the difference"

    wire.heal()
    expect(state(careful)).to_have_attribute("data-live", "live", timeout=5_000)
    expect(careful.locator(f"[data-order='{order['id']}']").first).to_be_visible(timeout=5_000)
    expect(careful.locator("#board")).not_to_have_class(re.compile("not-live"))
    assert trusting.locator(f"[data-order='{order['id']}']").count() == 0


def test_a_tab_that_slept_shows_the_truth_when_it_wakes(server: Service, kitchen_page: Page):
    devtools = kitchen_page.context.new_cdp_session(kitchen_page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    order = server.order("Table 7", Burger=1)
    time.sleep(2)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    expect(kitchen_page.locator(f"[data-order='{order['id']}']").first).to_be_visible(timeout=5_000)
    expect(state(kitchen_page)).to_have_attribute("data-live", "live", timeout=5_000)


def test_an_order_that_no_kitchen_screen_shows_rings_on_the_floor_until_one_does(
    server: Service, floor_page: Page, page_of
):
    order = server.order("Table 8", Burger=1)
    alarm = floor_page.locator("#alarms").get_by_text(f"The kitchen has not seen order {order['number']} yet")
    expect(alarm).to_have_count(0)
    expect(alarm).to_be_visible(timeout=20_000 + MARGIN_MS)
    page_of("kitchen", "/kitchen/")
    expect(alarm).to_have_count(0, timeout=5_000)


def test_the_sound_button_says_when_the_browser_has_not_allowed_it(kitchen_page: Page):
    button = kitchen_page.locator("[data-act='sound']")
    expect(button).to_contain_text("Tap to allow sound")
    button.click()
    expect(button).to_contain_text("Sound on")

"""A shared tablet in a browser: names, keypad, change of person in one tap, the lock when nobody touches it."""

import re

import pytest
from playwright.sync_api import expect

from bistro.core.auth.authentication import DEVICE_COOKIE

SIZES = [(390, 844), (1024, 768), (1366, 768), (1920, 1080)]
LEAST = 64  # CSS pixels, of targets that are hit in a hurry


@pytest.fixture
def tablet(browser, server):
    """Return a function that opens a page in a browser which is the demo's shared tablet, and leave it locked."""
    token = next(device["token"] for device in server.demo["devices"] if device["kind"] == "tablet")
    contexts, problems = [], []

    def open_page(**more):
        context = browser.new_context(base_url=server.url, **{"viewport": {"width": 1024, "height": 768}, **more})
        contexts.append(context)
        context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/")
        expect(page).to_have_url(re.compile(r"/tablet/$"))
        return page

    yield open_page
    contexts[-1].request.post("/tablet/lock/", headers=csrf(contexts[-1], server))
    for context in contexts:
        context.close()
    assert problems == []


def csrf(context, server):
    token = next((cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken"), "")
    return {"X-CSRFToken": token, "Origin": server.url}


def name_of(server, role):
    return {"waiter": "Wim de Boer", "kitchen": "Kenji Mori"}[role]


def come(page, server, role):
    """Choose a name and tap the PIN."""
    page.get_by_role("link", name=name_of(server, role)).click()
    for digit in server.demo["staff"][role]["pin"]:
        page.locator(f".keypad__key[value='{digit}']").click()
    page.get_by_role("button", name="Start").click()


def test_two_people_take_turns_and_get_the_page_back(tablet, server):
    page = tablet()
    come(page, server, "waiter")
    expect(page).to_have_url(re.compile(r"/floor/$"))
    expect(page.locator(".me__name")).to_contain_text("Wim de Boer")
    page.goto("/floor/evening/")
    page.get_by_role("button", name="Change person").click()  # one tap
    expect(page).to_have_url(re.compile(r"/tablet/\?next="))
    come(page, server, "kitchen")
    expect(page).to_have_url(re.compile(r"/kitchen/"))  # a cook has no evening at tables
    page.goto("/me/")
    page.get_by_role("button", name="Change person").click()
    come(page, server, "waiter")
    expect(page.locator(".me__name")).to_contain_text("Wim de Boer")


def test_a_keyboard_is_enough(tablet, server):
    page = tablet()
    link = page.get_by_role("link", name="Wim de Boer")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type(server.demo["staff"]["waiter"]["pin"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/floor/$"))


def test_without_scripts_the_devices_own_keys_type_the_pin(tablet, server):
    page = tablet(java_script_enabled=False)
    page.get_by_role("link", name="Wim de Boer").click()
    expect(page.locator(".keypad")).to_be_hidden()
    page.locator("#pin").fill("1357")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the PIN of Wim de Boer.")
    page.locator("#pin").fill(server.demo["staff"]["waiter"]["pin"])
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile(r"/floor/$"))
    page.get_by_role("button", name="Change person").click()
    expect(page).to_have_url(re.compile(r"/tablet/"))


def test_a_tablet_that_nobody_touches_locks_and_a_touched_one_does_not(tablet, server):
    page = tablet()
    page.clock.install()
    come(page, server, "waiter")
    page.goto("/floor/evening/")
    page.clock.run_for(4 * 60_000)
    page.mouse.click(5, 400)
    page.clock.run_for(4 * 60_000)
    expect(page).to_have_url(re.compile(r"/floor/evening/"))
    page.clock.run_for(60_000 + 10_000)
    expect(page).to_have_url(re.compile(r"/tablet/\?next=%2Ffloor%2Fevening%2F"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_targets_are_large_and_nothing_is_outside(tablet, server, axe, size, scheme):
    page = tablet(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    for step in ("names", "keypad"):
        if step == "keypad":
            page.get_by_role("link", name="Wim de Boer").click()
            expect(page.locator(".keypad")).to_be_visible()
        small = page.locator("main a, main button").evaluate_all(
            "found => found.map(e => [e.textContent.trim(), e.getBoundingClientRect()])"
            f".filter(([, box]) => Math.min(box.width, box.height) < {LEAST}).map(([text]) => text)"
        )
        assert small == [], step
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        axe(page)
    button = page.get_by_role("button", name="Start").bounding_box()
    assert button["y"] + button["height"] <= size[1], "the keypad fits without scrolling"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_person_are_accessible(tablet, server, axe, scheme):
    page = tablet(color_scheme=scheme)
    come(page, server, "waiter")
    for path in ("/me/", "/floor/evening/"):
        page.goto(path)
        axe(page)

"""Fixtures of the browser tests: a served restaurant, pages of its people, and the accessibility checker."""

import functools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect

from harness.service import Running, Service

SERIOUS = {"serious", "critical"}
WALL = {"width": 1920, "height": 1080}
LIVE_MS = 10_000  # time limit for a page to become live


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder as a browser test."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Use the machine's own Chromium, so that nothing is downloaded."""
    known = (
        os.environ.get("CHROMIUM"),
        *map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser")),
    )
    path = next(filter(None, known), "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a stopped restaurant with the demo data."""
    folder = tmp_path_factory.mktemp("demo")
    with Running(folder):
        pass
    return folder / "var"


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a copy of the demo restaurant, so that the tests of one file cannot disturb those of another."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demo_data, folder / "var")
    with Running(folder, prepared=True) as service:
        yield service


@pytest.fixture(scope="module")
def session_of(browser: Browser, server: Service) -> Callable[[str], StorageState]:
    """Return a function: `session_of("waiter")` gives the cookies of a person who has logged in through the form.

    Each person logs in once for all tests of a file.
    """

    @functools.cache
    def session(role: str) -> StorageState:
        with browser.new_context(base_url=server.url) as context:
            log_in(context.new_page(), server, role)
            return context.storage_state()

    return session


@pytest.fixture
def page_of(
    browser: Browser, server: Service, session_of: Callable[[str], StorageState]
) -> Iterator[Callable[..., Page]]:
    """Return a function: `page_of("waiter", "/floor/")` opens that page, live, in a browser of its own, logged in.

    `base_url` selects another line to the same server; `script` runs before the page's own scripts; a page without a
    feed is opened with `live=False`.
    """
    contexts = []
    problems: list[str] = []

    def open_page(role: str, path: str, base_url: str = "", script: str = "", live: bool = True) -> Page:
        context = browser.new_context(base_url=base_url or server.url, viewport=WALL, storage_state=session_of(role))
        contexts.append(context)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.on("pageerror", lambda error: problems.append(f"{path}: {error}"))
        page.on("console", lambda message: _note_blocked(message.text, path, problems))
        page.goto(path)
        if live:
            expect(page.locator("#live")).to_have_attribute("data-live", "live", timeout=LIVE_MS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == [], "errors or blocked code on the page"


def _note_blocked(text: str, path: str, problems: list[str]) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        problems.append(f"{path}: {text}")


def log_in(page: Page, server: Service, role: str) -> None:
    """Log in through the form, as a person does."""
    person = server.demo["staff"][role]
    page.goto("/login/")
    page.locator("input[name=username]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("input[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile(r"/login/"))


@pytest.fixture
def kitchen_page(page_of: Callable[..., Page]) -> Page:
    """Open the kitchen wall, logged in as a cook."""
    return page_of("kitchen", "/kitchen/")


@pytest.fixture
def floor_page(page_of: Callable[..., Page]) -> Page:
    """Open the floor, logged in as a waiter."""
    return page_of("waiter", "/floor/")


# Transitions begin with the next frame, and end within some hundred milliseconds; endless animations are left alone.
SETTLED = """async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    const settled = Promise.allSettled(ending.map((one) => one.finished));
    await Promise.race([settled, new Promise((go) => setTimeout(go, 3000))]);
}"""


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return a function: `axe(page)` fails on any serious finding, once colours that change slowly are there."""

    def judge(page: Page) -> None:
        page.evaluate(SETTLED)
        found = [
            f"{one['id']} ({one['impact']}): {one['help']}\n  "
            + "\n  ".join(f"{node['html'][:160]} — {node.get('failureSummary', '')}" for node in one["nodes"][:5])
            for one in Axe().run(page).response["violations"]
            if one["impact"] in SERIOUS
        ]
        assert not found, f"{page.url}\n" + "\n".join(found)

    return judge

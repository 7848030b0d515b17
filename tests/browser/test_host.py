"""The host's pages in a real browser: taps until a booking is taken and seated, and no serious findings of axe."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def _open_all_day(server):
    """Let the demo restaurant welcome guests at any time, so that the test can run at any time."""
    with sqlite3.connect(server.database) as database:
        database.execute("DELETE FROM core_openinghours")


@pytest.mark.usefixtures("_open_all_day")
def test_take_a_booking_by_phone_and_seat_it(page_of, axe):
    page: Page = page_of("host", "/host/", live=False)
    page.get_by_role("link", name="Booking", exact=True).click()
    page.get_by_role("button", name="2", exact=True).click()
    page.locator(".host__slot:not([data-full])").first.click()
    page.get_by_label("Name").fill("Klein")
    page.get_by_label("Phone").fill("+49 30 1234")
    axe(page)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("Booked")
    axe(page)
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator("svg a")).to_contain_text("Klein · 2")
    axe(page)
    page.get_by_role("link", name=re.compile("Klein")).first.click()
    axe(page)
    page.get_by_role("link", name="Back to the day").click()
    page.get_by_role("button", name="Seat Klein").click()
    expect(page.get_by_role("region", name="Seated")).to_contain_text("Klein")

"""Texts of pages that cannot be translated, found by a pseudo-language (docs/languages.md)."""

import pytest
from django.conf import settings
from django.utils.translation import gettext

from tests import pseudo
from tests.pseudo import CLOSE, OPEN, unmarked

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

NAMES = ["Bistro", "Europe", "UTC", "EUR", "PIN", "LIVE", "min", *dict(settings.LANGUAGES).values()]
PAGES = {
    "/floor/": "manager",
    "/floor/evening/": "waiter",
    "/floor/counter/": "waiter",
    "/floor/tables/{table}/": "waiter",
    "/floor/tables/{table}/order/": "waiter",
    "/floor/order/": "waiter",
    "/kitchen/": "kitchen",
    "/kitchen/expo/": "kitchen",
    "/kitchen/recalls/": "kitchen",
    "/kitchen/pauses/": "kitchen",
    "/kitchen/tickets/{ticket}/": "kitchen",
    "/kitchen/tickets/{ticket}/print/": "kitchen",
    "/me/": "waiter",
    "/alarms/": "manager",
    "/restaurant/": "manager",
    "/setup/": "owner",
    "/setup/copy/": "owner",
    "/setup/account/": "owner",
    "/setup/restaurant/": "owner",
    "/setup/hours/": "owner",
    "/setup/tax/": "owner",
    "/setup/menu/": "owner",
    "/setup/stations/": "owner",
    "/setup/room/": "owner",
    "/setup/staff/": "owner",
    "/setup/devices/": "owner",
    "/setup/printers/": "owner",
}


def test_the_reader_finds_a_text_without_marks(monkeypatch):
    assert gettext("Send") == "Send"
    pseudo.speak(monkeypatch)
    assert gettext("Send") == f"{OPEN}Send{CLOSE}"
    page = f'<p title="Bare title">{OPEN}Fine {OPEN}nested{CLOSE} <b>more</b>{CLOSE}, Soup <bdi>Name</bdi></p>'
    page += "<p>Bare text</p>"
    assert list(unmarked(page, ["Soup"])) == ["Bare title", "Bare text"]


@pytest.mark.parametrize(("path", "role"), PAGES.items())
def test_every_text_of_a_page_is_translatable(house, monkeypatch, path, role):
    house.reach("ready")
    house.hold_courses()
    two_courses = [{"item": house.item.pk, "quantity": 1, "course": course, "seat": course} for course in (1, 2)]
    ticket = house.tickets(house.place("waiter", lines=two_courses))[0]["id"]
    house.api("pad").post("/api/v1/pad/calls", {"reason": "bill"})
    house.api("manager").post("/api/v1/pauses", {"item": house.item.pk, "minutes": 30, "reason": "Soup"})
    browser = house.browser(role)
    pseudo.speak(monkeypatch)
    answer = browser.get(path.format(table=house.table.pk, ticket=ticket), headers={"accept": "text/html"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count(OPEN) > 3
    assert list(unmarked(page, [*pseudo.stored(), *NAMES])) == []

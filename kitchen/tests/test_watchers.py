"""People who may watch the kitchen but not cook: no control of cooks is offered to them, and none works."""

import re

import pytest

from bistro.core.kernel.roles import PERMISSIONS, STAFF_ROLES, Permission
from bistro.core.tests.http import nothing_changes
from kitchen.models import Ticket
from kitchen.services import bump_ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

WATCHERS = [role for role in STAFF_ROLES if Permission.WATCH_KITCHEN in PERMISSIONS[role]]


def rights(html):
    return re.search(r'<html[^>]*\sdata-may="([^"]*)"', html)[1].split()


@pytest.mark.parametrize("path", ["/kitchen/", "/kitchen/expo/"])
@pytest.mark.parametrize("role", WATCHERS)
def test_the_page_of_who_may_not_cook_takes_the_controls_away(house, role, path):
    house.order()
    html = house.browser(role).get(path).content.decode()
    cooks = Permission.COOK in PERMISSIONS[role]
    assert ("cook" in rights(html)) == cooks
    assert ("js/watching.js" in html) == (not cooks)


@pytest.mark.parametrize("role", WATCHERS)
def test_only_cooks_can_bring_tickets_back(house, role):
    house.order()
    ticket = Ticket.objects.get()
    bump_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))
    browser = house.browser(role)
    html = browser.get("/kitchen/recalls/").content.decode()
    cooks = Permission.COOK in PERMISSIONS[role]
    assert (f"/kitchen/tickets/{ticket.pk}/recall/" in html) == cooks
    if not cooks:
        with nothing_changes():
            assert browser.post(f"/kitchen/tickets/{ticket.pk}/recall/").status_code == 403


def test_whoever_watches_may_fire_courses_and_serve():
    """The pass offers both to everybody who opens it, by button and by key."""
    for role in WATCHERS:
        assert {Permission.FIRE_COURSE, Permission.DELIVER_ORDER} <= PERMISSIONS[role], role

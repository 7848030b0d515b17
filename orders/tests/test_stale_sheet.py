"""Forms of a sheet that other guests have overtaken: those who sit there now keep their table and their allergies."""

import re

import pytest

from bistro.core.tests.http import nothing_changes
from orders.services import clear_table, seat_party
from tables.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


@pytest.fixture
def stale(house, waiter):
    """Open the sheet of guests who then leave, and seat others. Return the party that the sheet's forms name."""
    seat_party(table_id=house.table.pk, size=2, actor=house.actor("waiter"))
    page = waiter.get(f"/floor/tables/{house.table.pk}/").content.decode()
    (named,) = set(re.findall(r'name="party" value="(\d+)"', page))
    clear_table(table_id=house.table.pk, actor=house.actor("waiter"))
    house.others = seat_party(table_id=house.table.pk, size=2, actor=house.actor("waiter"))
    return named


@pytest.mark.parametrize("more", [{}, {"from": "list"}])
def test_a_stale_clear_sends_nobody_away(house, waiter, stale, more):
    with nothing_changes():
        answer = waiter.post(f"/floor/tables/{house.table.pk}/clear/", {"party": stale, **more})
    assert answer.status_code == 409
    assert "Other guests sit here now." in answer.content.decode()


def test_the_clear_of_the_guests_on_the_page(house, waiter, stale):
    assert waiter.post(f"/floor/tables/{house.table.pk}/clear/", {"party": house.others.pk}).status_code == 302
    assert not Party.objects.seated().exists()


def test_a_stale_clear_of_a_free_table_is_a_success(house, waiter, stale):
    clear_table(table_id=house.table.pk, actor=house.actor("waiter"))
    assert waiter.post(f"/floor/tables/{house.table.pk}/clear/", {"party": stale}).status_code == 302


def test_stale_allergies_go_to_nobody_else(house, waiter, stale):
    path = f"/floor/tables/{house.table.pk}/allergies/"
    with nothing_changes():
        answer = waiter.post(path, {"party": stale, "seat": "1", "allergy": ["nuts"]})
    assert answer.status_code == 409
    assert "Other guests sit here now." in answer.content.decode()
    assert waiter.post(path, {"party": house.others.pk, "seat": "1", "allergy": ["nuts"]}).status_code == 302

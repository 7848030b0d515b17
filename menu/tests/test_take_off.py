"""Services of availability: 86 and the countdown of portions."""

import itertools
import json

import pytest

from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.models import Item
from menu.services import set_available, set_portions

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def told() -> list[dict]:
    events = Event.objects.filter(type="menu_updated", action="availability").order_by("seq")
    return [json.loads(event.data) for event in events]


def test_off_and_on_again(house):
    manager = house.actor("manager")
    off = set_available(item_id=house.item.pk, available=False, actor=manager)
    assert off.off_since is not None
    assert not off.available
    on = set_available(item_id=house.item.pk, available=True, actor=manager)
    assert on.off_since is None
    assert on.available
    assert [(news["item"], news["available"], news["portions_left"]) for news in told()] == [
        (house.item.pk, False, None),
        (house.item.pk, True, None),
    ]


def test_off_twice_keeps_the_first_moment(house):
    manager = house.actor("manager")
    first = set_available(item_id=house.item.pk, available=False, actor=manager).off_since
    assert set_available(item_id=house.item.pk, available=False, actor=manager).off_since == first


def test_the_countdown_starts_is_corrected_and_ends(house):
    manager = house.actor("manager")
    for portions in (5, 0, 12, None):
        item = set_portions(item_id=house.item.pk, portions_left=portions, actor=manager)
        assert item.portions_left == Item.objects.get(pk=item.pk).portions_left == portions
        assert item.available == (portions != 0)
    assert [news["portions_left"] for news in told()] == [5, 0, 12, None]


def test_starting_and_ending_a_countdown_is_a_new_menu(house):
    from menu.models import MenuVersion

    def version():
        return MenuVersion.objects.get().version

    manager, seen = house.actor("manager"), [version()]
    for portions in (5, 3, None, None):
        set_portions(item_id=house.item.pk, portions_left=portions, actor=manager)
        seen.append(version())
    assert [later - earlier for earlier, later in itertools.pairwise(seen)] == [1, 0, 1, 0]


def test_below_zero_there_is_nothing(house):
    manager = house.actor("manager")
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        set_portions(item_id=house.item.pk, portions_left=-1, actor=manager)
    assert list(caught.value.fields) == ["portions_left"]


@pytest.mark.parametrize("role", ["host", "cashier", "pad", "integration"])
def test_only_managers_waiters_and_the_kitchen(house, role):
    actor = house.actor(role)
    with nothing_changes(), pytest.raises(NotPermitted):
        set_available(item_id=house.item.pk, available=False, actor=actor)
    with nothing_changes(), pytest.raises(NotPermitted):
        set_portions(item_id=house.item.pk, portions_left=1, actor=actor)


def test_missing_archived_or_not_yours(house, other_house):
    gone = house.add_item(archived_at="2026-05-04T00:00:00Z")
    manager = house.actor("owner")
    for pk in (other_house.item.pk, gone.pk, 999_999):
        with nothing_changes(), pytest.raises(NotYours):
            set_available(item_id=pk, available=False, actor=manager)
        with nothing_changes(), pytest.raises(NotYours):
            set_portions(item_id=pk, portions_left=1, actor=manager)


def test_the_database_refuses_nonsense(house):
    from django.db import DatabaseError, transaction

    for fields in ({"portions_left": -1}, {"price": "-0.01"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Item.objects.filter(pk=house.item.pk).update(**fields)

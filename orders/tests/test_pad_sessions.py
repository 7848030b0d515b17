"""Required pad sessions: pads cannot order without one, staff can."""

import pytest
from django.db.models import F

from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.http import nothing_changes
from menu.models import MenuVersion

pytestmark = pytest.mark.django_db


def test_a_pad_without_a_session_is_refused_and_a_waiter_is_not(house):
    house.restaurant.pads_need_session = True
    house.restaurant.save()
    # The settings page raises the menu's version too.
    MenuVersion.objects.filter(restaurant=house.restaurant).update(version=F("version") + 1)
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        house.order()
    assert refused.value.code == "session_required"
    assert house.order(house.actor("waiter")).json["status"] == "placed"


def test_by_default_pads_need_none(house):
    assert house.order().json["status"] == "placed"

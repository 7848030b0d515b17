"""Where pads need a session, none of them orders without one; staff still do."""

import pytest

from bistro.core.errors import InvalidInput
from bistro.core.tests.http import nothing_changes
from tests.journeys.house import open_house

pytestmark = pytest.mark.django_db


def test_a_pad_without_a_session_is_refused_and_a_waiter_is_not():
    house = open_house(pads_need_session=True)
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        house.order()
    assert refused.value.code == "session_required"
    assert house.order(house.actor("waiter")).json["status"] == "placed"


def test_by_default_pads_need_none():
    assert open_house().order().json["status"] == "placed"

"""The first tables and stations of a house, submitted twice at once: the second is refused with a sentence."""

import pytest

from bistro.core.auth.access import actor_of_member
from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory
from bistro.core.tests.racing import race
from kitchen.models import Station
from kitchen.services.stations import add_stations_by_name
from tables.models import Section, Table
from tables.services import add_rows_of_tables

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROOM = {"section": "Room", "count": 3, "seats": 4, "first": 1, "word": "Table"}


def test_of_several_first_submits_one_wins():
    here = RestaurantFactory()
    actors = [actor_of_member(MembershipFactory(restaurant=here, role="owner")) for _ in range(4)]
    rows = race([lambda actor=actor: add_rows_of_tables(**ROOM, actor=actor) for actor in actors])
    stations = race([lambda actor=actor: add_stations_by_name(names=["Grill", "Bar"], actor=actor) for actor in actors])
    for outcomes in (rows, stations):
        assert [type(each) for each in outcomes].count(InvalidInput) == 3, outcomes
    counts = [model.objects.of_restaurant(here.pk).count() for model in (Section, Table, Station)]
    assert counts == [1, 3, 2]

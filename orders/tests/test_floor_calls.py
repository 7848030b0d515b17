"""Service calls in the data of the floor plan. Calls themselves: tables/tests/test_service_calls.py."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.floor.plan import read_floor
from tables.services import call_staff, take_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        yield clock


def test_the_floors_data(house, evening):
    first, _new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    evening.shift(60)
    call_staff(table_id=house.table.pk, reason="help", actor=house.pad_actor)
    ana = house.actor("waiter")
    take_call(call_id=first.pk, actor=ana)
    shown = read_floor(ana).calls
    assert [(each.reason, each.taken_by, each.table_name) for each in shown] == [
        ("help", "", house.table.name), ("bill", ana.label, house.table.name)
    ]  # fmt: skip
    assert shown[1].since == timezone.now() - timedelta(seconds=60)

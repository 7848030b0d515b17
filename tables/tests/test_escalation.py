"""Calls that nobody takes: everybody on the floor is called, then it is an alarm; each step once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes
from tables.models import ServiceCall
from tables.services import close_call, release_call, take_call, withdraw_call
from tables.tests.calls import call, sweep
from tables.transitions import RINGS_FOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        yield clock


def again(call):
    return ServiceCall.objects.get(pk=call.pk)


def escalations():
    return Event.objects.filter(type="service_call_updated", action="escalated").count()


def test_everybody_is_called_and_then_it_is_an_alarm_each_once(house, evening):
    made, start = call(house), timezone.now()
    with nothing_changes():
        assert sweep(89) == 0
    assert sweep(90) == 1
    assert (again(made).escalation, again(made).escalated_at) == (1, start + timedelta(seconds=90))
    with nothing_changes():
        assert sweep(179) == 0
    assert sweep(180) == 1
    assert (again(made).escalation, again(made).alarmed_at) == (2, start + timedelta(seconds=180))
    with nothing_changes():
        assert sweep(181) == sweep(1000) == 0
    assert (again(made).rings, escalations()) == (3, 2)
    assert audiences_of("service_call_updated", "escalated") == {Audience.FLOOR, Audience.PROGRAMS}


def test_a_late_sweep_takes_one_step_at_a_time(house, evening):
    made = call(house)
    assert [sweep(500), again(made).escalation, sweep(501), again(made).escalation] == [1, 1, 1, 2]


@pytest.mark.parametrize("answer", [take_call, close_call])
def test_a_call_that_somebody_takes_goes_no_further(house, evening, answer):
    made, ana = call(house), house.actor("waiter")
    sweep(90)
    answer(call_id=made.pk, actor=ana)
    with nothing_changes():
        assert sweep(500) == 0
    release_call(call_id=made.pk, actor=ana)
    with nothing_changes():
        assert sweep(179) == 0  # its first step is not repeated
    assert sweep(180) == 1
    assert (again(made).escalation, escalations()) == (2, 2)


def test_a_call_that_guests_withdraw_goes_no_further(house, evening):
    made = call(house)
    withdraw_call(call_id=made.pk, table_id=house.table.pk, actor=house.pad_actor)
    with nothing_changes():
        assert sweep(500) == 0


@pytest.mark.parametrize(("pause", "after", "found"), [(15, 15, 1), (15, 14, 0), (900, 899, 0), (None, 3000, 0)])
def test_the_restaurants_setting(house, other_house, evening, pause, after, found):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(calls_escalate_seconds=pause)
    theirs = call(other_house)
    call(house)
    assert sweep(after) - (after >= 90) == found
    assert again(theirs).escalation == (after >= 90)


@pytest.mark.parametrize("seconds", [0, 14, 901, -1])
def test_settings_that_are_refused(house, seconds):
    house.restaurant.calls_escalate_seconds = seconds
    with pytest.raises(ValidationError) as caught:
        house.restaurant.full_clean()
    assert "calls_escalate_seconds" in caught.value.message_dict


def test_the_database_refuses_them_too(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Restaurant.objects.filter(pk=house.restaurant.pk).update(calls_escalate_seconds=0)


def test_a_call_of_yesterday_is_quiet(house, evening):
    call(house)
    with nothing_changes():
        assert sweep(RINGS_FOR.total_seconds()) == 0


def test_a_call_that_is_taken_during_the_sweep_is_not_escalated(house, evening, monkeypatch):
    from tables.services import escalating

    made, escalate_in = call(house), escalating._escalate_in

    def somebody_was_faster(*args):
        take_call(call_id=made.pk, actor=house.actor("waiter"))
        return escalate_in(*args)

    monkeypatch.setattr(escalating, "_escalate_in", somebody_was_faster)
    assert (sweep(90), again(made).escalation, escalations()) == (0, 0, 0)


def test_the_database_refuses_an_alarm_before_the_first_step(house):
    made = call(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCall.objects.filter(pk=made.pk).update(alarmed_at=timezone.now())

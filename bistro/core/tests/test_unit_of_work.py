"""The unit of work: rows, reactions, numbers and events are committed together or not at all."""

# ruff: noqa: PT012  what must fail is the whole unit

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, Overloaded
from bistro.core.kernel.money import text
from bistro.core.models import DayNumber, Device, Event, FeedHead
from bistro.core.speed.statement_batch import execute_batch
from bistro.core.tests import events as told
from bistro.core.tests.events import Echoed, Happened, Unheard
from bistro.core.tests.factories import RestaurantFactory, actor_as
from bistro.core.writing import commit_signal
from bistro.core.writing.unit_of_work import DAY_NUMBERS, UnitOfWork, reactions_to, require_transaction

pytestmark = pytest.mark.django_db

HERE = "bistro.core.tests.events"


@pytest.fixture
def here():
    return RestaurantFactory()


@pytest.fixture
def actor(here):
    return Actor.system(here.pk, "test")


@pytest.fixture
def react(settings):
    """Set the reactions of event classes, with the cache cleared before and after."""

    def set_reactions(**paths):
        settings.EVENT_REACTIONS = {
            f"{HERE}.{name}": [f"{HERE}.{one}" for one in found] for name, found in paths.items()
        }
        reactions_to.cache_clear()

    told.reacted.clear()
    yield set_reactions
    reactions_to.cache_clear()


def head_of(restaurant):
    return FeedHead.objects.get(pk=restaurant.pk).seq


def log_of(restaurant):
    return list(Event.objects.of_restaurant(restaurant.pk).order_by("seq"))


# --- events and numbers ------------------------------------------------------------------------------------------
def test_events_get_the_next_numbers_in_the_order_they_were_recorded(here, actor):
    for names in ("ab", "c"):
        with UnitOfWork(actor) as work:
            for name in names:
                work.record(Happened(name=name))
    assert [(event.seq, event.subject) for event in log_of(here)] == [(1, "thing:a"), (2, "thing:b"), (3, "thing:c")]
    assert head_of(here) == 3


def test_a_unit_without_events_takes_no_number(here, actor, django_assert_num_queries):
    with UnitOfWork(actor):
        pass
    assert head_of(here) == 0
    assert log_of(here) == []


def test_restaurants_count_apart(here, actor):
    there = RestaurantFactory()
    for place in (here, there, here):
        with UnitOfWork(Actor.system(place.pk, "test")) as work:
            work.record(Happened())
    assert [event.seq for event in log_of(here)] == [1, 2]
    assert [event.seq for event in log_of(there)] == [1]


def test_an_event_knows_who_did_it_when_and_from_which_device(here):
    pad = actor_as("pad", here)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False), UnitOfWork(pad) as work:
        work.record(Happened())
    (event,) = log_of(here)
    assert (event.actor, event.actor_label, event.device_id) == (f"device:{pad.id}", pad.label, pad.id)
    assert event.at == datetime.fromisoformat("2026-03-01T12:00:00+00:00")


def test_in_a_batch_each_event_keeps_its_own_actor(here, actor):
    waiter, pad = actor_as("waiter", here), actor_as("pad", here)
    with UnitOfWork(actor) as work:
        work.record(Happened(name="a"), actor=waiter)
        work.record(Happened(name="b"), actor=pad)
        work.record(Happened(name="c"))
    assert [event.actor for event in log_of(here)] == [waiter.credential, pad.credential, "system:0"]


def test_data_is_json_text_without_a_number_and_what_is_personal_lies_apart(here, actor):
    said = {
        "price": text(Decimal("1.5"), "EUR"),
        "litres": Decimal("1.50"),
        "at": datetime.fromisoformat("2026-03-01T12:00:00+00:00"),
        "é": "ü",
    }
    with UnitOfWork(actor) as work:
        work.record(Happened(said=said, secret={"note": "for Ann"}))
    (event,) = log_of(here)
    assert event.data == '{"name":"a","price":"1.50","litres":"1.5","at":"2026-03-01T12:00:00+00:00","é":"ü"}'
    assert event.private == '{"note":"for Ann"}'


def test_what_the_caller_does_to_its_dictionary_later_changes_nothing(here, actor):
    said = {"items": ["soup"]}
    with UnitOfWork(actor) as work:
        work.record(Happened(said=said))
    said["items"].append("fish")
    assert log_of(here)[0].data == '{"name":"a","items":["soup"]}'


def test_one_instant_for_the_whole_unit(here, actor):
    with UnitOfWork(actor) as work:
        before = work.now
        work.record(Happened(name="a"))
        work.record(Happened(name="b"))
    assert {event.at for event in log_of(here)} == {before}
    assert timezone.is_aware(before)


# --- all or nothing ----------------------------------------------------------------------------------------------
def test_a_failure_leaves_no_row_no_event_and_no_number(here, actor):
    with pytest.raises(ZeroDivisionError), UnitOfWork(actor) as work:
        Device.objects.create(restaurant=here, kind="pad", name="ghost")
        work.record(Happened())
        raise ZeroDivisionError
    assert not Device.objects.filter(name="ghost").exists()
    assert log_of(here) == []
    assert head_of(here) == 0
    with UnitOfWork(actor) as work:
        work.record(Happened())
    assert [event.seq for event in log_of(here)] == [1]


def test_an_event_that_has_no_json_form_leaves_nothing(here, actor):
    with pytest.raises(TypeError), UnitOfWork(actor) as work:
        Device.objects.create(restaurant=here, kind="pad", name="ghost")
        work.record(Happened(said={"odd": object()}))
    assert not Device.objects.filter(name="ghost").exists()
    assert head_of(here) == 0


def test_a_broken_constraint_leaves_nothing(here, actor):
    with pytest.raises(IntegrityError), UnitOfWork(actor) as work:
        work.record(Happened())
        Device.objects.create(restaurant=here, kind="spaceship", name="ghost")
    assert head_of(here) == 0


def test_an_actor_without_a_restaurant_records_nothing(actor):
    with pytest.raises(DomainError) as refused, UnitOfWork(Actor("staff", 1, None, frozenset())) as work:
        work.record(Happened())
    assert refused.value.code == "no_restaurant"
    assert Event.objects.count() == 0


# --- reactions ---------------------------------------------------------------------------------------------------
def test_a_reaction_runs_once_a_class_with_all_its_events(here, actor, react):
    react(Happened=["remember"], Echoed=["remember"])
    with UnitOfWork(actor) as work:
        for name in "ab":
            work.record(Happened(name=name))
            work.record(Unheard(name="x"))
        work.record(Echoed(name="c"))
        assert told.reacted == []  # only when the unit closes
    assert told.reacted == [("Happened", ["a", "b"]), ("Echoed", ["c"])]


def test_what_a_reaction_records_has_reactions_of_its_own(here, actor, react):
    react(Happened=["echo"], Echoed=["remember"])
    with UnitOfWork(actor) as work:
        work.record(Happened(name="a"))
        work.record(Happened(name="b"))
    assert told.reacted == [("Echoed", ["echo of a", "echo of b"])]
    assert [event.action for event in log_of(here)] == ["happened", "happened", "echoed", "echoed"]
    assert head_of(here) == 4


def test_several_reactions_run_in_the_order_of_the_table(actor, react):
    react(Happened=["remember", "echo"], Echoed=["remember"])
    with UnitOfWork(actor) as work:
        work.record(Happened(name="a"))
    assert [name for name, _events in told.reacted] == ["Happened", "Echoed"]


def test_a_failing_reaction_rolls_everything_back(here, actor, react):
    react(Happened=["echo", "refuse"])
    with pytest.raises(LookupError), UnitOfWork(actor) as work:
        Device.objects.create(restaurant=here, kind="pad", name="ghost")
        work.record(Happened())
    assert not Device.objects.filter(name="ghost").exists()
    assert log_of(here) == []
    assert head_of(here) == 0


def test_reactions_do_not_run_when_the_unit_fails(actor, react):
    react(Happened=["remember"])
    with pytest.raises(ZeroDivisionError), UnitOfWork(actor) as work:
        work.record(Happened())
        raise ZeroDivisionError
    assert told.reacted == []


# --- nesting and steps -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("same", [True, False], ids=["the same restaurant", "another"])
def test_a_service_inside_a_service_is_refused_at_once(here, actor, same):
    inner = actor if same else Actor.system(RestaurantFactory().pk, "test")
    with pytest.raises(RuntimeError, match="durable"), UnitOfWork(actor) as work:
        work.record(Happened())
        with UnitOfWork(inner) as nested:
            nested.record(Happened())
    assert Event.objects.count() == 0
    with UnitOfWork(actor) as work:  # and nothing is left locked
        work.record(Happened())
    assert head_of(here) == 1


@pytest.mark.django_db(transaction=True)
def test_a_service_inside_a_transaction_is_refused(actor):
    with pytest.raises(RuntimeError), transaction.atomic(), UnitOfWork(actor):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_step_outside_a_unit_is_refused(actor):
    with pytest.raises(RuntimeError):
        require_transaction()
    with UnitOfWork(actor):
        require_transaction()


@pytest.mark.django_db
def test_a_writer_that_waits_too_long_is_told_so(actor, monkeypatch):
    monkeypatch.setattr("bistro.core.writing.unit_of_work._WAIT_SECONDS", 0.05)
    monkeypatch.setattr("bistro.core.writing.unit_of_work._writers", threading.BoundedSemaphore(1))
    refused: list[Exception] = []

    def second():
        try:
            with UnitOfWork(actor):
                pass
        except Overloaded as error:
            refused.append(error)

    with UnitOfWork(actor):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(5)
    assert [error.status for error in refused] == [503]


# --- the commit signal ------------------------------------------------------------------------------------------------
def test_it_rings_once_after_the_commit_with_the_head(here, actor, monkeypatch, django_capture_on_commit_callbacks):
    signalled = []
    monkeypatch.setattr(commit_signal, "notify", lambda *heard: signalled.append(heard))
    with django_capture_on_commit_callbacks(execute=True):
        with UnitOfWork(actor) as work:
            work.record(Happened())
            work.record(Happened())
        assert signalled == []
    assert signalled == [(here.pk, 2)]


def test_it_does_not_ring_for_what_did_not_happen(actor, monkeypatch, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        with UnitOfWork(actor):
            pass
        with pytest.raises(ZeroDivisionError), UnitOfWork(actor) as work:
            work.record(Happened())
            raise ZeroDivisionError
    assert callbacks == []


@pytest.mark.django_db(transaction=True)
def test_a_commit_signal_that_fails_does_not_fail_the_answer(here, actor, monkeypatch):
    def broken(*heard):
        raise ConnectionError("no signal")

    monkeypatch.setattr(commit_signal, "notify", broken)
    with UnitOfWork(actor) as work:
        work.record(Happened())
    assert head_of(here) == 1


# --- the day's numbers -------------------------------------------------------------------------------------------
def take_day_numbers(work, day, count):
    """Take day numbers without rows; `tests/test_bulk_insert.py` covers those with rows."""
    (((last,),),) = execute_batch([DAY_NUMBERS.statement([work.restaurant_id, day], count)])
    return list(range(last - count + 1, last + 1))


def test_day_numbers_start_at_one_each_day_and_have_no_gap(here, actor):
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    taken = []
    for day, count in ((monday, 1), (monday, 3), (tuesday, 2), (monday, 1)):
        with UnitOfWork(actor) as work:
            taken.append(take_day_numbers(work, day, count))
    assert taken == [[1], [2, 3, 4], [1, 2], [5]]


def test_day_numbers_of_a_failed_unit_are_given_again(here, actor):
    day = date(2026, 3, 2)
    with pytest.raises(ZeroDivisionError), UnitOfWork(actor) as work:
        take_day_numbers(work, day, 5)
        raise ZeroDivisionError
    assert not DayNumber.objects.filter(restaurant=here).exists()
    with UnitOfWork(actor) as work:
        assert take_day_numbers(work, day, 1) == [1]


def test_day_numbers_of_restaurants_are_apart(here, actor):
    day = date(2026, 3, 2)
    there = Actor.system(RestaurantFactory().pk, "test")
    for who in (actor, there):
        with UnitOfWork(who) as work:
            assert take_day_numbers(work, day, 2) == [1, 2]


@pytest.mark.parametrize(
    ("zone", "ends", "moment", "day"),
    [
        ("UTC", "04:00", "2026-03-02T03:59:59Z", date(2026, 3, 1)),
        ("UTC", "04:00", "2026-03-02T04:00:00Z", date(2026, 3, 2)),
        ("UTC", "00:00", "2026-03-02T00:00:00Z", date(2026, 3, 2)),
        ("Asia/Tokyo", "04:00", "2026-03-01T18:59:59Z", date(2026, 3, 1)),
        ("Asia/Tokyo", "04:00", "2026-03-01T19:00:00Z", date(2026, 3, 2)),
        (
            "America/New_York",
            "04:00",
            "2026-03-08T07:59:59Z",
            date(2026, 3, 7),
        ),  # the night on which the clock loses an hour
        ("America/New_York", "04:00", "2026-03-08T08:00:00Z", date(2026, 3, 8)),
        ("Europe/Berlin", "02:30", "2026-10-25T00:15:00Z", date(2026, 10, 24)),  # 02:15, and 02:15 once more
        ("Europe/Berlin", "02:30", "2026-10-25T01:15:00Z", date(2026, 10, 25)),
        ("Europe/Berlin", "02:30", "2026-10-25T01:45:00Z", date(2026, 10, 25)),
    ],
)
def test_the_business_day_ends_when_the_house_says(zone, ends, moment, day):
    hours, minutes = map(int, ends.split(":"))
    here = RestaurantFactory(timezone=zone, day_ends_at=datetime.min.time().replace(hour=hours, minute=minutes))
    assert here.business_date(datetime.fromisoformat(moment)) == day


def test_closing_a_unit_costs_the_same_whatever_the_number_of_events(here, actor):
    from django.test.utils import CaptureQueriesContext

    def cost(count):
        with CaptureQueriesContext(connection) as asked, UnitOfWork(actor) as work:
            for _ in range(count):
                work.record(Happened())
        return len([query for query in asked if "SAVEPOINT" not in query["sql"]])

    assert cost(1) == cost(40) == (1 if connection.vendor == "postgresql" else 2)

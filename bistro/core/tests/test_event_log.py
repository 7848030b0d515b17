"""The log has no gaps: numbers follow commits, and a reader with a position misses nothing. With controls."""

import itertools
import random
import threading
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.actors import Actor
from bistro.core.live import event_log
from bistro.core.models import Event, FeedHead
from bistro.core.tests.events import Happened
from bistro.core.tests.factories import RestaurantFactory
from bistro.core.writing.unit_of_work import UnitOfWork

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

WRITERS, EACH, READERS = 6, 25, 3


class Rollback(Exception):
    """The failure of one unit in ten."""


class EarlyNumber(UnitOfWork):
    """The control: a number from a sequence like bigserial's, drawn before the commit."""

    numbers = itertools.count(1)

    def __enter__(self):
        self.number = next(self.numbers)
        time.sleep(random.random() / 200)
        return super().__enter__()

    def _close(self):
        rows = [self._row(event, actor) for event, actor in self._recorded]
        for row in rows:
            row.seq = self.number
        Event.objects.bulk_create(rows)
        FeedHead.objects.filter(pk=self.restaurant_id, seq__lt=self.number).update(seq=self.number)


class Soak:
    """Writers, some of which fail, and readers with a position."""

    def __init__(self, restaurant, unit):
        self.restaurant, self.unit, self.committed = restaurant, unit, []
        self.over, self.read = threading.Event(), [[] for _ in range(READERS)]

    def run(self):
        readers = [threading.Thread(target=self._in_thread, args=(self._follow, each)) for each in self.read]
        writers = [threading.Thread(target=self._in_thread, args=(self._write, number)) for number in range(WRITERS)]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join(60)
        self.over.set()
        for thread in readers:
            thread.join(60)
        return self

    def _in_thread(self, work, argument):
        try:
            work(argument)
        finally:
            connection.close()

    def _write(self, writer):
        dice = random.Random(writer)
        actor = Actor.system(self.restaurant.pk, f"writer {writer}")
        for number in range(EACH):
            try:
                with self.unit(actor) as work:
                    work.record(Happened(name=f"{writer}-{number}"))
                    time.sleep(dice.random() / 500)
                    if number % 10 == writer:
                        raise Rollback
                self.committed.append(f"thing:{writer}-{number}")
            except Rollback:
                pass

    def _follow(self, seen):
        cursor = 0
        while True:
            last_look = self.over.is_set()
            for event in event_log.events_after(self.restaurant.pk, cursor):
                seen.append((event.seq, event.subject))
                cursor = event.seq
            if last_look:
                return
            time.sleep(0.001)

    def faults(self):
        """Return events that a reader missed, events out of order, and numbers without an event."""
        found = set()
        for seen in self.read:
            seqs = [seq for seq, _subject in seen]
            if {subject for _seq, subject in seen} != set(self.committed):
                found.add("missed")
            if seqs != sorted(set(seqs)):
                found.add("disorder")
            if seqs != list(range(1, len(self.committed) + 1)):
                found.add("gaps")
        return found


def test_no_gap_no_disorder_nothing_missed():
    soak = Soak(RestaurantFactory(), UnitOfWork).run()
    assert len(soak.committed) == WRITERS * EACH - sum(len(range(w, EACH, 10)) for w in range(WRITERS))
    assert soak.faults() == set()
    assert event_log.position(soak.restaurant.pk).seq == len(soak.committed)


def test_the_control_numbers_drawn_early_leave_gaps():
    """The same check finds the fault that the sequence avoids."""
    assert "gaps" in Soak(RestaurantFactory(), EarlyNumber).run().faults()


def _two_writers_cross(restaurant, first_unit, second_unit):
    """Return what a reader lacks when a second writer begins and commits within the first one's transaction."""
    second_is_done, first_has_begun = threading.Event(), threading.Event()
    actor = Actor.system(restaurant.pk, "writer")

    def first():
        unit = first_unit(actor)
        with unit as work:
            first_has_begun.set()
            second_is_done.wait(5)
            work.record(Happened(name="first"))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    first_has_begun.wait(5)
    with second_unit(actor) as work:
        work.record(Happened(name="second"))
    seen = list(event_log.events_after(restaurant.pk, 0))
    second_is_done.set()
    thread.join(10)
    seen += event_log.events_after(restaurant.pk, seen[-1].seq)
    return {"thing:first", "thing:second"} - {event.subject for event in seen}


@pytest.mark.postgres
def test_a_unit_that_commits_late_is_not_missed():
    assert _two_writers_cross(RestaurantFactory(), UnitOfWork, UnitOfWork) == set()


@pytest.mark.postgres
def test_the_control_a_number_drawn_early_is_missed(monkeypatch):
    monkeypatch.setattr(EarlyNumber, "numbers", itertools.count(1))
    assert _two_writers_cross(RestaurantFactory(), EarlyNumber, EarlyNumber) == {"thing:first"}


def test_a_reader_pages_through_a_long_log(settings):
    here = RestaurantFactory()
    for _ in range(3):
        with UnitOfWork(Actor.system(here.pk, "test")) as work:
            for _ in range(10):
                work.record(Happened())
    settings.FEED_CATCH_UP_LIMIT = 7
    read, cursor = [], 0
    while found := event_log.events_after(here.pk, cursor):
        assert len(found) <= 7
        read += [event.seq for event in found]
        cursor = read[-1]
    assert read == list(range(1, 31))


def test_one_look_tells_all_heads_and_the_events_of_those_that_are_asked_about():
    here, there, quiet = RestaurantFactory(), RestaurantFactory(), RestaurantFactory()
    for place in (here, there):
        for _ in range(3):
            with UnitOfWork(Actor.system(place.pk, "test")) as work:
                work.record(Happened())
    everywhere = [here.pk, there.pk, quiet.pk]
    position = event_log.position(here.pk)
    with CaptureQueriesContext(connection) as trips:
        news = event_log.read_log([*everywhere, 10**9], {here.pk: 1, quiet.pk: 0})
    assert len(trips) == (1 if connection.vendor == "postgresql" else 4)
    assert (news.epoch, news.heads) == (position.epoch, {here.pk: 3, there.pk: 3, quiet.pk: 0})
    assert {key: [event.seq for event in events] for key, events in news.events.items()} == {
        here.pk: [2, 3],
        quiet.pk: [],
    }


def test_the_first_look_names_the_history():
    here = RestaurantFactory()
    assert event_log.read_log([here.pk], {}).epoch == event_log.position(here.pk).epoch != ""


def test_the_epoch_is_one_for_all_who_ask_first(settings):
    found = []
    barrier = threading.Barrier(6)

    def ask():
        barrier.wait(5)
        found.append(event_log.position(0).epoch)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 6
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("epoch", "seq", "needs"),
    [("e", 10, False), ("e", 7, False), ("e", 6, True), ("e", 11, True), ("other", 10, True), ("e", -1, True)],
)
def test_who_needs_a_snapshot(settings, epoch, seq, needs):
    settings.FEED_CATCH_UP_LIMIT = 3
    assert event_log.too_far_behind(event_log.Position(epoch, seq), event_log.Position("e", 10)) is needs

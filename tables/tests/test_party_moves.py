"""Status changes of parties: every pair of statuses. `orders/tests/test_seat_party.py` has the constraint."""

import itertools
import threading

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bistro.core.kernel.errors import IllegalTransition
from bistro.core.kernel.transitions import change_status
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.models import Occupancy, Party
from tables.steps import complete_party, seat_parties, seated_parties
from tables.transitions import PARTY_MOVES, PartyStatus

pytestmark = pytest.mark.django_db
PAIRS = list(itertools.product(PartyStatus.values, repeat=2))


MOVES = {"waiting": ["left", "no_show", "seated"], "seated": ["completed"], "completed": [], "left": [], "no_show": []}


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_party_takes_the_statuses_of_the_table_only(old, new):
    party = Party(status=old)
    if new in MOVES[old]:
        change_status(party, new, PARTY_MOVES, what="This party")
        assert party.status == new
        return
    with pytest.raises(IllegalTransition) as caught:
        change_status(party, new, PARTY_MOVES, what="This party")
    assert (caught.value.extra, party.status) == ({"current": old, "allowed": MOVES[old]}, old)


@pytest.mark.parametrize("status", PartyStatus.values)
def test_only_who_sits_can_be_completed(house, status):
    party = Party.objects.create(restaurant=house.restaurant, table=house.table, status=status)
    actor = house.actor("waiter")

    def complete():
        with UnitOfWork(actor) as work:
            complete_party(party, [house.table], work)

    if status == PartyStatus.SEATED:
        complete()
        party.refresh_from_db()
        assert (party.status, party.version, party.completed_at is not None) == ("completed", 1, True)
        assert Event.objects.get().action == "completed"
        return
    with nothing_changes(), pytest.raises(IllegalTransition):
        complete()


def test_free_tables_get_a_party_others_keep_theirs(house):
    free = house.add_table()
    seated = Party.objects.create(restaurant=house.restaurant, table=house.table)
    waiter = house.actor("waiter")
    with UnitOfWork(waiter) as work:
        found = seat_parties(work, {free: waiter, house.table: waiter}, {house.table.pk: seated.pk})
    assert found[house.table.pk] == seated.pk
    assert Party.objects.get(pk=found[free.pk]).table_id == free.pk
    assert Party.objects.count() == 2
    assert Event.objects.filter(type="guest_created").count() == 1


def test_a_completed_party_does_not_count(house):
    party = Party.objects.create(restaurant=house.restaurant, table=house.table, status=PartyStatus.COMPLETED)
    now = timezone.now()
    Occupancy.objects.create(restaurant=house.restaurant, table=house.table, party=party, since=now, until=now)
    waiter = house.actor("waiter")
    with UnitOfWork(waiter) as work:
        seated = {table: party for table, party, *_ in seated_parties(house.restaurant.pk, {house.table.pk}, set())}
        seat_parties(work, {house.table: waiter}, seated)
    assert Party.objects.filter(status="seated").count() == 1


def test_the_database_knows_the_statuses(house):
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(restaurant=house.restaurant, table=house.table, status="dancing")


def test_steps_refuse_to_run_outside_a_unit_of_work(house, monkeypatch):
    """Run the steps in another thread, because the test itself runs in a transaction."""
    caught = []

    def run():
        for step in (lambda: seat_parties(None, {}, {}), lambda: complete_party(None, None, None)):
            try:
                step()
            except RuntimeError as error:
                caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert len(caught) == 2

"""Several waiters at the same tables: no line is lost, and every order is where its guests are.

The controls take the protection away and show that the same checks then fail.
"""

import threading
import time
from contextlib import contextmanager, suppress

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.models import Ticket, TicketLine
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import (
    LineShare,
    Once,
    PlacedOrder,
    clear_table,
    clearing,
    join_parties,
    join_table,
    move_lines,
    move_party,
    part_table,
    place_orders,
    rearranging,
    seat_party,
    seat_party_once,
    seating,
    separate_guests,
    set_covers,
)
from orders.services import batch as batches
from tables import stay_steps
from tables.models import Occupancy, Party
from tests.journeys.house import open_house

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 12


def won(outcomes):
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def codes(outcomes):
    return [getattr(outcome, "code", type(outcome).__name__) for outcome in outcomes if isinstance(outcome, Exception)]


def alone(request):
    """Place an order in its own transaction, as another process does."""
    (outcome,) = place_orders([request])
    return outcome


def seat_all(house):
    host = house.actor("host")
    return race([lambda: seat_party(table_id=house.table.pk, size=2, actor=host)] * CLIENTS)


def nobody_looks(monkeypatch):
    """Take the check under the locks away."""
    monkeypatch.setattr(stay_steps, "_holders", lambda work, tables: {})


@contextmanager
def without_the_constraint():
    """Drop the constraint, and put it back into the emptied table."""
    (constraint,) = [each for each in Occupancy._meta.constraints if each.name == "occupancy_open_once"]
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX occupancy_open_once")
    try:
        yield
    finally:
        Occupancy.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Occupancy, constraint)


# --- one table -------------------------------------------------------------------------------------------------------
def test_of_many_parties_one_gets_the_table(house):
    outcomes = seat_all(house)
    assert (len(won(outcomes)), set(codes(outcomes))) == (1, {"table_taken"})
    assert (Party.objects.count(), Occupancy.objects.count(), Event.objects.count()) == (1, 1, 1)


def seat_with_one_key(house, monkeypatch=None):
    """Seat guests at two tables with one key at the same time, each several times."""
    host, other = house.actor("host"), house.add_table()
    if monkeypatch:
        monkeypatch.setattr(seating, "seated_before", lambda *_: None)
    wishes = [(table.pk, Once("key", f"body {table.pk}")) for table in (house.table, other)] * 4
    return race([lambda w=w: seat_party_once(table_id=w[0], size=2, actor=host, once=w[1]) for w in wishes])


def test_one_key_seats_one_party(house):
    outcomes = seat_with_one_key(house)
    assert (len(won(outcomes)), set(codes(outcomes))) == (4, {"idempotency_key_reused"})
    assert sorted(replayed for _party, replayed in won(outcomes)) == [False, True, True, True]
    assert Party.objects.count() == Occupancy.objects.count() == 1


def test_control_without_the_look_at_the_key_a_repetition_fails(house, monkeypatch):
    outcomes = seat_with_one_key(house, monkeypatch)
    assert (len(won(outcomes)), set(codes(outcomes))) == (1, {"table_taken", "IntegrityError"})
    assert Party.objects.count() == 1, "the constraint keeps the second table free"


def test_the_constraint_alone_keeps_a_second_party_off(house, monkeypatch):
    nobody_looks(monkeypatch)
    outcomes = seat_all(house)
    assert (len(won(outcomes)), set(codes(outcomes))) == (1, {"IntegrityError"})
    assert (Party.objects.count(), Occupancy.objects.count()) == (1, 1)


def test_control_without_check_and_constraint_all_sit_at_one_table(house, monkeypatch):
    nobody_looks(monkeypatch)
    with without_the_constraint():
        assert len(won(seat_all(house))) == CLIENTS
        assert Occupancy.objects.open().count() == CLIENTS


def test_an_order_and_a_host_seat_one_party(house):
    host, request = house.actor("host"), house.request()
    outcomes = race(
        [lambda: alone(request), lambda: seat_party(table_id=house.table.pk, size=2, actor=host)] * (CLIENTS // 2)
    )
    assert all(isinstance(outcome, PlacedOrder) for outcome in outcomes[::2]), outcomes
    assert Order.objects.values("party").distinct().count() == 1
    assert Occupancy.objects.open().count() == Party.objects.count() == 1


def test_of_a_join_and_a_seating_one_gets_the_table(house):
    host, other = house.actor("host"), house.add_table()
    party = seat_party(table_id=house.table.pk, size=2, actor=host)
    outcomes = race(
        [
            lambda: join_table(party_id=party.pk, table_id=other.pk, actor=host),
            lambda: seat_party(table_id=other.pk, size=2, actor=host),
        ]
    )
    assert (len(won(outcomes)), codes(outcomes)) == (1, ["table_taken"])
    assert Occupancy.objects.open().count() == 2


def test_two_parties_that_change_places_with_a_third_table_never_meet(house):
    host, tables = house.actor("host"), [house.table, house.add_table(), house.add_table()]
    parties = [seat_party(table_id=table.pk, size=2, actor=host) for table in tables[:2]]
    outcomes = race([lambda p=p: move_party(party_id=p.pk, table_id=tables[2].pk, actor=host) for p in parties])
    assert (len(won(outcomes)), codes(outcomes)) == (1, ["table_taken"])
    assert_sound(house)


# --- a move and an order ---------------------------------------------------------------------------------------------
class Meeting:
    """A point where an order, which has read the party, and a move of that party wait for each other."""

    def __init__(self, monkeypatch):
        self.barrier = threading.Barrier(2)
        self.write_lines, self.set_free, self.complete = batches.line_rows, rearranging.release, clearing.complete_party

        monkeypatch.setattr(batches, "line_rows", self.order)
        monkeypatch.setattr(rearranging, "release", self.move)

    def meet(self):
        with suppress(threading.BrokenBarrierError):  # the other waits for the table's lock, as intended
            self.barrier.wait(timeout=0.7)

    def order(self, *given):
        self.meet()
        time.sleep(0.3)  # the move commits first if nothing holds it back
        return self.write_lines(*given)

    def move(self, *given):
        self.meet()
        return self.set_free(*given)

    def clear(self, *given):
        self.meet()
        return self.complete(*given)


def order_and_move(house, monkeypatch):
    """Return the tables of the order's party, and the order."""
    host, other = house.actor("host"), house.add_table()
    party = seat_party(table_id=house.table.pk, size=2, actor=host)
    request = house.request()
    Meeting(monkeypatch)
    outcomes = race([lambda: alone(request), lambda: move_party(party_id=party.pk, table_id=other.pk, actor=host)])
    assert isinstance(outcomes[0], PlacedOrder), outcomes
    order = Order.objects.get(pk=outcomes[0].id)
    return set(Occupancy.objects.open().filter(party=order.party_id).values_list("table_id", flat=True)), order


def test_an_order_is_where_its_guests_are_when_they_move_meanwhile(house, monkeypatch):
    tables, order = order_and_move(house, monkeypatch)
    assert tables == {order.table_id}


@pytest.mark.postgres
def test_control_without_locks_the_order_stays_behind(house, monkeypatch):
    from bistro.core.database.querysets import TenantQuerySet

    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    monkeypatch.setattr(batches, "note_first_orders", lambda *given: None)  # its write of the party's row is a lock too
    tables, order = order_and_move(house, monkeypatch)
    assert tables != {order.table_id}


# --- a Send and the end of a party -----------------------------------------------------------------------------------
def send_and_clear(house, monkeypatch):
    """Send an order for the party that a waiter saw, while a colleague clears its table. Return both outcomes."""
    waiter = house.actor("waiter")
    party = seat_party(table_id=house.table.pk, size=2, actor=waiter)
    request = house.request(waiter, table_id=house.table.pk, party_id=party.pk)
    monkeypatch.setattr(clearing, "complete_party", Meeting(monkeypatch).clear)
    return race([lambda: alone(request), lambda: clear_table(table_id=house.table.pk, actor=waiter)])


def assert_one_happened(outcomes):
    """Assert that the guests got their order or left without it."""
    if isinstance(outcomes[0], PlacedOrder):
        assert codes(outcomes) == ["orders_open"]
    else:
        assert (outcomes[0].code, Order.objects.count(), Party.objects.count()) == ("other_guests", 0, 1)
    assert not Order.objects.exclude(party__status="seated").exists()


def test_a_send_reaches_the_guests_whom_the_waiter_saw_or_nobody(house, monkeypatch):
    assert_one_happened(send_and_clear(house, monkeypatch))


@pytest.mark.postgres
def test_control_without_locks_the_guests_have_left_without_their_order(house, monkeypatch):
    from bistro.core.database.querysets import TenantQuerySet

    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    with pytest.raises(AssertionError):
        assert_one_happened(send_and_clear(house, monkeypatch))


@pytest.mark.parametrize("checked", [True, False])
def test_a_send_after_the_guests_have_left_seats_others_only_without_the_check(house, monkeypatch, checked):
    """The screen has looked, then the guests leave, then the order comes."""
    waiter = house.actor("waiter")
    party = seat_party(table_id=house.table.pk, size=2, actor=waiter)
    request = house.request(waiter, table_id=house.table.pk, party_id=party.pk)
    clear_table(table_id=house.table.pk, actor=waiter)
    if not checked:
        monkeypatch.setattr(batches.Batch, "_check_guests", lambda *_: None)
    assert isinstance(alone(request), PlacedOrder) is not checked
    assert Party.objects.count() == (1 if checked else 2)


# --- everything at once ----------------------------------------------------------------------------------------------
TABLES = 3
steps = st.one_of(
    st.tuples(st.just("order"), st.integers(0, TABLES - 1), st.integers(1, 3)),
    st.tuples(st.sampled_from(["seat", "clear"]), st.integers(0, TABLES - 1), st.just(0)),
    st.tuples(
        st.sampled_from(["move", "join", "part", "covers", "lines", "unite", "separate"]),
        st.integers(0, TABLES - 1),
        st.integers(0, TABLES - 1),
    ),
)


class Waiter:
    """A client that does its steps one after the other, and remembers how much it has ordered."""

    def __init__(self, house, tables, todo):
        self.house, self.tables, self.todo = house, tables, todo
        self.actor, self.ordered = house.actor("manager"), 0

    def __call__(self):
        for what, table, other in self.todo:
            try:
                getattr(self, what)(self.tables[table], other)
            except DomainError:
                continue

    def order(self, table, quantity):
        lines = tuple(LineRequest(item=self.house.item.pk, quantity=count) for count in (quantity, 1))
        outcome = alone(self.house.request(self.actor, table_id=table.pk, lines=lines))
        if isinstance(outcome, PlacedOrder):
            self.ordered += quantity + 1

    def seat(self, table, _other):
        seat_party(table_id=table.pk, size=2, actor=self.actor)

    def clear(self, table, _other):
        clear_table(table_id=table.pk, actor=self.actor)

    def covers(self, table, size):
        set_covers(party_id=self.party(table), size=size + 1, actor=self.actor)

    def move(self, table, other):
        move_party(party_id=self.party(table), table_id=self.tables[other].pk, actor=self.actor)

    def join(self, table, other):
        join_table(party_id=self.party(table), table_id=self.tables[other].pk, actor=self.actor)

    def part(self, table, other):
        part_table(party_id=self.party(table), table_id=self.tables[other].pk, actor=self.actor)

    def unite(self, table, other):
        join_parties(party_id=self.party(table), other_id=self.party(self.tables[other]), actor=self.actor)

    def separate(self, table, other):
        separate_guests(party_id=self.party(table), table_id=self.tables[other].pk, actor=self.actor)

    def lines(self, table, other):
        line = OrderLine.objects.filter(order__party=self.party(table)).order_by("pk").last()
        if line is not None:
            where = self.tables[other].pk
            move_lines(order_id=line.order_id, lines=[LineShare(line.pk, 1)], table_id=where, actor=self.actor)

    def party(self, table):
        found = Occupancy.objects.open().filter(table=table).values_list("party_id", flat=True).first()
        if found is None:
            raise LostRace("Nobody sits here.")
        return found


def assert_sound(house):
    """Assert that tables, parties, orders, lines and tickets of a house agree with each other."""
    stays = list(Occupancy.objects.filter(restaurant=house.restaurant, until=None).values_list("party_id", "table_id"))
    assert len({table for _party, table in stays}) == len(stays)
    seated = {party.pk: party for party in Party.objects.filter(restaurant=house.restaurant, status="seated")}
    assert {party for party, _table in stays} == set(seated)
    assert all((party.pk, party.table_id) in stays for party in seated.values())
    for order in Order.objects.filter(restaurant=house.restaurant).with_lines():
        assert order.party_id in seated, "an open order's guests have left"
        assert (order.party_id, order.table_id) in stays, "an order is not where its guests are"
        assert order.total == sum(line.total for line in order.lines.all()) + (
            order.tax if order.tax_mode == "added" else 0
        )
        assert order.tax == sum(line.tax for line in order.lines.all())
    lines = OrderLine.objects.filter(restaurant=house.restaurant)
    cooked = TicketLine.objects.filter(restaurant=house.restaurant)
    assert dict(lines.values_list("pk", "order_id")) == dict(cooked.values_list("line_id", "ticket__order_id"))
    assert not Ticket.objects.filter(restaurant=house.restaurant, lines=None).exists()
    seqs = list(Event.objects.filter(restaurant=house.restaurant).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(todo=st.lists(st.lists(steps, min_size=2, max_size=6), min_size=2, max_size=4))
def test_waiters_at_the_same_tables_never_lose_a_line(db, todo):
    house = open_house()
    tables = [house.table, *(house.add_table() for _ in range(TABLES - 1))]
    waiters = [Waiter(house, tables, each) for each in todo]
    assert race(waiters) == [None] * len(waiters)
    there = OrderLine.objects.filter(restaurant=house.restaurant).values_list("quantity", flat=True)
    assert sum(there) == sum(waiter.ordered for waiter in waiters)
    assert_sound(house)

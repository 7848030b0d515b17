"""Statement batches: on PostgreSQL they have the same effect as single statements; SQLite runs them one by one."""

import threading

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bistro.core.speed import statement_batch
from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.speed.compiled_queries import fetch_together
from bistro.core.speed.statement_batch import Statement, allocator_for, execute_batch
from bistro.core.tests.http import nothing_changes
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Ticket
from orders.models import Order, OrderLine
from orders.services import place_orders, placing
from orders.services.compiled_queries import orders_with_keys, tables_by_key
from tables.models import Table

together = pytest.mark.skipif(connection.vendor != "postgresql", reason="nothing travels together on SQLite")


@pytest.fixture
def order(house):
    house.place(key="first")
    return Order.objects.get()


def line_of(order, **values):
    """Return a row that is not stored."""
    line = order.lines.first()
    given = {field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields if field.name != "id"}
    return new_row(OrderLine, **given | values)


# --- batches ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_each_statement_has_its_own_rows():
    asked = [
        Statement("SELECT %s", ["one; SELECT 'x' -- %s"]),
        Statement("SELECT 1 WHERE 1 = %s", [2]),
        Statement("SELECT %s UNION SELECT %s ORDER BY 1", [4, 3]),
    ]
    with CaptureQueriesContext(connection) as seen:
        rows = execute_batch(asked)
    assert [list(map(tuple, found)) for found in rows] == [[("one; SELECT 'x' -- %s",)], [], [(3,), (4,)]]
    assert len(seen) == (1 if connection.vendor == "postgresql" else 3)


@pytest.mark.django_db
def test_questions_may_be_left_out(house):
    tables = Table.objects.filter(pk=house.table.pk)
    with transaction.atomic():
        asked = tables_by_key.bind(house.restaurant.pk, {house.table.pk})
        assert fetch_together(None, asked, None) == [[], list(tables), []]
        assert fetch_together(None) == [[]]


@together
@pytest.mark.django_db(transaction=True)
def test_what_is_asked_behind_a_lock_sees_what_the_one_before_wrote(house, order):
    """The second of two equal orders waits at the table's lock, and then finds the first one's key."""
    asked, found = threading.Event(), []

    def second():
        with transaction.atomic():
            question = orders_with_keys.bind(house.restaurant.pk, {order.credential}, {"later"})
            lock = tables_by_key.bind(house.restaurant.pk, {house.table.pk})
            asked.set()
            found.extend(fetch_together(lock, question))
        connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        Table.objects.filter(pk=house.table.pk).locked().get()
        thread.start()
        assert asked.wait(10)
        until_somebody_waits()
        Order.objects.filter(pk=order.pk).update(key="later")
    thread.join(10)
    assert [row.pk for row in found[0]] == [house.table.pk]
    assert [pk for pk, _credential, _key in found[1]] == [order.pk]


def until_somebody_waits():
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the lock")


# --- deferred inserts ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_whoever_asks_next_finds_what_waited(house, order):
    with UnitOfWork(house.actor("waiter")):
        line = line_of(order, note="waits")
        insert_rows([line], deferrable=True)
        assert line.pk
        assert OrderLine.objects.get(pk=line.pk).note == "waits"
        assert OrderLine.objects.filter(pk=line.pk).update(note="gone") == 1
    assert OrderLine.objects.get(pk=line.pk).note == "gone"


@together
@pytest.mark.django_db
def test_what_waits_goes_in_one_trip_in_its_order(house, order):
    ticket = order.tickets.get()
    for model in (OrderLine, Ticket):
        allocator_for(model).take(1)
    waiter, line, other = house.actor("waiter"), line_of(order), line_of(order, position=5)
    with CaptureQueriesContext(connection) as seen, UnitOfWork(waiter):
        insert_rows([line], deferrable=True)
        insert_rows([other], deferrable=True)
        row = new_row(Ticket, restaurant_id=order.restaurant_id, order=order, station_id=ticket.station_id)
        row.fired_course, row.fired_at = 3, ticket.fired_at
        insert_rows([row], deferrable=True)
    sent = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
    assert len(sent) == 1
    assert sent[0].count("INSERT INTO") == 3
    assert OrderLine.objects.filter(order=order).count() == 3
    assert Ticket.objects.filter(pk=row.pk, fired_course=3).exists()


@pytest.mark.django_db
def test_what_is_refused_while_it_waits_fails_the_unit(house, order):
    with nothing_changes(), pytest.raises(IntegrityError), UnitOfWork(house.actor("waiter")):
        insert_rows([line_of(order, quantity=0)], deferrable=True)
    assert getattr(connection, "deferred_inserts", None) is None


@pytest.mark.django_db
def test_nothing_is_sent_for_a_unit_that_fails(house, order):
    waiter = house.actor("waiter")

    def fail():
        with UnitOfWork(waiter):
            insert_rows([line_of(order)], deferrable=True)
            raise ZeroDivisionError

    with CaptureQueriesContext(connection) as seen, nothing_changes(), pytest.raises(ZeroDivisionError):
        fail()
    if connection.vendor == "postgresql":
        assert not [query for query in seen if "INSERT" in query["sql"]]
    with UnitOfWork(house.actor("waiter")):
        pass
    assert order.lines.count() == 1, "nothing is left for the next unit"


@pytest.mark.django_db
def test_outside_a_unit_nothing_waits(order):
    line = line_of(order)
    with CaptureQueriesContext(connection) as seen:
        insert_rows([line], deferrable=True)
    assert len(seen) == 1
    assert OrderLine.objects.filter(pk=line.pk).exists()


# --- reserved keys --------------------------------------------------------------------------------------------
@together
@pytest.mark.django_db
def test_keys_are_taken_once_and_in_order():
    keys, other = statement_batch.KeyAllocator(Ticket), statement_batch.KeyAllocator(Ticket)
    found = [*keys.take(3), *other.take(2), *keys.take(statement_batch.KEY_BLOCK_SIZE), *other.take(1)]
    assert len(set(found)) == len(found)
    assert found[:3] == sorted(found[:3])


def test_keys_that_two_threads_fetched_at_once_are_taken_in_order():
    keys = statement_batch.KeyAllocator(Ticket)
    keys._free.extend([7, 8, 3, 4])
    assert keys.take(4) == [3, 4, 7, 8]


@together
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forgets", [True, False], ids=["", "control"])
def test_keys_that_somebody_else_has_are_not_tried_endlessly(house, order, forgets, monkeypatch):
    """A backup was restored under running processes."""
    if not forgets:
        monkeypatch.setattr(allocator_for, "cache_clear", lambda: None, raising=False)
    taken = allocator_for(OrderLine).take(1)[0]
    rows = [line_of(order, id=key, position=9) for key in range(taken + 1, taken + 10)]
    OrderLine.objects.bulk_create(rows)
    (outcome,) = place_orders([house.request(key="second")])
    assert isinstance(outcome, placing.PlacedOrder) is forgets


@together
@pytest.mark.django_db
def test_a_value_that_does_not_fit_is_an_error_and_no_answer():
    with pytest.raises(DataError), transaction.atomic():
        execute_batch([Statement("SELECT 1", []), Statement("SELECT 1 / %s", [0])])

"""Bulk inserts on the hot path store the same rows as Django would, column by column."""

import uuid

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event, FeedHead
from bistro.core.speed import bulk_insert
from bistro.core.speed.bulk_insert import insert_numbered, insert_rows, new_row
from bistro.core.writing.unit_of_work import SEQUENCE
from kitchen.models import Ticket, TicketLine
from orders.models import Order, OrderLine
from orders.transitions import LineStatus
from tables.models import Party, Table

pytestmark = pytest.mark.django_db


def another_line(line):
    """Return another line of the same order."""
    return OrderLine.objects.bulk_create([like(line, 0)])[0]


# Columns that must differ between two rows of a table.
OTHER = {
    Order: lambda row, place: {"uid": uuid.uuid4(), "number": 100 + place, "key": f"other-{place}"},
    OrderLine: lambda row, place: {},
    Ticket: lambda row, place: {"fired_course": 5 + place},
    TicketLine: lambda row, place: {"line_id": another_line(row.line).pk},
    Party: lambda row, place: {"uid": uuid.uuid4(), "status": "completed"},
    Event: lambda row, place: {"seq": 1000 + place},
    Table: lambda row, place: {"uid": uuid.uuid4(), "name": f"  Ärger {place} "},
}


def like(row, place):
    """Return a new row with the same values, except for unique ones."""
    fields = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in fields} | OTHER[type(row)](row, place))


def stored(model, pk):
    """Return every column as stored in the database."""
    with connection.cursor() as cursor:
        table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
        cursor.execute(f"SELECT * FROM {table} WHERE {key} = %s", [pk])
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


@pytest.mark.parametrize("model", OTHER)
def test_the_same_as_django_inserts(house, model):
    house.place(lines=[{"item": house.item.pk, "quantity": 2, "note": "Zoë’s", "seat": 3}], note='"quoted"')
    row = model.objects.first()
    ours = like(row, 1)
    insert_rows([ours])
    (theirs,) = model.objects.bulk_create([like(row, 2)])
    own = {"id", "uid", "number", "key", "fired_course", "seq", "name", "name_key", "line_id"}
    found, expected = stored(model, ours.pk), stored(model, theirs.pk)
    assert found.keys() == expected.keys()
    assert {name: found[name] for name in found.keys() - own} == {name: expected[name] for name in found.keys() - own}
    assert [type(found[name]) for name in found] == [type(expected[name]) for name in found]
    assert not ours._state.adding


def test_a_value_that_is_not_plain_is_prepared(house):
    """An enum is text to Python, but not to every driver; and a name's key is computed."""
    house.place()
    line = like(OrderLine.objects.get(), 1)
    line.status = LineStatus.HELD
    table = like(house.table, 1)
    insert_rows([line])
    insert_rows([table])
    assert stored(OrderLine, line.pk)["status"] == "held"
    assert stored(Table, table.pk)["name_key"] == "ärger 1"


def test_many_rows_keep_their_order_and_go_in_few_statements(house, monkeypatch):
    house.place()
    line = OrderLine.objects.get()
    rows = [like(line, place) for place in range(50)]
    for place, row in enumerate(rows):
        row.quantity = place + 1
    columns = len(line._meta.concrete_fields) - 1
    monkeypatch.setattr(bulk_insert, "MOST_VALUES", columns * 20)
    with CaptureQueriesContext(connection) as asked:
        insert_rows(rows)
    assert len(asked) == 3
    for row in rows:
        assert stored(OrderLine, row.pk)["quantity"] == row.quantity


@pytest.mark.parametrize("model", OTHER)
def test_a_new_row_is_what_the_model_makes(house, model):
    house.place()
    row = model.objects.first()
    given = {f.name: getattr(row, f.name) for f in row._meta.concrete_fields if f.is_relation}
    ours, theirs = new_row(model, **given), model(**given)
    unlike = {"_state", "uid"}
    assert {k: v for k, v in vars(ours).items() if k not in unlike} == {
        k: v for k, v in vars(theirs).items() if k not in unlike
    }
    assert ours._state.adding
    with CaptureQueriesContext(connection) as asked:
        assert [getattr(ours, name) for name in given] == list(given.values())
    assert len(asked) == 0, "what was given is not read again"


def test_a_name_that_is_no_column_is_refused():
    with pytest.raises(KeyError):
        new_row(OrderLine, quantty=2)


def test_what_is_made_for_a_new_row_is_its_own():
    one, other = new_row(OrderLine), new_row(OrderLine)
    one.modifiers.append("extra")
    assert other.modifiers == []
    assert new_row(Order).uid != new_row(Order).uid


@pytest.mark.parametrize("count", [1, 7])
def test_text_arrives_as_it_is(house, count):
    """PostgreSQL receives all rows as one text, whose separators must not occur in the values."""
    house.place(lines=[{"item": house.item.pk, "quantity": 2, "note": 'Zoë’s {a,b} \\ "x" NULL', "seat": 3}])
    row = OrderLine.objects.get()
    row.modifiers = [{"id": 1, "name": "L'été, {x}", "price": "1.00", "stated": {"nuts": "contains"}}]
    rows = [like(row, place) for place in range(count)]
    rows[-1].seat = None
    insert_rows(rows)
    expected = stored(OrderLine, OrderLine.objects.bulk_create([like(row, 0)])[0].pk)
    for one in rows:
        assert stored(OrderLine, one.pk) == expected | {"id": one.pk, "seat": one.seat}


@pytest.mark.parametrize("count", [1, 7])
def test_numbered_rows_go_on_counting(house, count):
    """The same rows as without numbers, except for the numbers, which continue the counter in the rows' order."""
    house.place()
    event, restaurant = Event.objects.order_by("seq").last(), house.restaurant.pk
    for taken in (event.seq, event.seq + count):
        rows = [like(event, place) for place in range(count)]
        assert insert_numbered(rows, "seq", SEQUENCE, [restaurant]) == taken + count
        assert [row.seq for row in rows] == list(range(taken + 1, taken + count + 1))
        for row in rows:
            expected = stored(Event, event.pk) | {"id": row.pk, "seq": row.seq}
            assert stored(Event, row.pk) == expected
            assert not row._state.adding
        assert FeedHead.objects.get(pk=restaurant).seq == taken + count


def test_counters_count_apart(house, other_house):
    house.place()
    event = Event.objects.order_by("seq").last()
    before = FeedHead.objects.get(pk=house.restaurant.pk).seq
    insert_numbered([like(event, 1)], "seq", SEQUENCE, [house.restaurant.pk])
    assert FeedHead.objects.get(pk=house.restaurant.pk).seq == before + 1
    assert not FeedHead.objects.filter(pk=other_house.restaurant.pk, seq__gt=0).exists()


def test_nothing_to_insert_asks_nothing(db):
    with CaptureQueriesContext(connection) as asked:
        insert_rows([])
    assert len(asked) == 0


def test_what_the_database_refuses_is_refused(house):
    house.place()
    line = like(OrderLine.objects.get(), 1)
    line.quantity = 0
    with pytest.raises(IntegrityError):
        insert_rows([line])

"""Bookings at the same time: a table is never booked twice."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import IntegrityError, connection

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.http import Api
from bistro.core.tests.racing import race
from tables.bookings import hold_steps
from tables.bookings.models import Booking, Combination, CombinationTable, TableHold
from tables.bookings.placing import Placed
from tables.bookings.tests.evenings import body, book, evening, path

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def taken_twice():
    """Return the pairs of live holds of one table that overlap."""
    holds = list(TableHold.objects.live().order_by("table", "starts_at"))
    return [
        (one.pk, other.pk)
        for place, one in enumerate(holds)
        for other in holds[place + 1 :]
        if one.table_id == other.table_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]


def test_one_of_two_hundred_gets_the_last_slot(house):
    """The house has one table. The others learn that it is taken, and other times. A server has so many threads."""
    address, threads = path(house), 8
    credential = house.api("host").headers["Authorization"]

    def tries():
        api = Api(credential)
        return [api.post(address, body()) for _ in range(200 // threads)]

    assert house.api("host").get(address).json() == []  # also reads the API description that each answer must meet
    answers = list(chain.from_iterable(race([tries] * threads)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (1, 199)
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (lost["code"], len(lost["alternatives"])) == ("slot_full", 6)
    assert (Booking.objects.count(), TableHold.objects.count()) == (1, 1)


def at_once(house):
    """Return twelve bookings of one table whose times overlap, at different times."""
    begins = [evening() + timedelta(minutes=5 * number) for number in range(12)]
    return [lambda begin=begin: book(house, begin, ends_at=begin + timedelta(hours=2)) for begin in begins]


def test_the_database_alone_keeps_a_table_for_one(house, monkeypatch):
    monkeypatch.setattr("tables.bookings.services.taking.choose_tables", _no_look(house))
    monkeypatch.setattr(hold_steps, "lock_name", lambda name: None)
    outcomes = race(at_once(house))
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Booking, LostRace}
    assert (Booking.objects.count(), taken_twice()) == (1, [])


def test_control_without_the_guarantee(house, monkeypatch):
    """Without the conditional insert and the constraint all twelve get the same table."""
    monkeypatch.setattr("tables.bookings.services.taking.choose_tables", _no_look(house))
    monkeypatch.setattr(hold_steps, "lock_name", lambda name: None)
    monkeypatch.setattr(hold_steps, "_INSERT", hold_steps._INSERT.replace("WHERE NOT EXISTS", "WHERE true OR EXISTS"))
    with no_constraint():
        outcomes = race(at_once(house))
        assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 12
        assert taken_twice()
        TableHold.objects.all().delete()


def _no_look(house):
    return lambda wish, _room, work, **more: Placed([house.table], wish.ends_at)


class no_constraint:
    """The table of holds without its constraint, until the block ends."""

    def __enter__(self):
        self.model, self.constraint = TableHold, TableHold._meta.constraints[0]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ALTER TABLE bookings_tablehold DROP CONSTRAINT table_hold_once")
            else:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'table_hold%'")
                self.triggers = cursor.fetchall()
                for name, _sql in self.triggers:
                    cursor.execute(f"DROP TRIGGER {name}")

    def __exit__(self, *_):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with connection.schema_editor() as editor:
                    editor.add_constraint(self.model, self.constraint)
            else:
                for _name, sql in self.triggers:
                    cursor.execute(sql)


def test_a_combination_and_its_member_at_once(house):
    other = house.add_table()
    combination = Combination.objects.create(restaurant=house.restaurant, name="1 + 2", seats=8)
    for table in (house.table, other):
        CombinationTable.objects.create(restaurant=house.restaurant, combination=combination, table=table)
    wishes = [{"size": 7}, {"size": 2, "tables": [house.table.pk]}] * 6
    outcomes = race([lambda wish=wish: book(house, evening(), **wish) for wish in wishes])
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert taken_twice() == []


def test_the_constraint_refuses_changed_and_new_rows(house):
    one, other = book(house), book(house, evening(22))
    hold = TableHold.objects.get(booking=other)
    with pytest.raises(IntegrityError):
        TableHold.objects.filter(pk=hold.pk).update(starts_at=one.starts_at)
    hold.pk = None
    with pytest.raises(IntegrityError):
        hold.save()

"""The house of the tests, built once in each process and then inserted again as rows, in a seventh of the time."""

import pickle
from collections.abc import Iterator
from datetime import date, time
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import DateTimeField, Model
from django.utils import timezone

from bistro.core.models import Restaurant
from tests.journeys.house import House, open_house


class Rows(NamedTuple):
    """New rows of one table. The columns `moments` hold the time at which they were inserted."""

    insert: str
    values: list[list[Any]]
    moments: list[int]


_kept: list[tuple[bytes, list[Rows]]] = []


def house_of_a_test() -> House:
    """Return a house as `open_house` builds it, with the same ids in every test.

    It is really built in a test that commits, because its callbacks must run, and beside another restaurant.
    """
    if not connection.in_atomic_block or Restaurant.objects.exists():
        return open_house()
    if not _kept:
        before = _tables()
        house = open_house()
        _kept.append((pickle.dumps(house), list(_rows_since(before))))
        return house
    pickled, tables = _kept[0]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        for insert, rows, moments in tables:
            for row in rows:
                for place in moments:
                    row[place] = now
            cursor.execute(insert, [value for row in rows for value in row])
    house = pickle.loads(pickled)
    return house


def _tables() -> dict[type[Model], tuple[list[str], list[Any]]]:
    """Return {model: (columns, rows)} of all tables, as the database holds them."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f"SELECT * FROM {model._meta.db_table}")
                found[model] = [column[0] for column in cursor.description], cursor.fetchall()
    return found


def _rows_since(before: dict[type[Model], tuple[list[str], list[Any]]]) -> Iterator[Rows]:
    """Yield the rows that were inserted since. Foreign keys are checked at the end, so that the order is free."""
    for model, (columns, rows) in _tables().items():
        values = [[_plain(value) for value in row] for row in rows if row not in before[model][1]]
        if values:
            names = ", ".join(map(connection.ops.quote_name, columns))
            row = f"({', '.join(['%s'] * len(columns))})"
            insert = f"INSERT INTO {model._meta.db_table} ({names}) VALUES {', '.join([row] * len(values))}"
            of_time = {field.column for field in model._meta.concrete_fields if isinstance(field, DateTimeField)}
            moments = [place for place, name in enumerate(columns) if name in of_time and values[0][place] is not None]
            yield Rows(insert, values, moments)


def _plain(value: Any) -> Any:
    """Return a value that a cursor takes: SQLite's returns dates and times, but takes texts."""
    return str(value) if connection.vendor == "sqlite" and isinstance(value, date | time) else value

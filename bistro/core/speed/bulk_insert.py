"""Many rows of one table in one INSERT, for the hot path.

Does what `bulk_create` does for rows with automatic keys, without preparing each value by way of Django's layers: for a
batch of orders that cost more than the database (docs/adr/0009-express-door.md has the figures).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.base import ModelState

from bistro.core.speed.statement_batch import Statement, allocator_for, execute_batch

Row = TypeVar("Row", bound=Model)

MOST_VALUES = 30_000  # in one statement: SQLite takes 32,766
# Fields whose column holds what the attribute holds, if that is of a plain type (a str that is an enum is not).
PLAIN_FIELDS = (BooleanField, CharField, ForeignKey, IntegerField, TextField)
PLAIN = frozenset({bool, int, str})
REPEATING_FIELDS = (CharField, DateField, DecimalField)  # words of an enum, the instant of the unit, prices


def insert_rows(rows: Sequence[Model], *, deferrable: bool = False) -> None:
    """Insert new rows of one model, in their order, and give each its key: one statement for 30,000 values.

    No signals, as with `bulk_create`; rows that they point at have keys already. Raises what the database refuses.
    `deferrable`: in a unit of work on PostgreSQL they go with what is written after them, and errors come then. Keys
    are then taken in advance, not in the order in which processes write: not for tables whose rows are a queue.
    """
    if not rows:
        return
    # The wrapper itself: the usual `connection` looks for its thread's at every access.
    connection: Any = connections[DEFAULT_DB_ALIAS]
    model = type(rows[0])
    deferred = getattr(connection, "deferred_inserts", None) if deferrable else None
    if deferred is not None:
        _give_keys(connection, rows, allocator_for(model).take(len(rows)))
    at_once = MOST_VALUES // len(_columns(model, deferred is not None))
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        if deferred is not None:
            deferred.add(_insert(connection, model, some, keyed=True))
        else:
            (found,) = execute_batch([_insert(connection, model, some)])
            _give_keys(connection, some, [key for (key,) in found])


@dataclass(frozen=True, slots=True)
class Counter:
    """Rows that count: the last number stands in `column`, what is counted in the columns `of`, unique together."""

    table: str
    column: str
    of: tuple[str, ...]

    def statement(self, of: Sequence[Any], count: int) -> Statement:
        """Takes the next so many numbers and answers with the last. Locks: the counter's row, until the end."""
        sql = (
            f"INSERT INTO {self.table} ({', '.join(self.of)}, {self.column}) VALUES ({'%s, ' * len(self.of)}%s) "
            f"ON CONFLICT ({', '.join(self.of)}) DO UPDATE SET {self.column} = "
            f"{self.table}.{self.column} + excluded.{self.column} RETURNING {self.column}"
        )
        return Statement(sql, [*of, count])


def insert_numbered(rows: Sequence[Model], attribute: str, counter: Counter, of: Sequence[Any]) -> int:
    """As `insert_rows`, each row with the counter's next number in `attribute`, in their order. The last number.

    On PostgreSQL in one trip, and what waited goes with it.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    model, number = type(rows[0]), counter.statement(of, len(rows))
    if connection.vendor != "postgresql":
        (((last,),),) = execute_batch([number])
        _give_numbers(rows, attribute, last)
        insert_rows(rows)
        return int(last)
    _give_numbers(rows, attribute, 0)  # how far each is before the last one
    statement = _insert(connection, model, rows, numbered=(attribute, number))
    deferred = getattr(connection, "deferred_inserts", None)
    found = deferred.flush(statement) if deferred is not None else execute_batch([statement])[0]
    _give_keys(connection, rows, [key for key, _number in found])
    last = int(found[-1][1])
    _give_numbers(rows, attribute, last)
    return last


def _give_keys(connection: BaseDatabaseWrapper, rows: Sequence[Model], keys: Sequence[Any]) -> None:
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def _give_numbers(rows: Sequence[Model], attribute: str, last: int) -> None:
    for place, row in enumerate(rows, last - len(rows) + 1):
        setattr(row, attribute, place)


def new_row(model: type[Row], **values: Any) -> Row:
    """`model(**values)` for the hot path, several times as quick: columns by attribute (`order_id`), or related rows
    that have keys. No `post_init`. Raises KeyError for a name that is no column."""
    row = model.__new__(model)
    row._state = state = ModelState()
    attributes = row.__dict__
    constants, made, columns = _defaults(model)
    attributes.update(constants)
    for name, make in made:
        if name not in values:
            attributes[name] = make()
    for name, value in values.items():
        column = columns[name]
        if column != name:
            state.fields_cache[name] = value
            value = value and value.pk
        attributes[column] = value
    return row


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...], dict[str, str]]:
    """(attributes with the same value in every new row, those whose value is made, {name or attribute: attribute})."""
    fields = model._meta.concrete_fields
    made = tuple((f.attname, f.default) for f in fields if f.has_default() and callable(f.default))
    names = {name for name, _make in made}
    constants = {field.attname: field.get_default() for field in fields if field.attname not in names}
    return constants, made, {name: field.attname for field in fields for name in (field.name, field.attname)}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column, and how its values are prepared."""

    field: "Field[Any, Any]"
    attribute: str
    computed: bool  # by the field itself, when the row is saved
    plain: bool  # a value of a plain type goes as it is
    repeats: bool  # the same few values stand in many rows


@cache
def _columns(model: type[Model], keyed: bool = False) -> tuple[_Column, ...]:
    """Those of a new row; the key only where the row has one already."""
    fields = [field for field in model._meta.concrete_fields if keyed or not field.primary_key]
    return tuple(_column(field) for field in fields)


def _column(field: "Field[Any, Any]") -> _Column:
    computed = type(field).pre_save is not Field.pre_save
    if isinstance(field, DateField):  # its own one only looks whether it is to be filled in
        computed = field.auto_now or field.auto_now_add
    return _Column(
        field=field,
        attribute=field.attname,
        computed=computed,
        plain=isinstance(field, PLAIN_FIELDS) and not computed,
        repeats=isinstance(field, REPEATING_FIELDS) and not computed,
    )


def _insert(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    rows: Sequence[Model],
    *,
    keyed: bool = False,
    numbered: tuple[str, Statement] | None = None,
) -> Statement:
    """Answers with the rows' keys, and with their numbers where it takes them (PostgreSQL)."""
    if connection.vendor != "postgresql":
        head, tail = _insert_clauses(model)
        source, parameters = _values_clause(connection, model, rows)
        return Statement(f"{head} {source} {tail}", parameters)
    document = _rows_as_json(model, rows, keyed)
    if numbered is None:
        return Statement(_insert_from_json(model, keyed), [document])
    attribute, number = numbered
    return Statement(_numbered_insert_from_json(model, attribute, number.sql), [*number.parameters, document])


@cache
def _insert_clauses(model: type[Model], keyed: bool = False) -> tuple[str, str]:
    """What stands before the values, and behind."""
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quote(column.field.column) for column in _columns(model, keyed))
    key = model._meta.pk
    assert key is not None
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", f"RETURNING {quote(key.column)}"


@cache
def _insert_from_json(model: type[Model], keyed: bool) -> str:
    """For PostgreSQL: all rows as one JSON text. The statement stays the same for any number of them, and nothing is
    escaped value by value; a quarter of the time of twenty parameters a row."""
    head, tail = _insert_clauses(model, keyed)
    return f"{head} SELECT * FROM json_to_recordset(%s) AS new ({_record_columns(model, keyed)}) {tail}"


@cache
def _numbered_insert_from_json(model: type[Model], attribute: str, number: str) -> str:
    """The same, with numbers that count up to what the statement `number` answers with."""
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    (own,) = [quote(column.field.column) for column in _columns(model) if column.attribute == attribute]
    head, tail = _insert_clauses(model)
    values = [quote(column.field.column) for column in _columns(model)]
    values = [f"counted.last + new.{name}" if name == own else f"new.{name}" for name in values]
    return (
        f"WITH counted (last) AS ({number}) {head} SELECT {', '.join(values)} "
        f"FROM json_to_recordset(%s) AS new ({_record_columns(model)}), counted {tail}, {own}"
    )


def _rows_as_json(model: type[Model], rows: Sequence[Model], keyed: bool) -> str:
    computed, plain = _attributes(model, keyed)
    values = []
    for row in rows:
        attributes = row.__dict__
        value = {column: attributes[name] for column, name in plain}
        for column, field in computed:
            value[column] = field.pre_save(row, True)
        values.append(value)
    return json.dumps(values, default=str)


@cache
def _attributes(
    model: type[Model], keyed: bool
) -> "tuple[tuple[tuple[str, Field[Any, Any]], ...], tuple[tuple[str, str], ...]]":
    """((column, its field) where the field computes the value, (column, attribute) of all others)."""
    columns = _columns(model, keyed)
    computed = tuple((column.field.column, column.field) for column in columns if column.computed)
    return computed, tuple((column.field.column, column.attribute) for column in columns if not column.computed)


@cache
def _record_columns(model: type[Model], keyed: bool = False) -> str:
    """Names and types of the columns, in their order."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    return ", ".join(f"{quote(c.field.column)} {c.field.db_type(connection)}" for c in _columns(model, keyed))


def _values_clause(connection: BaseDatabaseWrapper, model: type[Model], rows: Sequence[Model]) -> tuple[str, list[Any]]:
    """For SQLite: a parameter for each value."""
    one = f"({', '.join(['%s'] * len(_columns(model)))})"
    known: dict[tuple[str, Any], Any] = {}
    parameters = [value for row in rows for value in _values(row, connection, known)]
    return f"VALUES {', '.join([one] * len(rows))}", parameters


def _values(row: Model, connection: BaseDatabaseWrapper, known: dict[tuple[str, Any], Any]) -> list[Any]:
    """What stands in each column. `known` remembers what was prepared for other rows of the same statement."""
    values = []
    attributes = row.__dict__
    for column in _columns(type(row)):
        value = attributes[column.attribute]
        if column.computed:
            value = column.field.get_db_prep_save(column.field.pre_save(row, True), connection)
        elif not (value is None or (column.plain and type(value) in PLAIN)):
            place = (column.attribute, value) if column.repeats else None
            if place is None or place not in known:
                value = column.field.get_db_prep_save(value, connection)
                if place is not None:
                    known[place] = value
            else:
                value = known[place]
        values.append(value)
    return values

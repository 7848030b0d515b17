"""Bulk inserts for the hot path: many rows of one table in one INSERT (ADR 0009).

Like `bulk_create` for rows with automatic keys, without Django's preparation of each value, which takes longer than the
database itself for a batch of orders.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
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
    JSONField,
    Model,
    TextField,
)
from django.db.models.base import ModelState

from bistro.core.speed.statement_batch import Statement, allocator_for, execute_batch

Row = TypeVar("Row", bound=Model)

MOST_VALUES = 30_000  # in one statement; SQLite's limit is 32,766
# Fields whose values need no conversion if they have a plain type (a str that is an enum has not).
PLAIN_FIELDS = (BooleanField, CharField, ForeignKey, IntegerField, TextField)
NONE = frozenset({type(None)})
PLAIN = NONE | {bool, int, str}
# The text of json.dumps for values that most rows hold, because each call of it is slow.
EMPTY_JSON: dict[type, str] = {list: "[]", dict: "{}"}
REPEATING_FIELDS = (CharField, DateField, DecimalField)  # values of an enum, the time of the unit of work, prices


def insert_rows(rows: Sequence[Model], *, deferrable: bool = False) -> None:
    """Insert new rows of one model in their order and set their primary keys, with one statement for 30,000 values.

    Sends no signals, like `bulk_create`. Related rows must have keys. Raises what the database raises.

    With `deferrable`, a unit of work on PostgreSQL sends the rows together with the next statement, and errors surface
    there. Their keys are then taken from the sequence in advance, so their order is not the order of commits: never use
    it for tables that serve as a queue.
    """
    if not rows:
        return
    # Use the wrapper directly, because `connection` looks up the thread's wrapper at every access.
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
    """A table of counters: the last number in `column`, identified by the columns `of`, which are unique together."""

    table: str
    column: str
    of: tuple[str, ...]

    def statement(self, of: Sequence[Any], count: int) -> Statement:
        """Return the statement that takes the next `count` numbers and yields the last.

        Locks: the counter's row, until commit.
        """
        sql = (
            f"INSERT INTO {self.table} ({', '.join(self.of)}, {self.column}) VALUES ({'%s, ' * len(self.of)}%s) "
            f"ON CONFLICT ({', '.join(self.of)}) DO UPDATE SET {self.column} = "
            f"{self.table}.{self.column} + excluded.{self.column} RETURNING {self.column}"
        )
        return Statement(sql, [*of, count])


def insert_numbered(rows: Sequence[Model], attribute: str, counter: Counter, of: Sequence[Any]) -> int:
    """Insert rows like `insert_rows`, number them with the counter and return the last number.

    The numbers go into `attribute`, in the order of the rows. On PostgreSQL this takes one round trip, together with
    all deferred inserts.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    model, number = type(rows[0]), counter.statement(of, len(rows))
    if connection.vendor != "postgresql":
        (((last,),),) = execute_batch([number])
        _give_numbers(rows, attribute, last)
        insert_rows(rows)
        return int(last)
    _give_numbers(rows, attribute, 0)  # offsets from the last number, which the statement adds
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
    """Build `model(**values)` several times faster, for the hot path.

    Takes columns by attribute (`order_id`) or related rows that have keys. Sends no `post_init`. Raises KeyError for a
    name that is no column.
    """
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
    """Return the defaults of a new row.

    They are (constant values by attribute, (attribute, factory) of computed values, {field name or attribute:
    attribute}).
    """
    fields = model._meta.concrete_fields
    made = tuple((f.attname, f.default) for f in fields if f.has_default() and callable(f.default))
    names = {name for name, _make in made}
    constants = {field.attname: field.get_default() for field in fields if field.attname not in names}
    return constants, made, {name: field.attname for field in fields for name in (field.name, field.attname)}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column and the way its values are prepared."""

    field: "Field[Any, Any]"
    attribute: str
    computed: bool  # the field computes the value when the row is saved
    unprepared: frozenset[type]  # the types of values that need no conversion
    repeats: bool  # many rows hold the same few values
    json: bool


@cache
def _columns(model: type[Model], keyed: bool = False) -> tuple[_Column, ...]:
    """Return the columns of a new row, with the primary key only for `keyed` rows."""
    fields = [field for field in model._meta.concrete_fields if keyed or not field.primary_key]
    return tuple(_column(field) for field in fields)


def _column(field: "Field[Any, Any]") -> _Column:
    computed = type(field).pre_save is not Field.pre_save
    if isinstance(field, DateField):  # its pre_save only matters for auto_now and auto_now_add
        computed = field.auto_now or field.auto_now_add
    return _Column(
        field=field,
        attribute=field.attname,
        computed=computed,
        unprepared=PLAIN if isinstance(field, PLAIN_FIELDS) else NONE,
        repeats=isinstance(field, REPEATING_FIELDS) and not computed,
        json=isinstance(field, JSONField) and not computed,
    )


def _insert(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    rows: Sequence[Model],
    *,
    keyed: bool = False,
    numbered: tuple[str, Statement] | None = None,
) -> Statement:
    """Return the statement that inserts the rows and yields their keys, and their numbers if `numbered`.

    Only PostgreSQL supports `numbered`.
    """
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
    """Return `(INSERT INTO … (columns), RETURNING key)`."""
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quote(column.field.column) for column in _columns(model, keyed))
    key = model._meta.pk
    assert key is not None
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", f"RETURNING {quote(key.column)}"


@cache
def _insert_from_json(model: type[Model], keyed: bool) -> str:
    """Return the INSERT for PostgreSQL that takes all rows as one JSON text.

    The statement is the same for any number of rows and escapes no single values, in a quarter of the time that
    parameters take.
    """
    head, tail = _insert_clauses(model, keyed)
    return f"{head} SELECT * FROM json_to_recordset(%s) AS new ({_record_columns(model, keyed)}) {tail}"


@cache
def _numbered_insert_from_json(model: type[Model], attribute: str, number: str) -> str:
    """Return the INSERT like `_insert_from_json` that also fills `attribute` from a counter.

    The statement `number` yields the last number; each row adds its own offset.
    """
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
    """Return ((column, field) of computed values, (column, attribute) of all others)."""
    columns = _columns(model, keyed)
    computed = tuple((column.field.column, column.field) for column in columns if column.computed)
    return computed, tuple((column.field.column, column.attribute) for column in columns if not column.computed)


@cache
def _record_columns(model: type[Model], keyed: bool = False) -> str:
    """Return names and types of the columns for `json_to_recordset`, in order."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    return ", ".join(f"{quote(c.field.column)} {c.field.db_type(connection)}" for c in _columns(model, keyed))


def _values_clause(connection: BaseDatabaseWrapper, model: type[Model], rows: Sequence[Model]) -> tuple[str, list[Any]]:
    """Return the VALUES clause and its parameters for SQLite: one parameter for each value."""
    columns = _columns(model)
    # SQLite's own mark spares Django the search for each "%s"; only Django's log of queries needs that one.
    mark = "%s" if connection.queries_logged else "?"
    one = f"({', '.join([mark] * len(columns))})"
    attributes = [row.__dict__ for row in rows]
    values = [_values(column, rows, attributes, connection) for column in columns]
    return f"VALUES {', '.join([one] * len(rows))}", list(chain.from_iterable(zip(*values, strict=True)))


def _values(
    column: _Column, rows: Sequence[Model], attributes: Sequence[dict[str, Any]], connection: BaseDatabaseWrapper
) -> list[Any]:
    """Return the prepared values of one column for all rows. `attributes` are the `__dict__` of the rows."""
    field = column.field
    if column.computed:
        return [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows]
    name = column.attribute
    values = [row[name] for row in attributes]
    if column.unprepared.issuperset(map(type, values)):
        return values
    known: dict[Any, Any] = {None: None}  # equal values, and one JSON value of several rows, are prepared once
    if column.repeats:
        known.update((value, field.get_db_prep_save(value, connection)) for value in {*values} - {None})
        return [known[value] for value in values]
    return [_prepared(column, value, connection, known) for value in values]


def _prepared(column: _Column, value: Any, connection: BaseDatabaseWrapper, known: dict[Any, Any]) -> Any:
    """Return a value as the database takes it. `known` has the JSON values that other rows share."""
    if type(value) in column.unprepared:
        return value
    if not column.json:
        return column.field.get_db_prep_save(value, connection)
    if not value and type(value) in EMPTY_JSON:
        return EMPTY_JSON[type(value)]
    place = id(value)  # rows of one dish share its allergens
    if place not in known:
        known[place] = column.field.get_db_prep_save(value, connection)
    return known[place]

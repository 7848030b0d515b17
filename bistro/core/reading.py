"""Questions that the hot path asks every few milliseconds: the ORM writes each statement once, then only values change.

Putting a queryset together and compiling it costs several times what the database needs to answer it
(docs/performance.md says where the time of an order goes).
"""

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")


class Given(Expression):
    """Stands in a queryset for a value that comes later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@ForeignObject.register_lookup  # which does not take its lookups from Field
@Field.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg]
    """`pk__any_of=keys`: as `in`, but the statement stays the same however many keys there are."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        keys = self.rhs if isinstance(self.rhs, Given) else _parameter(self.rhs, connection.vendor)
        if connection.vendor == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(%s))", [*params, keys]
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*params, keys]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What was compiled for one kind of database."""

    sql: str
    parameters: tuple[Any, ...]  # values, and `Given` where one comes later
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]  # (column, its converters, its expression)
    attributes: tuple[str, ...]  # of the model's instance; empty for tuples
    locks: bool


class Reading(Generic[Row]):
    """A queryset as a function of what is only known when it is asked: plain values, and collections of keys.

    `build` makes it, and takes each of them by name. Rows come as its model's instances, or as the tuples of
    `values_list`; relations are not followed. Raises TransactionManagementError where it locks outside a transaction.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self.build = build
        self._statements: dict[str, _Statement] = {}

    def __call__(self, *values: Any) -> list[Row]:
        """All rows for these values."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        vendor = connection.vendor
        statement = self._statements.get(vendor)
        if statement is None:
            statement = self._statements[vendor] = _compiled(self.build(*map(Given, self._names)))
        if statement.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked inside a transaction.")
        given = dict(zip(self._names, values, strict=True))
        parameters = [
            _parameter(given[value.name], vendor) if isinstance(value, Given) else value
            for value in statement.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, parameters)
            rows = cursor.fetchall()
        return self._rows(statement, rows, connection)

    @cached_property
    def _names(self) -> list[str]:
        return list(inspect.signature(self.build).parameters)

    @cached_property
    def _model(self) -> type[Model]:
        return self.build(*map(Given, self._names)).model

    def _rows(self, statement: _Statement, rows: Sequence[Sequence[Any]], connection: Any) -> list[Any]:
        if statement.converters:
            rows = [_converted(row, statement, connection) for row in rows]
        if not statement.attributes:
            return list(rows)
        return [self._model.from_db(DEFAULT_DB_ALIAS, statement.attributes, row) for row in rows]


def _compiled(queryset: "QuerySet[Any, Any]") -> _Statement:
    query: Any = queryset.query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    select = [column for column, _sql, _alias in compiler.select]
    converters = compiler.get_converters(select)
    instances = issubclass(queryset._iterable_class, ModelIterable)  # type: ignore[attr-defined]
    return _Statement(
        sql=sql,
        parameters=tuple(parameters),
        converters=tuple((place, found, column) for place, (found, column) in converters.items()),
        attributes=tuple(column.target.attname for column in select) if instances else (),
        locks=query.select_for_update,
    )


def _parameter(value: Any, vendor: str) -> Any:
    """Several keys go as one value: an array, or a JSON text."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return json.dumps(list(value)) if vendor == "sqlite" else list(value)


def _converted(row: Sequence[Any], statement: _Statement, connection: Any) -> list[Any]:
    values = list(row)
    for place, converters, column in statement.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return values

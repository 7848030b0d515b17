"""Questions that the hot path asks every few milliseconds: the ORM writes each statement once, then only values change.

Putting a queryset together and compiling it costs several times what the database needs to answer it
(docs/performance.md says where the time of an order goes).
"""

import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators  # type: ignore[attr-defined]
from django.db.transaction import TransactionManagementError

from bistro.core.kernel.actors import Actor
from bistro.core.speed.statement_batch import Statement, execute_batch

Row = TypeVar("Row")


class Param(Expression):
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
        keys = self.rhs if isinstance(self.rhs, Param) else _parameter(self.rhs, connection.vendor)
        if connection.vendor == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(%s))", [*params, keys]
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*params, keys]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What was compiled for one kind of database."""

    sql: str
    parameters: tuple[Any, ...]  # values, and `Param` where one comes later
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]  # (column, its converters, its expression)
    attributes: tuple[str, ...]  # of the model's instance; empty for tuples
    related: tuple[Any, ...]  # what `select_related` joined
    locks: bool


# Of a queryset that finds nothing, whatever stands in the tables.
_NOTHING = _Compiled("SELECT 1 WHERE 1 = 0", (), (), (), (), locks=False)


class CompiledQuery(Generic[Row]):
    """A queryset as a function of what is only known when it is asked: plain values, and collections of keys.

    `build` makes it, and takes each of them by name. Rows come as its model's instances, with what `select_related`
    joins, or as the tuples of `values_list`; for `prefetch_related` there is `attach`. Raises
    TransactionManagementError where it locks outside a transaction.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"], names: Sequence[str] | None = None) -> None:
        self.build = build
        self._names = list(inspect.signature(build).parameters if names is None else names)
        self._statements: dict[str, _Compiled] = {}

    def __call__(self, *values: Any) -> list[Row]:
        """All rows for these values."""
        try:
            (found,) = fetch_together(self.bind(*values))
        except OverflowError:  # SQLite: no row has a number that does not fit
            return []
        return found

    def bind(self, *values: Any) -> "BoundQuery[Row]":
        """The question with these values, to be asked together with others. Raises what `__call__` raises."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        vendor = connection.vendor
        statement = self._statements.get(vendor)
        if statement is None:
            statement = self._statements[vendor] = _compiled(self.build(*map(Param, self._names)))
        if statement.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked inside a transaction.")
        given = dict(zip(self._names, values, strict=True))
        parameters = [
            _parameter(given[value.name], vendor) if isinstance(value, Param) else value
            for value in statement.parameters
        ]
        return BoundQuery(Statement(statement.sql, parameters), lambda rows: self._rows(statement, rows, connection))

    @cached_property
    def _model(self) -> type[Model]:
        return self.build(*map(Param, self._names)).model

    def _rows(self, statement: _Compiled, rows: Sequence[Sequence[Any]], connection: Any) -> list[Any]:
        if statement.converters:
            rows = [_converted(row, statement, connection) for row in rows]
        if not statement.attributes:
            return list(rows)
        width = len(statement.attributes)
        found = [self._model.from_db(DEFAULT_DB_ALIAS, statement.attributes, row[:width]) for row in rows]
        for populator in statement.related:
            for instance, row in zip(found, rows, strict=True):
                populator.populate(row, instance)
        return found


class ActorQuery(Generic[Row]):
    """A queryset as a function of who asks, and of plain values: `build` takes an actor first, for `visible_to`.

    The statement follows the rights: it is written once for each set of roles. Restaurant and device are values.
    A value that is None belongs to the statement: no station, say, means all of them.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self.build = build
        self._names = list(inspect.signature(build).parameters)[1:]
        self._readings: dict[tuple[Any, ...], CompiledQuery[Row]] = {}

    def __call__(self, actor: Actor, *values: Any) -> list[Row]:
        """All rows that this actor finds for these values."""
        known = (actor.restaurant_id, actor.device_id, *values)
        form = actor.kind, actor.roles, tuple(value is None for value in known)
        reading = self._readings.get(form)
        if reading is None:
            reading = self._readings[form] = self._for(*form)
        return reading(*known)

    def _for(self, kind: str, roles: frozenset[str], absent: tuple[bool, ...]) -> "CompiledQuery[Row]":
        def build(*given: Any) -> "QuerySet[Any, Row]":
            restaurant, device, *values = (None if none else each for each, none in zip(given, absent, strict=True))
            return self.build(Actor(kind, 0, restaurant, roles, device), *values)

        return CompiledQuery(build, ["restaurant", "device", *self._names])


def attach(rows: Iterable[Model], name: str, found: Iterable[Model], link: str) -> None:
    """Give each row its part of `found`, as `prefetch_related(name)` does: `row.<name>.all()` asks no more.

    `link` is the foreign key of `found` that points at the rows.
    """
    owners = {row.pk: row for row in rows}
    parts: dict[Any, list[Model]] = {pk: [] for pk in owners}
    for each in found:
        owner = owners[getattr(each, f"{link}_id")]
        setattr(each, link, owner)
        parts[owner.pk].append(each)
    for pk, owner in owners.items():
        known: Any = getattr(owner, name).none()
        known._result_cache = parts[pk]
        prefetched = owner.__dict__.setdefault("_prefetched_objects_cache", {})
        prefetched[name] = known


@dataclass(frozen=True, slots=True)
class BoundQuery(Generic[Row]):
    """A question on its way, and how its rows are made of what comes back."""

    statement: Statement
    made: Callable[[Sequence[Sequence[Any]]], list[Row]]


def fetch_together(*asked: BoundQuery[Any] | None) -> list[list[Any]]:
    """The rows of each question, asked in this order; one trip to the database where it takes several at once. None
    asks nothing, and has no rows."""
    questions = [each for each in asked if each is not None]
    answers = iter(execute_batch([each.statement for each in questions]) if questions else ())
    return [each.made(next(answers)) if each is not None else [] for each in asked]


def _compiled(queryset: "QuerySet[Any, Any]") -> _Compiled:
    query: Any = queryset.query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return _NOTHING
    select = [column for column, _sql, _alias in compiler.select]
    converters = compiler.get_converters(select)
    instances = issubclass(queryset._iterable_class, ModelIterable)  # type: ignore[attr-defined]
    own = select[: compiler.klass_info["select_fields"][-1] + 1] if instances else []
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS) if instances else []
    return _Compiled(
        sql=sql,
        parameters=tuple(parameters),
        converters=tuple((place, found, column) for place, (found, column) in converters.items()),
        attributes=tuple(column.target.attname for column in own),
        related=tuple(related),
        locks=query.select_for_update,
    )


def _parameter(value: Any, vendor: str) -> Any:
    """Several keys go as one value: an array, or a JSON text. A moment goes as the database keeps it."""
    if isinstance(value, datetime):
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return json.dumps(list(value)) if vendor == "sqlite" else list(value)


def _converted(row: Sequence[Any], statement: _Compiled, connection: Any) -> list[Any]:
    values = list(row)
    for place, converters, column in statement.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return values

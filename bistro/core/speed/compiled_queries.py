"""Compiled queries: querysets of the hot path that the ORM compiles once; afterwards only their values change.

Building and compiling a queryset takes several times longer than its answer (docs/speed.md says when to use them).
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
    """A placeholder for a query parameter that is bound at call time."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@ForeignObject.register_lookup  # ForeignObject does not inherit the lookups of Field
@Field.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg]
    """The lookup `pk__any_of=keys`: like `in`, with the same SQL text for any number of keys."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        keys = self.rhs if isinstance(self.rhs, Param) else _parameter(self.rhs, connection.vendor)
        if connection.vendor == "sqlite":
            # The likelihood makes SQLite prefer the index of this column to that of the restaurant.
            return f"likelihood({column} IN (SELECT value FROM json_each(%s)), 0.0001)", [*params, keys]
        return f"{column} = ANY(%s::{self.lhs.output_field.db_type(connection)}[])", [*params, keys]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A queryset compiled for one kind of database."""

    sql: str
    parameters: tuple[Any, ...]  # values, and a `Param` for each value bound at call time
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]  # (column, its converters, its expression)
    attributes: tuple[str, ...]  # of the model's instance; empty for tuples
    related: tuple[Any, ...]  # populators of the joins of `select_related`
    locks: bool


# The statement of a queryset that Django knows to be empty.
_NOTHING = _Compiled("SELECT 1 WHERE 1 = 0", (), (), (), (), locks=False)


class CompiledQuery(Generic[Row]):
    """A queryset as a function of plain values and collections of keys.

    `build` makes the queryset and takes each value by name. Rows are model instances, with the joins of
    `select_related`, or the tuples of `values_list`. Use `set_prefetched` instead of `prefetch_related`. Raises
    TransactionManagementError if the query locks rows outside a transaction.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"], names: Sequence[str] | None = None) -> None:
        self.build = build
        self._names = list(inspect.signature(build).parameters if names is None else names)
        self._statements: dict[str, _Compiled] = {}

    def __call__(self, *values: Any) -> list[Row]:
        """Return all rows for these values."""
        try:
            (found,) = fetch_together(self.bind(*values))
        except OverflowError:  # SQLite cannot store such a number, so no row matches
            return []
        return found

    def bind(self, *values: Any) -> "BoundQuery[Row]":
        """Bind the values, so that the query can run together with others. Raises the same errors as `__call__`."""
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
    """A queryset as a function of an actor and plain values: `build` takes an actor first, for `visible_to`.

    The statement is compiled once for each set of roles; restaurant and device are parameters. A value of None changes
    the statement, for example "no station" meaning all of them.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self.build = build
        self._names = list(inspect.signature(build).parameters)[1:]
        self._queries: dict[tuple[Any, ...], CompiledQuery[Row]] = {}

    def __call__(self, actor: Actor, *values: Any) -> list[Row]:
        """Return all rows that the actor may see for these values."""
        known = (actor.restaurant_id, actor.device_id, *values)
        form = actor.kind, actor.roles, tuple(value is None for value in known)
        query = self._queries.get(form)
        if query is None:
            query = self._queries[form] = self._for(*form)
        return query(*known)

    def _for(self, kind: str, roles: frozenset[str], absent: tuple[bool, ...]) -> "CompiledQuery[Row]":
        def build(*given: Any) -> "QuerySet[Any, Row]":
            restaurant, device, *values = (None if none else each for each, none in zip(given, absent, strict=True))
            return self.build(Actor(kind, 0, restaurant, roles, device), *values)

        return CompiledQuery(build, ["restaurant", "device", *self._names])


def set_prefetched(rows: Iterable[Model], name: str, found: Iterable[Model], link: str) -> None:
    """Set the prefetched objects of each row from `found`, as `prefetch_related(name)` does.

    Afterwards `row.<name>.all()` runs no query. `link` is the name of the foreign key of `found` that refers to the
    rows.
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
    """A compiled query with its values, and the function that builds its rows from a result."""

    statement: Statement
    build_rows: Callable[[Sequence[Sequence[Any]]], list[Row]]


def fetch_together(*bound: BoundQuery[Any] | None) -> list[list[Any]]:
    """Run the queries in this order, in one round trip where the database supports it, and return the rows of each.

    None stands for no query and yields no rows.
    """
    queries = [each for each in bound if each is not None]
    answers = iter(execute_batch([each.statement for each in queries]) if queries else ())
    return [each.build_rows(next(answers)) if each is not None else [] for each in bound]


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
    """Convert a value for the driver: several keys become one array or JSON text, a datetime its stored form."""
    if isinstance(value, datetime):
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return value
    return json.dumps(list(value)) if vendor == "sqlite" else list(value)


def _converted(row: Sequence[Any], statement: _Compiled, connection: Any) -> tuple[Any, ...]:
    values = list(row)
    for place, converters, column in statement.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return tuple(values)

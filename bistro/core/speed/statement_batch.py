"""Several statements in one trip to the database: on PostgreSQL the way there and back costs more than most answers.

What is asked together is asked in its order, each statement with a view of its own, as if it had come alone. Inserts
may wait for the next statement: see `DeferredInserts`. SQLite lives in this process; there every statement goes at
once. docs/adr/0012-statements-that-travel-together.md says why.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

KEY_BLOCK_SIZE = 64
Rows = list[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters; it answers with rows."""

    sql: str
    parameters: Sequence[Any]


def execute_batch(statements: Sequence[Statement]) -> list[Rows]:
    """The rows of each statement, in their order; one trip where the database takes several at once.

    Raises what the database raises for any of them: the others then count for nothing, as after one that failed alone.
    """
    connection: BaseDatabaseWrapper = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if len(statements) == 1 or not takes_several(connection):
            return [_asked(cursor, statement) for statement in statements]
        parameters = [value for statement in statements for value in statement.parameters]
        cursor.execute(";\n".join(statement.sql for statement in statements), parameters)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def _asked(cursor: Any, statement: Statement) -> Rows:
    cursor.execute(statement.sql, statement.parameters)
    rows: Rows = cursor.fetchall()
    return rows


def takes_several(connection: BaseDatabaseWrapper) -> bool:
    """Where psycopg puts the values into the text, a text may hold several statements."""
    return connection.vendor == "postgresql" and not connection.settings_dict["OPTIONS"].get("server_side_binding")


class DeferredInserts:
    """Statements whose answers nobody needs. They go before whatever comes next, so nobody can tell that they waited,
    but for an error, which comes with the statement they went with."""

    def __init__(self) -> None:
        self._statements: list[Statement] = []

    def add(self, statement: Statement) -> None:
        """It goes with the next one."""
        self._statements.append(statement)

    def flush(self, *last: Statement) -> Rows:
        """Send what waits, and one more, in one trip. What the last one answers."""
        gone, self._statements = [*self._statements, *last], []
        return execute_batch(gone)[-1] if gone else []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around every statement of its connection (Django's `execute_wrapper`)."""
        self.flush()
        return execute(sql, params, many, context)


@contextmanager
def defer_inserts() -> Iterator[DeferredInserts | None]:
    """Inside, `insert_rows` may let its statements wait; on leaving without an error they have gone. One for a
    transaction; None where statements never wait."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if not takes_several(connection):
        yield None
        return
    connection.deferred_inserts = pending = DeferredInserts()
    try:
        with connection.execute_wrapper(pending):
            yield pending
            pending.flush()
    except IntegrityError:  # perhaps the database was put back to an earlier day, and others have our keys
        allocator_for.cache_clear()
        raise
    finally:
        connection.deferred_inserts = None


class KeyAllocator:
    """Keys of rows to come, taken from the table's sequence in advance: rows that point at each other can then be
    written in one trip. KeyAllocator that are never used leave gaps, as a transaction that was rolled back does."""

    def __init__(self, model: type[Model]) -> None:
        key = model._meta.pk
        assert key is not None
        self._sequence = [model._meta.db_table, key.column]
        self._guard = Lock()
        self._free: deque[int] = deque()

    def take(self, count: int) -> list[int]:
        """So many, in ascending order. A trip to the database for every 64 rows or fewer."""
        with self._guard:
            if len(self._free) >= count:
                return sorted(self._free.popleft() for _ in range(count))  # two threads may have fetched at once
        more = max(count, KEY_BLOCK_SIZE)
        sql = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        (rows,) = execute_batch([Statement(sql, [*self._sequence, more])])
        found = [key for (key,) in rows]
        with self._guard:
            self._free.extend(found[count:])
        return found[:count]


@cache
def allocator_for(model: type[Model]) -> KeyAllocator:
    """This process's keys of a table."""
    return KeyAllocator(model)

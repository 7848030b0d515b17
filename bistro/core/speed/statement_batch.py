"""Statement batches: several SQL statements in one round trip to PostgreSQL (ADR 0012).

Statements run in order, each with its own snapshot, as if sent separately. Inserts may be deferred to the next
statement, see `DeferredInserts`. SQLite runs inside the process, so there every statement runs at once.
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
    """An SQL statement that returns rows, with its parameters."""

    sql: str
    parameters: Sequence[Any]


def execute_batch(statements: Sequence[Statement]) -> list[Rows]:
    """Run the statements in their order and return the rows of each, in one round trip where the database supports it.

    Raises the error of any statement. The whole batch is then rolled back, as after a failed single statement.
    """
    connection: BaseDatabaseWrapper = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if len(statements) == 1 or not takes_several(connection):
            return [_run(cursor, statement) for statement in statements]
        parameters = [value for statement in statements for value in statement.parameters]
        cursor.execute(";\n".join(statement.sql for statement in statements), parameters)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return found


def _run(cursor: Any, statement: Statement) -> Rows:
    cursor.execute(statement.sql, statement.parameters)
    rows: Rows = cursor.fetchall()
    return rows


def takes_several(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the driver can send several statements at once: only where psycopg binds values on the client."""
    return connection.vendor == "postgresql" and not connection.settings_dict["OPTIONS"].get("server_side_binding")


class DeferredInserts:
    """Deferred statements whose results are not needed.

    They run before the next statement of the connection, so the delay is invisible except for errors, which surface at
    that next statement.
    """

    def __init__(self) -> None:
        self._statements: list[Statement] = []

    def add(self, statement: Statement) -> None:
        """Defer a statement until the next one runs."""
        self._statements.append(statement)

    def flush(self, *last: Statement) -> Rows:
        """Run the deferred statements and `last` in one round trip and return the rows of the last statement."""
        batch, self._statements = [*self._statements, *last], []
        return execute_batch(batch)[-1] if batch else []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Flush before every other statement of the connection (Django's `execute_wrapper`)."""
        self.flush()
        return execute(sql, params, many, context)


@contextmanager
def defer_inserts() -> Iterator[DeferredInserts | None]:
    """Let `insert_rows` defer its statements inside this context, and flush them when it ends without an error.

    Use it once in a transaction. Yields None where the database does not support batches.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if not takes_several(connection):
        yield None
        return
    connection.deferred_inserts = pending = DeferredInserts()
    try:
        with connection.execute_wrapper(pending):
            yield pending
            pending.flush()
    except IntegrityError:  # a restored backup can have reset the sequences below the preallocated keys
        allocator_for.cache_clear()
        raise
    finally:
        connection.deferred_inserts = None


class KeyAllocator:
    """Primary keys of one table, preallocated from its sequence (hi/lo).

    Rows that refer to each other can then be written in one round trip. Unused keys leave gaps, as a rolled back
    transaction does.
    """

    def __init__(self, model: type[Model]) -> None:
        key = model._meta.pk
        assert key is not None
        self._sequence = [model._meta.db_table, key.column]
        self._guard = Lock()
        self._free: deque[int] = deque()

    def take(self, count: int) -> list[int]:
        """Return `count` keys in ascending order. One round trip for each block of 64 or fewer."""
        with self._guard:
            if len(self._free) >= count:
                return sorted(self._free.popleft() for _ in range(count))  # threads may add blocks out of order
        more = max(count, KEY_BLOCK_SIZE)
        sql = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        (rows,) = execute_batch([Statement(sql, [*self._sequence, more])])
        found = [key for (key,) in rows]
        with self._guard:
            self._free.extend(found[count:])
        return found[:count]


@cache
def allocator_for(model: type[Model]) -> KeyAllocator:
    """Return this process's key allocator of a model's table."""
    return KeyAllocator(model)

"""Behaviour of `manage.py migrate` while orders are being placed.

A schema change waits for all transactions on its table, and later transactions wait behind it. Behind one long report
all orders would wait. Therefore each attempt waits for a lock half a second at most, then lets orders through and
retries.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import locks
from django.db import OperationalError, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from psycopg.errors import DeadlockDetected, LockNotAvailable

LOCK_TIMEOUT = "500ms"
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 8.0  # seconds between two attempts, in which waiting orders proceed
POLL_SECONDS = 0.5  # between two attempts to take the lock of another migrating process
ADVISORY_LOCK = 0x42495354  # any number that no other program uses in this database

Tell = Callable[[str], None]


@contextmanager
def as_owner(connection: Any, owner: Mapping[str, Any]) -> Iterator[None]:
    """Connect as the role that owns the tables (MIGRATE_DATABASE_URL), if there is one besides the server's."""
    if not owner or connection.vendor != "postgresql":
        yield
        return
    server = connection.settings_dict
    _disconnect(connection)
    connection.settings_dict = {**server, **{key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}}
    try:
        yield
    finally:
        _disconnect(connection)
        connection.settings_dict = server


def _disconnect(connection: Any) -> None:
    connection.close()
    connection.close_pool()


@contextmanager
def migration_lock(connection: Any, tell: Tell) -> Iterator[None]:
    """Let one process migrate at a time; others wait, then find nothing to do. A killed process frees the lock."""
    take, free = _advisory_lock(connection) if connection.vendor == "postgresql" else _file_lock(connection)
    told = False
    while not take():
        if not told:
            tell("Another process migrates this database; waiting for it.")
            told = True
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        free()


def _advisory_lock(connection: Any) -> tuple[Callable[[], bool], Callable[[], Any]]:
    """Return functions that take and free a session-level advisory lock.

    The lock is polled, because a waiting statement would block `CREATE INDEX CONCURRENTLY` of the other process.
    """

    def ask(function: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [ADVISORY_LOCK])
            return bool(cursor.fetchone()[0])

    return (lambda: ask("pg_try_advisory_lock"), lambda: ask("pg_advisory_unlock"))


def _file_lock(connection: Any) -> tuple[Callable[[], bool], Callable[[], Any]]:
    """Return functions that take and free a lock on a file beside the SQLite database."""
    file = Path(f"{connection.settings_dict['NAME']}.migrating").open("wb")  # noqa: SIM115  (closed when the lock is freed)
    return (lambda: locks.lock(file, locks.LOCK_EX | locks.LOCK_NB), file.close)


@contextmanager
def lock_limits(connection: Any, *, lock_timeout: str) -> Iterator[None]:
    """Limit how long this session waits for a lock. Statements have no time limit, because some read large tables."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("RESET statement_timeout")


@contextmanager
def new_models_rendered_alone() -> Iterator[None]:
    """Let a migration that creates a model build the class of that model only.

    Django builds the classes of all related models again. Nearly every model points at the restaurant, so that an empty
    database would take three times as long. The state is marked as delayed, as Django marks one that it has updated in
    part: code of a migration (RunPython) gets classes that are all built again.
    """
    usual = ProjectState.add_model

    def add_model(state: Any, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        state.models[key] = model_state
        if state._relations is not None:
            state.resolve_model_relations(key)
        if "apps" in state.__dict__:  # a cached property
            state.apps.render_multiple([model_state])
            state.is_delayed = True

    ProjectState.add_model = add_model  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = usual  # type: ignore[method-assign]


@contextmanager
def recorded_with_their_changes() -> Iterator[None]:
    """Record each migration in the transaction that changes the tables.

    Django records it in the next one if statements, such as those for indexes, were deferred. Of a process that is
    killed in between, tables of an unrecorded migration would be left, and every later start would fail at them.
    """
    usual = MigrationExecutor.apply_migration

    def apply(executor: Any, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False) -> Any:
        if not migration.atomic:  # for example an index that is built while others write
            return usual(executor, state, migration, fake, fake_initial)
        connection = executor.connection
        # SQLite checks no foreign keys while it rebuilds tables, which it can only be told outside a transaction.
        with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
            return usual(executor, state, migration, fake, fake_initial)

    MigrationExecutor.apply_migration = apply  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        MigrationExecutor.apply_migration = usual  # type: ignore[method-assign]


def retry_refused_locks(migrate: Callable[[], Any], *, patience: float, tell: Tell) -> None:
    """Run `migrate` until it gets its locks, for at most `patience` seconds.

    Each refused migration is rolled back; migrations that were applied stay. Raises the last OperationalError.
    """
    give_up_at, pause = time.monotonic() + patience, FIRST_PAUSE
    while True:
        try:
            migrate()
            return
        except OperationalError as error:
            if not is_refused_lock(error) or time.monotonic() + pause > give_up_at:
                raise
        tell(f"Somebody uses the table; orders go first. Trying again in {pause:.0f} s.")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def is_refused_lock(error: OperationalError) -> bool:
    """Return whether the error is a lock timeout or a deadlock, so that a retry can succeed."""
    return isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)

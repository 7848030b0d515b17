"""How `manage.py migrate` behaves in a house that is open.

A change of a table waits until everybody has left the table, and everybody who comes later waits behind it: behind one
long report all orders would stand. So it waits half a second at most, lets the orders pass, and comes again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import locks
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

LOCK_TIMEOUT = "500ms"
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 8.0  # between two attempts: the orders that stood behind it pass
LOOK_AGAIN = 0.5  # whether the other process has finished
ADVISORY_LOCK = 0x42495354  # any number that nobody else takes in our database

Tell = Callable[[str], None]


@contextmanager
def alone(connection: Any, tell: Tell) -> Iterator[None]:
    """One process migrates, the others wait for it and find nothing left to do. A kill frees the place."""
    take, free = _advisory_lock(connection) if connection.vendor == "postgresql" else _file_lock(connection)
    told = False
    while not take():
        if not told:
            tell("Another process migrates this database; waiting for it.")
            told = True
        time.sleep(LOOK_AGAIN)
    try:
        yield
    finally:
        free()


def _advisory_lock(connection: Any) -> tuple[Callable[[], bool], Callable[[], Any]]:
    """The session's. Asked for again and again: a statement that waits would hold up who builds an index."""

    def ask(function: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [ADVISORY_LOCK])
            return bool(cursor.fetchone()[0])

    return (lambda: ask("pg_try_advisory_lock"), lambda: ask("pg_advisory_unlock"))


def _file_lock(connection: Any) -> tuple[Callable[[], bool], Callable[[], Any]]:
    """On a file beside SQLite's."""
    file = Path(f"{connection.settings_dict['NAME']}.migrating").open("wb")  # noqa: SIM115  (closed by who frees it)
    return (lambda: locks.lock(file, locks.LOCK_EX | locks.LOCK_NB), file.close)


@contextmanager
def limits(connection: Any, *, lock_timeout: str) -> Iterator[None]:
    """How long this session waits for a lock. A statement may take its time: one that reads a large table needs it."""
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


def again_and_again(migrate: Callable[[], Any], *, patience: float, tell: Tell) -> None:
    """Until no lock is refused. What was migrated stays; the migration that was refused was rolled back."""
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
    """Whether somebody else was only in the way."""
    return isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)

"""A database besides the default one, under a temporary alias of Django's connections."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections

SNAPSHOT = (
    r"-c statement_timeout=0 -c default_transaction_isolation=repeatable\ read -c default_transaction_read_only=on"
)


@contextmanager
def opened(name: str, options: Mapping[str, Any]) -> Iterator[str]:
    """Open the database of this name and yield its alias; close the connection afterwards."""
    alias = f"backup-{secrets.token_hex(4)}"
    connection = connections["default"].copy(alias)
    connection.settings_dict.update(NAME=name, OPTIONS=dict(options), CONN_MAX_AGE=0)
    connections[alias] = connection
    try:
        yield alias
    finally:
        connection.close()
        del connections[alias]


@contextmanager
def opened_file(path: Any) -> Iterator[str]:
    """Open a SQLite file that nobody else uses."""
    with opened(str(path), {"timeout": 20}) as alias:
        yield alias


@contextmanager
def opened_postgres(name: str) -> Iterator[str]:
    """Open a database of the same PostgreSQL, without the time limits of the server processes."""
    with opened(name, {"options": "-c statement_timeout=0"}) as alias:
        yield alias


@contextmanager
def snapshot_of_postgres() -> Iterator[tuple[str, str]]:
    """Open one unchanging view of the default database; yield its alias and its name for pg_dump."""
    with opened(connections.databases["default"]["NAME"], {"options": SNAPSHOT}) as alias:
        connection = connections[alias]
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield alias, name
        connection.rollback()


def postgres_environment(name: str = "") -> dict[str, str]:
    """Return the variables that lead PostgreSQL's programs to our database, or to another one of the same server."""
    database = connections["default"].settings_dict  # of the role that owns the tables, during a restore
    found = {
        "PGHOST": database.get("HOST"),
        "PGPORT": str(database.get("PORT") or ""),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": name or database["NAME"],
        "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=0",
    }
    return {key: value for key, value in found.items() if value}


def default_name() -> str:
    """Return the name of the default database: a path on SQLite."""
    return str(connections.databases["default"]["NAME"])


def is_sqlite() -> bool:
    """Return whether the installation runs on SQLite."""
    return bool(settings.SQLITE)

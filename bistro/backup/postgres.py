"""A PostgreSQL database in an archive: `pg_dump` of one snapshot, and the way back."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bistro.backup.archives import PIECE, BackupError
from bistro.backup.databases import default_name, postgres_environment

DUMP = "database.pgdump"
ASIDE = "before_restore"  # the schema that keeps the replaced tables until the new ones are right
NO_OWNER = "The role {} does not own the tables. Set MIGRATE_DATABASE_URL to the role that does. Nothing was changed."
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
"""


def dump(snapshot: str) -> Iterator[bytes]:
    """Yield the dump of one exported snapshot, compressed by pg_dump."""
    command = [_program("pg_dump"), "--format=custom", "--compress=1", f"--snapshot={snapshot}"]
    command += ["--no-password", f"--exclude-schema={ASIDE}"]
    environment = {**os.environ, **postgres_environment()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while piece := process.stdout.read(PIECE):
            yield piece
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise BackupError(f"pg_dump failed: {said.strip()[-500:]}")


def refuse_other_sessions() -> None:
    """Raise BackupError while anybody else is connected to the database."""
    with _connected() as connection:
        (others,) = connection.execute(OTHERS).fetchone()
    if others:
        sessions = "another session uses" if others == 1 else f"{others} other sessions use"
        raise BackupError(f"{sessions.capitalize()} the database. Stop every server and program, then try again.")


def put_aside() -> None:
    """Keep the present tables in a schema of their own, and begin with an empty one."""
    take_back()  # of an interrupted restore
    try:
        with _connected() as connection, connection.transaction():
            connection.execute(f"ALTER SCHEMA public RENAME TO {ASIDE}")
            connection.execute("CREATE SCHEMA public")
    except psycopg.errors.InsufficientPrivilege:
        raise BackupError(NO_OWNER.format(postgres_environment().get("PGUSER", ""))) from None


def take_back() -> None:
    """Put the tables back that `put_aside` kept, in place of whatever was restored since."""
    with _connected() as connection, connection.transaction():
        if connection.execute("SELECT to_regnamespace(%s)", [ASIDE]).fetchone()[0] is not None:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public")


def drop_aside() -> None:
    """Delete the replaced tables for good."""
    with _connected() as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")


def load(dumped: Path, name: str = "") -> None:
    """Load a dump into the empty schema of our database, or of another one of the same server."""
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--no-password"]
    command += ["--jobs=2", f"--dbname={name or default_name()}", str(dumped)]
    environment = {**os.environ, **postgres_environment(name)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"pg_restore failed: {done.stderr.strip()[-500:]}")


@contextmanager
def scratch_database() -> Iterator[str]:
    """Create an empty database beside ours, and drop it afterwards."""
    name = f"bistro_check_{secrets.token_hex(4)}"
    with _connected() as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise BackupError("check_restore needs a role that may create a database: ALTER ROLE … CREATEDB.") from None
    try:
        yield name
    finally:
        with _connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _connected() -> Any:
    environment = postgres_environment()
    words = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    given: dict[str, Any] = {word: environment[key] for key, word in words.items() if key in environment}
    try:
        return psycopg.connect(**given, options=environment["PGOPTIONS"], autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(f"PostgreSQL does not answer: {error}") from None


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"The program {name} is missing. On Debian and Ubuntu: apt-get install postgresql-client")
    return found

"""Triggers that refuse to change or delete rows of append-only tables, on both databases (ADR 0037).

`manage.py migrate` creates them, so a table that SQLite has rewritten is protected again.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings

# {model: columns that may change}; `settings.APPEND_ONLY` has those of the apps above
APPEND_ONLY: dict[str, tuple[str, ...]] = {"core.Event": ("private",), "core.Seal": ()}

_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$"""
_POSTGRES = """CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"""
_SQLITE = """CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""


def tables() -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """Yield each append-only table, its columns that are fixed, and those that may change."""
    for label, changeable in {**APPEND_ONLY, **settings.APPEND_ONLY}.items():
        options = apps.get_model(label)._meta
        fixed = [field.column for field in options.local_fields if field.column not in changeable]
        yield options.db_table, fixed, changeable


def _wanted(connection: Any) -> dict[str, str]:
    """Return {trigger: the SQL that creates it}, for the tables that exist."""
    postgres, existing = connection.vendor == "postgresql", set(connection.introspection.table_names())
    found = {}
    for table, fixed, _changeable in tables():
        if table not in existing:
            continue
        columns = ", ".join(f'"{column}"' for column in fixed)
        events = {"no_delete": "DELETE", "no_update": f"UPDATE OF {columns}"} | (
            {"no_truncate": "TRUNCATE"} if postgres else {}
        )
        for suffix, event in events.items():
            name, each = f"{table}_{suffix}", "STATEMENT" if event == "TRUNCATE" else "ROW"
            template = _POSTGRES if postgres else _SQLITE
            found[name] = template.format(name=name, event=event, table=table, each=each)
    return found


def missing_triggers(connection: Any) -> list[str]:
    """Return the triggers that the database lacks or has switched off."""
    return sorted(set(_wanted(connection)) - _present(connection))


def _present(connection: Any) -> set[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def protect(connection: Any) -> None:
    """Create the triggers that are missing, and switch on those that were switched off."""
    missing = missing_triggers(connection)
    if not missing:
        return
    wanted = _wanted(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name in missing:
            table = name.rsplit("_no_", 1)[0]
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
            cursor.execute(wanted[name])


def lift(connection: Any) -> None:
    """Drop the triggers until `protect` is called, so that a half-made database can be emptied."""
    with connection.cursor() as cursor:
        for name in _wanted(connection).keys() & _present(connection):
            on = f" ON {name.rsplit('_no_', 1)[0]}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")


def grant_to_server(connection: Any, role: str) -> None:
    """Let the server's role read and write all tables, and only append to those that are append-only.

    The connection belongs to the role that owns the tables.
    """
    quote, to = connection.ops.quote_name, connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = quote(cursor.fetchone()[0])
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {to}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}")
        cursor.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {to}")
        for table, _fixed, changeable in tables():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quote(table)} FROM {to}")
            if changeable:
                cursor.execute(f"GRANT UPDATE ({', '.join(map(quote, changeable))}) ON {quote(table)} TO {to}")

"""Comparison of a database's schema with the code that is about to use it."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

FOREIGN_DATABASE = (
    "This database was made by another checkout of Bistro, older than the first release or newer than this code ({}). "
    "Run that checkout, or start over: `make fresh` deletes the data in VAR."
)


def unknown_migrations(connection: Any) -> list[str]:
    """Return the migrations that the database has applied and that this code does not contain."""
    return unknown_among(MigrationLoader(connection).applied_migrations)


def unknown_among(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Return the migrations, given as (app, name), that this code does not contain.

    Apps that this code does not have are left out: an earlier release may have used another library.
    """
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs()}
    known = loader.disk_migrations.keys()
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return sorted(
        f"{app}.{name}"
        for app, name in applied
        if app in ours and (app, name) not in known and (app, name) not in replaced
    )


def missing_columns(connection: Any) -> list[str]:
    """Return the columns that the models expect and the database lacks, as `table.column`."""
    missing = []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            options = model._meta
            if not options.managed or options.proxy:
                continue
            found = _columns(cursor, options.db_table) if options.db_table in tables else set()
            missing += [
                f"{options.db_table}.{field.column}" for field in options.local_fields if field.column not in found
            ]
    return sorted(missing)


def _columns(cursor: Any, table: str) -> set[str]:
    """Return the names of a table's columns, without the rest that Django's introspection would read."""
    cursor.execute(f"SELECT * FROM {cursor.db.ops.quote_name(table)} WHERE 1 = 0")
    return {column[0] for column in cursor.description}

"""An attacker with the rights of the tables' owner."""

from contextlib import contextmanager

from django.db import connection

from bistro.core.database.append_only import protect
from bistro.core.models import Event, Seal


@contextmanager
def unprotected():
    """Lift the protection of the event log, inside a transaction or not, and put it back."""
    with connection.cursor() as cursor:
        for model in (Event, Seal):
            table = model._meta.db_table
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                for name in (f"{table}_no_delete", f"{table}_no_update"):
                    cursor.execute(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        protect(connection)

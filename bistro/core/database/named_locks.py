"""Locks by name, for rules about rows that do not exist yet: count the others, then insert one more."""

from django.db import connection


def lock_name(name: str) -> None:
    """Lock a name until the transaction ends. On SQLite the transaction already holds the only write lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])

"""Maintenance of an installation without an administrator."""

from datetime import datetime, timedelta

from django.db import connection

EVERY = timedelta(hours=1)
ROWS_PER_INDEX = 400  # enough to tell a large table from a small one, in milliseconds

_due: datetime | None = None


def refresh_statistics(*, now: datetime) -> None:
    """Update SQLite's table statistics once an hour. PostgreSQL does this automatically.

    Without statistics SQLite expects ten rows from each condition and scans a year of orders to find the few open ones.
    Connections read the statistics only when the schema changes, so the function recreates a view.
    """
    global _due
    if connection.vendor != "sqlite" or (_due is not None and now < _due):
        return
    _due = now + EVERY
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_PER_INDEX}")
        cursor.execute("ANALYZE")
        cursor.execute("DROP VIEW IF EXISTS core_statistics")
        cursor.execute("CREATE VIEW core_statistics AS SELECT tbl, idx, stat FROM sqlite_stat1")

"""What keeps an installation well that nobody looks after."""

from datetime import datetime, timedelta

from django.db import connection

EVERY = timedelta(hours=1)
ROWS_PER_INDEX = 400  # enough to tell a large table from a small one, in milliseconds

_due: datetime | None = None


def refresh_statistics(*, now: datetime) -> None:
    """Tell SQLite once an hour how large its tables have become: without it, it guesses ten rows for each question, and
    reads a year of orders where a few are open. PostgreSQL does this by itself.

    Connections read the statistics with the schema, when they open and when it has changed: so it changes.
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

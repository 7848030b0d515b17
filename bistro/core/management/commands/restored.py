"""The command `manage.py restored`, to run once after a backup was restored and before the servers start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bistro.core.database.integrity import WHOLE, malformation
from bistro.core.database.schema_state import missing_columns, unknown_migrations
from bistro.core.ops.selectors import unapplied_migrations
from bistro.core.ops.starting import sqlite_file
from bistro.core.services.restoring import begin_new_history


class Command(BaseCommand):
    """A reset of the event log's epoch, so that every screen and program takes a new snapshot."""

    help = "Say that a backup was restored: every screen shows the restored state within seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check what was restored, then change the epoch; servers notice that at their next poll."""
        wrong = what_is_wrong()
        if wrong:
            raise CommandError(f"This is no complete database of this release: {wrong}. Restore it again.")
        self.stdout.write(f"The event log is now called {begin_new_history()}: screens take a new snapshot.")


def what_is_wrong() -> str:
    """Return what is wrong with the restored database, or ""."""
    path = sqlite_file()
    if path is not None and (malformed := malformation(path, WHOLE)):
        return f"it is malformed ({malformed})"
    if newer := unknown_migrations(connection):
        return f"it is newer than this code ({newer[0]})"
    if not unapplied_migrations() and (missing := missing_columns(connection)):
        return f"{missing[0]} is missing"
    return ""

"""The command `manage.py restored`, to run once after a backup was restored and before the servers start."""

from typing import Any

from django.core.management.base import BaseCommand

from bistro.core.services.restoring import begin_new_history


class Command(BaseCommand):
    """A reset of the event log's epoch, so that every screen and program takes a new snapshot."""

    help = "Say that a backup was restored: every screen shows the restored state within seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Change the epoch; servers notice it at their next poll."""
        self.stdout.write(f"The event log is now called {begin_new_history()}: screens take a new snapshot.")

"""`manage.py restored`: to be called once after a backup was put back, before the servers start again."""

from typing import Any

from django.core.management.base import BaseCommand

from bistro.core.services.restoring import begin_new_history


class Command(BaseCommand):
    """Makes every screen and program take a new snapshot."""

    help = "Say that a backup was restored: every screen shows the restored state within seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """One row changes; the servers notice it at their next look."""
        self.stdout.write(f"The event log is now called {begin_new_history()}: screens take a new snapshot.")

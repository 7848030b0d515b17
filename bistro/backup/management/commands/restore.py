"""The command `manage.py restore ARCHIVE`: the installation as it was when the archive was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from bistro.backup.archives import BackupError
from bistro.backup.restoring import restore
from bistro.core.ops.starting import Refusal


class Command(BaseCommand):
    """A restore on an empty machine or over a stopped installation. Exit status 0 only when all is right."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("archive", metavar="ARCHIVE")
        parser.add_argument("--secret-key", metavar="FILE", help="the archive's key, if it does not lie beside it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what is in place now."""
        key = options["secret_key"]
        try:
            done = restore(
                archive=Path(options["archive"]).resolve(),
                secret_key=Path(key).resolve() if key else None,
                tell=self.stderr.write,
            )
        except (BackupError, Refusal, OSError, DatabaseError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Restored the state of {done.made_at}: {done.orders} orders on {done.days} days.")
        self.stdout.write("The money of each day is that of the manifest. Screens take a new snapshot.")
        if done.replaced:
            self.stdout.write(f"What was here before is in {done.replaced}; delete it when you are sure.")

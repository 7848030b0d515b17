"""The command `manage.py check_restore`: a restore into a scratch place, compared with the manifest."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from bistro.backup.archives import BackupError
from bistro.backup.restoring import check
from bistro.core.ops.backups import archives_in


class Command(BaseCommand):
    """A drill that touches neither database nor media. Exit status 0 only when the archive restores completely."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("archive", nargs="?", metavar="ARCHIVE", help="default: the newest one in BACKUP_FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the archive and print the money of its days."""
        archives = archives_in(Path(settings.BACKUP_FOLDER))
        if not options["archive"] and not archives:
            raise CommandError(f"There is no archive in {settings.BACKUP_FOLDER}.")
        archive = Path(options["archive"]).resolve() if options["archive"] else archives[0]
        try:
            facts = check(archive=archive)
        except (BackupError, OSError, DatabaseError) as error:
            raise CommandError(str(error)) from None
        rows, days = sum(facts["rows"].values()), sum(len(days) for days in facts["money"].values())
        self.stdout.write(f"{archive.name} restores completely: {rows} rows, the money of {days} days is right.")

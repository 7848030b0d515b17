"""The command `manage.py backup`: one archive of the whole installation, while servers run."""

import json
import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from bistro.backup.archives import BackupError
from bistro.backup.making import BackupRunning, copy_elsewhere, make_backup
from bistro.backup.schedule import is_due
from bistro.core.ops.backups import backup_state


class Command(BaseCommand):
    """A backup of database, media and secret key. The last line of the output is the archive's path."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--to", metavar="FOLDER", help="another folder than BACKUP_FOLDER")
        parser.add_argument("--keep", type=int, metavar="N", help="delete all but the newest N archives of the folder")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
        parser.add_argument("--scheduled", action="store_true", help="what the servers call: only if one is due")
        parser.add_argument("--before-upgrade", action="store_true", help="what `migrate` calls first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the archive, copy it elsewhere, and print its path."""
        scheduled = options["scheduled"]
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep must be at least 1: the new archive is one of them.")
        if scheduled:
            now = datetime.now(UTC)
            if not is_due(backup_state(now), now, started=datetime.min.replace(tzinfo=UTC)):
                return
            os.nice(10)  # below the servers, and not starved on a busy machine
        try:
            made = make_backup(
                folder=Path(options["to"] or settings.BACKUP_FOLDER).resolve(),
                keep=settings.BACKUP_KEEP if options["keep"] is None and not options["to"] else options["keep"],
                scheduled=scheduled,
                upgrade=options["before_upgrade"],
            )
            copy_elsewhere(made.archive)
        except BackupRunning:
            return
        except (BackupError, OSError, DatabaseError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            facts = {"archive": str(made.archive), "key": str(made.key), "bytes": made.size, "base": made.base}
            self.stdout.write(json.dumps({**facts, "seconds": round(made.seconds, 1), "removed": made.removed}))
        elif not scheduled:
            kind = f"an increment of {made.base}" if made.base else "complete in itself"
            self.stdout.write(f"{made.size / 1e6:.1f} MB in {made.seconds:.1f} s, {kind}. The key lies beside it:")
            self.stdout.write(f"keep {made.key.name} at another place than the archive.")
            self.stdout.write(str(made.archive))

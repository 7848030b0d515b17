"""The command `manage.py migrate`, which replaces Django's and works while orders are being placed."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from bistro.core.database.append_only import grant_to_server, protect
from bistro.core.database.migrating import (
    LOCK_TIMEOUT,
    as_owner,
    is_refused_lock,
    lock_limits,
    migration_lock,
    new_models_rendered_alone,
    recorded_with_their_changes,
    retry_refused_locks,
)
from bistro.core.database.schema_state import FOREIGN_DATABASE, missing_columns, unknown_migrations
from bistro.core.ops.selectors import applied_migrations, unapplied_migrations
from bistro.core.ops.starting import Refusal, refuse_unusable_file


class Command(migrate.Command):
    """A migration that runs in one process at a time and releases a table that is in use, then retries."""

    def add_arguments(self, parser: Any) -> None:
        """Add the options for waiting."""
        super().add_arguments(parser)
        parser.add_argument(
            "--patience", type=float, default=300.0, help="Seconds to go on trying when tables are in use (300)."
        )
        parser.add_argument(
            "--offline", action="store_true", help="Nobody is served meanwhile: wait for every lock without a limit."
        )

        parser.add_argument("--no-backup", action="store_true", help="Do not make a backup before an upgrade.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and retry until every lock is granted."""
        connection = connections[options["database"]]
        lock_timeout = "0" if options["offline"] else LOCK_TIMEOUT
        try:
            refuse_unusable_file()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        with as_owner(connection, settings.MIGRATE_DATABASE):
            self._migrate(connection, lock_timeout, super().handle, args, options)

    def _migrate(self, connection: Any, lock_timeout: str, run: Any, args: Any, options: dict[str, Any]) -> None:
        def migrate() -> None:
            with new_models_rendered_alone(), recorded_with_their_changes():
                run(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                protect(connection)

        self._refuse_foreign_database(unknown_migrations(connection))
        try:
            with migration_lock(connection, self.stderr.write), lock_limits(connection, lock_timeout=lock_timeout):
                self._back_up(options)
                retry_refused_locks(migrate, patience=options["patience"], tell=self.stderr.write)
        except OperationalError as error:
            if not is_refused_lock(error):
                raise
            told = "A table was in use all the time. Nothing is half done: run it again when it is quieter."
            raise CommandError(f"{told} ({error})") from error
        if options["app_label"] is None and not options["plan"] and not options["check_unapplied"]:
            self._refuse_foreign_database(missing_columns(connection))
            if settings.MIGRATE_DATABASE:
                grant_to_server(connection, settings.DATABASE["USER"])

    def _back_up(self, options: dict[str, Any]) -> None:
        """Make a backup before an upgrade, the way back if the new release disappoints."""
        only_shows = options["plan"] or options["check_unapplied"] or options["database"] != "default"
        if options.get("no_backup") or only_shows or not settings.BACKUP_SECONDS:
            return
        if not applied_migrations() or not unapplied_migrations():
            return  # a new database, or nothing to do
        self.stderr.write("Making a backup before the upgrade.")
        call_command("backup", before_upgrade=True, stdout=self.stderr)

    def _refuse_foreign_database(self, differences: list[str]) -> None:
        if differences:
            raise CommandError(FOREIGN_DATABASE.format(", ".join(differences[:3])))

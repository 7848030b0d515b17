"""The command `manage.py migrate`, which replaces Django's and works while orders are being placed."""

from typing import Any

from django.conf import settings
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
    retry_refused_locks,
)
from bistro.core.database.schema_state import FOREIGN_DATABASE, missing_columns, unknown_migrations


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

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and retry until every lock is granted."""
        connection = connections[options["database"]]
        lock_timeout = "0" if options["offline"] else LOCK_TIMEOUT
        with as_owner(connection, settings.MIGRATE_DATABASE):
            self._migrate(connection, lock_timeout, super().handle, args, options)

    def _migrate(self, connection: Any, lock_timeout: str, run: Any, args: Any, options: dict[str, Any]) -> None:
        def migrate() -> None:
            run(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                protect(connection)

        self._refuse_foreign_database(unknown_migrations(connection))
        try:
            with migration_lock(connection, self.stderr.write), lock_limits(connection, lock_timeout=lock_timeout):
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

    def _refuse_foreign_database(self, differences: list[str]) -> None:
        if differences:
            raise CommandError(FOREIGN_DATABASE.format(", ".join(differences[:3])))

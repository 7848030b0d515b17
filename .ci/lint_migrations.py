"""A linter that refuses migrations of our apps if they break the running version or lock a table for long.

One program checks the first, squawk the second, in the SQL for PostgreSQL. Both are development tools, so they are not
in INSTALLED_APPS and are called here.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
# SQLite changes a table by writing a new one, with NOT NULL columns and unique constraints, and is never used by two
# versions at the same time.
REBUILDS = ["NOT_NULL", "ADD_UNIQUE"]
# Migrations that the linter refuses although they are harmless to the running version, each with its reason.
ACCEPTED: dict[str, str] = {}


def our_apps() -> list[str]:
    """Return the labels of our apps, not those of installed packages."""
    from django.apps import apps

    places = {
        config.label: Path(config.path).relative_to(ROOT).parts
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT)
    }
    return sorted(label for label, parts in places.items() if not parts[0].startswith("."))


def breaks_the_running_version() -> bool:
    """Return True if the linter refuses one of our migrations."""
    from django.conf import settings
    from django_migration_linter import MigrationLinter

    # An app's first migration creates its tables, which no version uses yet.
    linter = MigrationLinter(
        path=str(ROOT),
        include_apps=our_apps(),
        no_cache=True,
        quiet=["ok", "ignore"],
        ignore_initial_migrations=True,
        ignore_name=sorted(ACCEPTED),
        exclude_migration_tests=REBUILDS if settings.SQLITE else [],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return bool(linter.has_errors)


def locks_for_long() -> bool:
    """Return True if squawk finds a statement that blocks orders."""
    found = statements()
    if not found:
        return False
    with tempfile.TemporaryDirectory() as folder:
        for name, sql in found.items():
            (Path(folder) / f"{name}.sql").write_text(sql)
        squawk = Path(sys.executable).with_name("squawk")
        judged = subprocess.run([squawk, "--reporter=gcc", *sorted(Path(folder).iterdir())], cwd=ROOT, check=False)
    return judged.returncode != 0


def statements() -> dict[str, str]:
    """Return {migration: SQL} of our apps, without the migrations that create the tables."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader, apps = MigrationLoader(connection), set(our_apps())
    ours = [key for key, migration in loader.disk_migrations.items() if key[0] in apps and not migration.initial]
    with open(os.devnull, "w") as nowhere:
        return {f"{app}.{name}": call_command("sqlmigrate", app, name, stdout=nowhere) for app, name in sorted(ours)}


def main() -> int:
    """Lint every migration; return 1 if one of them is refused."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
    django.setup()
    from django.conf import settings

    refused = [breaks_the_running_version()]
    if not settings.SQLITE:
        refused.append(locks_for_long())
    return 1 if any(refused) else 0


if __name__ == "__main__":
    sys.exit(main())

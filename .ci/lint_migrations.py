"""Refuse migrations of our apps that would break the version still running, or lock a table for long.

The linter is a development tool, so it is not in INSTALLED_APPS and is called here.
"""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
APPS = ["core", "menu", "tables", "orders", "kitchen"]
# SQLite changes a table by writing a new one, NOT NULL columns and all, and is not served by two versions at once.
REBUILDS = ["NOT_NULL"]
# Read by a person and found harmless, each with its reason.
ACCEPTED = {
    "0002_ticket_fired_course": "a unique constraint takes the place of a stricter one on the same columns",
}


def main() -> int:
    """Lint every migration; 1 when one of them is refused."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
    django.setup()
    from django.conf import settings
    from django_migration_linter import MigrationLinter

    # An app's first migration makes its tables: nothing runs on them yet.
    linter = MigrationLinter(
        path=str(ROOT),
        include_apps=APPS,
        no_cache=True,
        quiet=["ok", "ignore"],
        ignore_initial_migrations=True,
        ignore_name=sorted(ACCEPTED),
        exclude_migration_tests=REBUILDS if settings.SQLITE else [],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())

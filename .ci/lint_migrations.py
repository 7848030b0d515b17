"""Refuse migrations of our apps that would break the version still running, or lock a table for long.

The linter is a development tool, so it is not in INSTALLED_APPS and is called here.
"""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
APPS = ["core", "menu", "tables", "orders", "kitchen"]


def main() -> int:
    """Lint every migration; 1 when one of them is refused."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
    django.setup()
    from django_migration_linter import MigrationLinter

    # An app's first migration makes its tables: nothing runs on them yet.
    linter = MigrationLinter(
        path=str(ROOT), include_apps=APPS, no_cache=True, quiet=["ok", "ignore"], ignore_initial_migrations=True
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())

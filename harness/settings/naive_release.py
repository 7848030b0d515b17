"""For a control: a next release whose migration stands as `makemigrations` wrote it."""

from bistro.settings import *  # noqa: F403

MIGRATION_MODULES = {"orders": "harness.releases.naive"}

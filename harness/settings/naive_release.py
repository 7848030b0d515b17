"""Settings for a control: a next release with its migration as `makemigrations` wrote it."""

from bistro.settings import *  # noqa: F403

MIGRATION_MODULES = {"orders": "harness.releases.naive"}

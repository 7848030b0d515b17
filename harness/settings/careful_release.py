"""Settings for the drill: the product with a next release that follows docs/migrations.md."""

from bistro.settings import *  # noqa: F403

MIGRATION_MODULES = {"orders": "harness.releases.careful"}

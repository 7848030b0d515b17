"""For the drill: the product and, as docs/migrations.md asks for it, a next release."""

from bistro.settings import *  # noqa: F403

MIGRATION_MODULES = {"orders": "harness.releases.careful"}

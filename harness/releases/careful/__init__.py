"""Migrations of a later release that follow docs/migrations.md."""

from harness.releases import product_and

__path__ = product_and(__file__)

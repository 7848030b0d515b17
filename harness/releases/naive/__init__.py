"""A migration of a later release as `makemigrations` writes it."""

from harness.releases import product_and

__path__ = product_and(__file__)

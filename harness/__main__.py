"""`python -m harness`. The judge reads a few of the product's limits, outside pytest too; it asks no database."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from harness.programme import main  # noqa: E402

main()

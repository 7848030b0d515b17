"""The command `python -m harness`.

Django is set up because the checks import a few of the product's limits; no database is queried.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
django.setup()

from harness.programme import main  # noqa: E402

main()

"""Releases that never were, to be migrated to: the product's migrations of `orders`, and some after them."""

from pathlib import Path
from pkgutil import iter_modules

from django.db.models import Q

from orders import migrations as product

PRODUCT = list(product.__path__)
LATEST = max(module.name for module in iter_modules(PRODUCT))
CHANNEL_KNOWN = Q(channel__in=["pad", "phone"])


def product_and(package_file: str) -> list[str]:
    """Where Django finds the migrations of such a release."""
    return [*PRODUCT, str(Path(package_file).parent)]

"""Invented later releases to migrate to: the product's migrations of `orders`, followed by a few more."""

from pathlib import Path
from pkgutil import iter_modules

from django.db.models import Q

from orders import migrations as product

PRODUCT = list(product.__path__)
LATEST = max(module.name for module in iter_modules(PRODUCT))
CHANNEL_KNOWN = Q(channel__in=["pad", "phone"])


def product_and(package_file: str) -> list[str]:
    """Return the migration modules of such a release, for Django's setting."""
    return [*PRODUCT, str(Path(package_file).parent)]

"""The fiscal interface: what a country's law adds to orders, documents and closings."""

from django.conf import settings

from bistro.core.kernel.hooks import hook
from orders.documents.fiscal.interface import Signer

SIGNERS = {
    "none": "orders.documents.fiscal.interface.Signer",
    "demonstration": "orders.documents.fiscal.demonstration.Demonstration",
}


def signer(name: str = "") -> Signer:
    """Return a signer by its name, by default that of the setting `FISCAL_SIGNER`. Raises KeyError if unknown."""
    made: Signer = hook(SIGNERS[name or settings.FISCAL_SIGNER])()
    return made

"""The methods of a fiscal signer, and the one that does nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from orders.documents.models import Document


class Unreachable(Exception):
    """The signer did not answer. What it shall sign waits, and is signed later."""


class Refused(Exception):
    """The signer answered, and never signs this. Its text says why."""


class Signer:
    """A signer without duties, and the base class of those of countries.

    A signer may ask a device or a server over the network: it is called outside of transactions, by one process at a
    time for each thing. It is asked again after Unreachable, or if the process died meanwhile, so it may see the same
    thing twice. It is never in the way of an order or a payment.
    """

    wants_orders = False  # whether `on_order` is called

    def on_order(self, events: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Sign orders as they were placed and changed, oldest first: `{"seq", "type", "action", "data", "at"}`.

        The events come from the log, none twice but as above. Raises Unreachable, Refused.
        """
        return {}

    def on_document(self, document: Document) -> Mapping[str, Any]:
        """Sign a document and return `{"signature", "qr", "number"}`, as far as the country has them.

        Raises Unreachable, Refused.
        """
        return {}

    def on_closing(self, closing: Mapping[str, Any]) -> Mapping[str, Any]:
        """Sign the closing of a day, month or year (docs/contracts/tills.md). Raises Unreachable, Refused."""
        return {}

    def export(self, documents: Iterable[Document], first: date, last: date) -> Iterator[str]:
        """Yield the lines of the file that an inspector gets for a period."""
        return iter(())

    def self_check(self) -> list[str]:
        """Return a sentence for each thing that keeps the signer from working."""
        return []

"""A signer that shows and tests the interface. It fulfils the law of no country."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings

from orders.documents.fiscal.interface import Signer
from orders.documents.models import Document


class Demonstration(Signer):
    """A signer that needs no device: it signs each hash with the installation's secret key."""

    wants_orders = True

    def on_order(self, events: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return an HMAC-SHA-256 of the events."""
        return {"signature": _signed(json.dumps(list(events), sort_keys=True))}

    def on_closing(self, closing: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an HMAC-SHA-256 of the closing's hash."""
        return {"signature": _signed(closing["hash"]), "number": str(closing["number"])}

    def on_document(self, document: Document) -> Mapping[str, Any]:
        """Return an HMAC-SHA-256 of the document's hash."""
        signature = _signed(document.hash)
        return {"signature": signature, "qr": f"{document.code};{signature[:32]}", "number": str(document.position)}

    def export(self, documents: Iterable[Document], first: date, last: date) -> Iterator[str]:
        """Yield a line with number, day, total and signature for each document."""
        for document in documents:
            if first <= document.business_date <= last:
                signature = document.signature.answer.get("signature", "")
                yield f"{document.code};{document.business_date};{document.total};{signature}"


def _signed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()

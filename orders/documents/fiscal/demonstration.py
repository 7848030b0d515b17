"""A signer that shows and tests the interface. It fulfils the law of no country."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings

from orders.documents.fiscal.interface import Signer
from orders.documents.models import Document


class Demonstration(Signer):
    """A signer that needs no device: it signs the hash of each document with the installation's secret key."""

    wants_orders = True

    def on_document(self, document: Document) -> Mapping[str, Any]:
        """Return an HMAC-SHA-256 of the document's hash."""
        signature = hmac.new(settings.SECRET_KEY.encode(), document.hash.encode(), hashlib.sha256).hexdigest()
        return {"signature": signature, "qr": f"{document.code};{signature[:32]}", "number": str(document.position)}

    def export(self, documents: Iterable[Document], first: date, last: date) -> Iterator[str]:
        """Yield a line with number, day, total and signature for each document."""
        for document in documents:
            if first <= document.business_date <= last:
                signature = document.signature.answer.get("signature", "")
                yield f"{document.code};{document.business_date};{document.total};{signature}"

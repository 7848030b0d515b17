"""Documents as JSON (docs/contracts/documents.md)."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from orders.documents.models import Document


def document_json(document: Document) -> dict[str, Any]:
    """Return a document (`DocumentOutput`), without its lines."""
    return {
        "id": document.pk,
        "number": document.code,
        "kind": document.kind,
        "position": document.position,
        "payment": document.payment_id,
        "refund": document.refund_id,
        "corrects": document.corrects_id,
        "total": text(document.total, document.currency),
        "currency": document.currency,
        "business_date": document.business_date.isoformat(),
        "issued_at": moment(document.issued_at),
        "previous": document.previous,
        "hash": document.hash,
    }

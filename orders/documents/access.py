"""Lookups of documents for an actor, or by the secret of a guest's link."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from orders.documents.models import Document
from orders.documents.transitions import DocumentKind


def document_for(actor: Actor | None, pk: int) -> Document:
    """Return a document. Raises NotYours if it is missing or not visible to the actor."""
    rows = Document.objects.visible_to(actor).select_related("restaurant", "bill__party", "corrects", "signature")
    document = rows.filter(pk=pk).first() if pk < 2**63 else None
    if document is None:
        raise NotYours(_("There is no such document."), code="document_not_found")
    return document


def document_of_payment(actor: Actor | None, payment_id: int) -> Document:
    """Return the newest document of a payment that is no invoice. Raises NotYours if it has none."""
    rows = Document.objects.visible_to(actor).exclude(kind=DocumentKind.INVOICE)
    document = rows.filter(payment_id=payment_id).order_by("pk").last() if payment_id < 2**63 else None
    if document is None:
        raise NotYours(_("There is no receipt for this payment."), code="document_not_found")
    return document


def document_by_token(token: str) -> Document:
    """Return the document of a guest's link. Raises NotYours."""
    rows = Document.objects.select_related("restaurant", "corrects", "signature")
    document = rows.filter(token=token[:32]).first()
    if document is None:
        raise NotYours(_("This link leads nowhere. Ask the restaurant for your receipt."), code="document_not_found")
    return document

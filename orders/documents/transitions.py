"""Kinds of documents. A document never changes: another document corrects it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentKind(TextChoices):
    """The kind of a document. Each kind has numbers of its own.

    An invoice names the company that pays and belongs to a receipt: it is no second sale. A training document is made
    by a restaurant that only tries Bistro out, and counts for nothing.
    """

    RECEIPT = "receipt", _("Receipt")
    INVOICE = "invoice", _("Invoice")
    CREDIT = "credit", _("Credit note")
    CANCELLED = "cancelled", _("Cancelled receipt")
    TRAINING = "training", _("Training, no receipt")


PREFIXES = {
    DocumentKind.RECEIPT: "R",
    DocumentKind.INVOICE: "I",
    DocumentKind.CREDIT: "C",
    DocumentKind.CANCELLED: "X",
    DocumentKind.TRAINING: "T",
}
SALES = frozenset({DocumentKind.RECEIPT, DocumentKind.CREDIT, DocumentKind.CANCELLED, DocumentKind.TRAINING})

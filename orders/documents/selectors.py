"""The search of old documents, and the receipt of a payment."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from bistro.core.kernel.actors import Actor
from orders.billing.models import Payment
from orders.documents.models import Document

MOST_FOUND = 100


def find_documents(actor: Actor, words: str = "", day: date | None = None) -> QuerySet[Any]:
    """Return documents, newest first, of a business day, whose number, table, amount or card slip has these words.

    An amount is that of the receipt, of its payment or of the cash given. Of a slip the last digits are enough.
    """
    rows = Document.objects.visible_to(actor).select_related("payment").order_by("-pk")
    if day is not None:
        rows = rows.filter(business_date=day)
    for word in words.split()[:5]:
        rows = rows.filter(_matches(word))
    return rows


def receipt_link(payment: Payment) -> str:
    """Return the address of the receipt of a payment for the guest, or "". This is `settings.RECEIPT_LINK`."""
    document = Document.objects.of_restaurant(payment.restaurant_id).filter(payment=payment).order_by("pk").first()
    return reverse("documents:receipt", args=[document.token]) if document is not None else ""


def _matches(word: str) -> Q:
    found = Q(code__icontains=word) | Q(table_name__icontains=word)
    if word.isascii() and word.isdecimal() and len(word) >= 3:
        found |= Q(payment__slip__endswith=word)
    amount = _amount(word)
    if amount is not None:
        found |= Q(total__in=[amount, -amount])
        found |= Q(payment__amount=amount) | Q(payment__tendered=amount)
    return found


def _amount(word: str) -> Decimal | None:
    """Return a typed amount, with a point or a comma, or None."""
    try:
        amount = Decimal(word.strip("€$£").replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 10**9 else None

"""The read model of a document as people see it, on paper and on the screen of a phone."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bistro.core.kernel.money import display
from orders.billing.transitions import Method
from orders.documents.models import Document, Signature
from orders.documents.transitions import DocumentKind


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A dish. `part` is "" for a whole one, else what of its price the document is for.

    A line that is no dish, such as a service charge, has the quantity "".
    """

    quantity: str
    name: str
    details: str
    part: str
    amount: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with formatted amounts. `note` says what it is if it is no plain receipt."""

    document: Document
    house: dict[str, str]
    customer: dict[str, str]
    title: str
    note: str
    issued_at: Any
    lines: list[PaperLine]
    taxes: list[dict[str, str]]
    total: str
    payments: list[list[tuple[str, str]]]
    link: str
    signature: dict[str, str]
    unsigned: str


def read_paper(document: Document, locale: str) -> Paper:
    """Return a document for people. `locale` is the restaurant's."""
    content = document.content

    def show(amount: str) -> str:
        return display(Decimal(amount), document.currency, locale)

    return Paper(
        document=document,
        house=content["house"],
        customer=content.get("customer", {}),
        title=str(DocumentKind(document.kind).label),
        note=_note(document),
        issued_at=parse_datetime(content["issued_at"]),
        lines=[_line(row, show) for row in content["lines"]],
        taxes=[{**tax, "net": show(tax["net"]), "amount": show(tax["amount"])} for tax in content["taxes"]],
        total=show(content["total"]),
        payments=[_payment(row, show) for row in content["payments"]],
        link=link_of(document),
        **_signature(document),
    )


def link_of(document: Document) -> str:
    """Return the address of a document for its guests."""
    return f"{settings.PUBLIC_URL}{reverse('documents:receipt', args=[document.token])}"


def _note(document: Document) -> str:
    if document.kind == DocumentKind.TRAINING:
        return _("For training. This is no receipt.")
    if document.corrects is None:
        return ""
    if document.kind == DocumentKind.INVOICE:
        return _("For receipt %(number)s. No second sale.") % {"number": document.corrects.code}
    return _("Corrects %(number)s.") % {"number": document.corrects.code}


def _line(row: dict[str, Any], show: Any) -> PaperLine:
    whole = Decimal(row["unit_price"]) * row["quantity"]
    amount = Decimal(row["amount"])
    return PaperLine(
        quantity=str(row["quantity"]) if row["line"] > 0 else "",
        name=row["name"],
        details=row["details"],
        part=show(str(whole)) if abs(amount) < whole else "",
        amount=show(row["amount"]),
    )


def _payment(row: dict[str, Any], show: Any) -> list[tuple[str, str]]:
    """Return a payment as pairs of words and amounts."""
    words = str(Method(row["method"]).label) if row["method"] in Method.values else row["method"]
    pairs = [(f"{words} {row['slip']}" if row.get("slip") else words, show(row["amount"]))]
    for name, label in (("tip", _("Tip")), ("rounding", _("Rounded to the smallest coin"))):
        if Decimal(row.get(name) or 0):
            pairs.append((label, show(row[name])))
    for name, label in (("tendered", _("Given")), ("change", pgettext("money back", "Change"))):
        if row.get("change") and Decimal(row["change"]):
            pairs.append((label, show(row[name])))
    return pairs


def _signature(document: Document) -> dict[str, Any]:
    """Return the answer of the fiscal signer, and the sentence that the law wants while there is none."""
    task: Signature | None = getattr(document, "signature", None)
    if task is None:
        return {"signature": {}, "unsigned": ""}
    signed = task.state == Signature.State.SIGNED
    return {"signature": task.answer, "unsigned": "" if signed else str(Signature.State.FAILED.label)}

"""The one place that appends a document: number, place in the chain, hash, and the task of the signer."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from bistro.core.models import FeedEpoch, Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.models import Bill, Payment, Refund
from orders.documents.canonical import FORMULA, dumps, hash_of
from orders.documents.contents import house_facts
from orders.documents.events import DocumentIssued
from orders.documents.models import Document, Journal, Series, Signature
from orders.documents.transitions import PREFIXES, DocumentKind

REGISTER = "1"  # the restaurant's one register: all its screens write into the same series
# The letters of the first parts of a series; later ones have a number, as in R1P27.
PARTS = ["", *"BCDEFGHIJKLMNOPQRSTUVWXYZ"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document without its number. `content` is the part of the payload that only this kind has."""

    kind: DocumentKind
    restaurant: Restaurant
    bill: Bill
    table_name: str
    total: Decimal
    content: dict[str, Any] = field(default_factory=dict)
    payment: Payment | None = None
    refund: Refund | None = None
    corrects: Document | None = None


def append_document(draft: Draft, work: UnitOfWork) -> Document:
    """Append a document to the chain of its restaurant. Its number exists if, and only if, its row is saved.

    Locks: the journal of the restaurant, after the bill and the till.
    """
    require_transaction()
    journal = _lock_journal(work)
    series = _next_number(draft.kind, work)
    payload = dumps(_payload(draft, journal, series, work))
    document = Document.objects.create(
        restaurant_id=work.restaurant_id,
        position=journal.position + 1,
        series=series,
        number=series.last,
        code=code_of(series),
        kind=draft.kind,
        bill=draft.bill,
        payment=draft.payment,
        refund=draft.refund,
        corrects=draft.corrects,
        table_name=draft.table_name,
        currency=draft.restaurant.currency,
        total=draft.total,
        business_date=draft.restaurant.business_date(work.now),
        issued_at=work.now,
        issued_by=work.actor.label[:120],
        formula=FORMULA,
        payload=payload,
        previous=journal.hash,
        hash=hash_of(journal.hash, payload),
    )
    journal.position, journal.hash = document.position, document.hash
    journal.save(update_fields=["position", "hash"])
    if settings.FISCAL_SIGNER != "none":
        Signature.objects.create(
            restaurant_id=work.restaurant_id, document=document, signer=settings.FISCAL_SIGNER, due_at=work.now
        )
    work.record(DocumentIssued(document=document))
    return document


def code_of(series: Series) -> str:
    """Return the last number of a series as it is printed, e.g. `R1-000042`."""
    part = PARTS[series.part] if series.part < len(PARTS) else f"P{series.part + 1}"
    return f"{PREFIXES[DocumentKind(series.kind)]}{series.register}{part}-{series.last:06}"


def _lock_journal(work: UnitOfWork) -> Journal:
    own = Journal.objects.of_restaurant(work.restaurant_id)
    locked = own.locked().first()
    if locked is None:  # the first document of the restaurant
        Journal.objects.bulk_create([Journal(restaurant_id=work.restaurant_id)], ignore_conflicts=True)
        locked = own.locked().get()
    return locked


def _next_number(kind: DocumentKind, work: UnitOfWork) -> Series:
    """Take the next number of a series. The caller holds the lock of the journal, so nobody else takes one."""
    rows = Series.objects.of_restaurant(work.restaurant_id).filter(register=REGISTER, kind=kind)
    epoch = FeedEpoch.objects.values_list("value", flat=True).first() or ""
    series = rows.filter(epoch=epoch).first()
    if series is None:
        series = Series(restaurant_id=work.restaurant_id, register=REGISTER, kind=kind, epoch=epoch, part=rows.count())
    series.last += 1
    series.save()
    return series


def _payload(draft: Draft, journal: Journal, series: Series, work: UnitOfWork) -> dict[str, Any]:
    restaurant = draft.restaurant
    return {
        **draft.content,
        "formula": FORMULA,
        "position": journal.position + 1,
        "number": code_of(series),
        "kind": draft.kind.value,
        "register": series.register,
        "issued_at": moment(work.now),
        "business_date": restaurant.business_date(work.now).isoformat(),
        "by": work.actor.label[:120],
        "house": house_facts(restaurant),
        "table": draft.table_name,
        "currency": restaurant.currency,
        "total": text(draft.total, restaurant.currency),
        "corrects": draft.corrects.code if draft.corrects else None,
    }

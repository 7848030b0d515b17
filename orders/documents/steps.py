"""Steps of units of work that issue documents, count their copies, and queue closings for the fiscal signer."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.money import ZERO
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.events import BillAdjusted, BillPaid
from orders.billing.models import Payment, Refund
from orders.billing.statements import Statement
from orders.billing.transitions import RefundKind, RefundState
from orders.documents.chain import Draft, append_document
from orders.documents.contents import (
    BillDocuments,
    payment_facts,
    receipt_kind,
    refund_facts,
    tax_sums,
    total_of,
)
from orders.documents.coverage import all_back
from orders.documents.events import DocumentCopied
from orders.documents.models import Copy, Document, Signature
from orders.documents.transitions import DocumentKind
from orders.till.events import PeriodClosed


def issue_documents(events: Sequence[BillPaid | BillAdjusted], work: UnitOfWork) -> None:
    """Issue a receipt for each payment of these bills that has none, and a credit note for each refund.

    The caller holds the lock of the bill. Locks: the journal of the restaurant.
    """
    require_transaction()
    last = {event.statement.party.pk: event.statement for event in events}
    for statement in last.values():
        _issue_missing(statement, work)


def sign_closings(events: Sequence[PeriodClosed], work: UnitOfWork) -> None:
    """Queue closings for the fiscal signer, if there is one."""
    require_transaction()
    if settings.FISCAL_SIGNER == "none":
        return
    for event in events:
        Signature.objects.create(
            restaurant_id=work.restaurant_id, closing=event.closing, signer=settings.FISCAL_SIGNER, due_at=work.now
        )


def count_copy(document_id: int, work: UnitOfWork, email: str = "") -> Copy:
    """Count a print of a document, or its e-mail. Locks: the document. Raises NotYours."""
    require_transaction()
    document = Document.objects.of_restaurant(work.restaurant_id).filter(pk=document_id).locked().first()
    if document is None:
        raise NotYours(_("There is no such document."), code="document_not_found")
    copy = Copy.objects.create(
        restaurant_id=work.restaurant_id,
        document=document,
        number=Copy.objects.filter(document=document).count() + 1,
        made_at=work.now,
        made_by=work.actor.label[:120],
    )
    work.record(DocumentCopied(document=document, copy=copy.number, email=email))
    return copy


def _issue_missing(statement: Statement, work: UnitOfWork) -> None:
    rows = Document.objects.of_restaurant(work.restaurant_id).filter(bill__in=statement.bills)
    known = BillDocuments(statement, rows.order_by("pk"))
    _take_back(known, work)  # what was booked by a wrong method is free for the right one
    for payment in statement.captured:
        if payment.pk not in {row.payment_id for row in known.documents}:
            known.documents.append(_receipt(payment, known, work))
            _take_back(known, work)
    if known.documents:
        _correct_lines(known, work)


def _correct_lines(known: BillDocuments, work: UnitOfWork) -> None:
    """Issue a receipt of 0.00 that moves lines and taxes, if a comp has settled a bill that was paid in part."""
    statement, rows = known.statement, known.rows(known.of_balance())
    if not rows or statement.open or statement.written_off or total_of(rows):
        return
    last = known.documents[-1]
    content = {**_content(known, rows), "payments": []}
    kind = receipt_kind(statement.restaurant)
    draft = Draft(kind=kind, bill=last.bill, total=ZERO, corrects=last, content=content, **_common(known))
    known.documents.append(append_document(draft, work))


def _take_back(known: BillDocuments, work: UnitOfWork) -> None:
    """Issue the missing credit notes and cancelled receipts of payments that have a receipt."""
    returned = {row.refund_id for row in known.documents}
    paid = {row.payment_id for row in known.documents}
    for refund in known.statement.refunds:
        if refund.pk in returned or refund.payment_id not in paid or refund.status != RefundState.REFUNDED:
            continue
        write = _credit_note if refund.kind == RefundKind.REFUND else _cancelled_receipt
        known.documents.append(write(refund, known, work))


def _receipt(payment: Payment, known: BillDocuments, work: UnitOfWork) -> Document:
    content = _content(known, known.rows(known.of_payment(payment)))
    return append_document(
        Draft(
            kind=receipt_kind(known.statement.restaurant),
            payment=payment,
            bill=payment.bill,
            total=total_of(content["lines"]),
            content={**content, "payments": [payment_facts(payment)]},
            **_common(known),
        ),
        work,
    )


def _credit_note(refund: Refund, known: BillDocuments, work: UnitOfWork) -> Document:
    content = _content(known, known.rows(known.of_refund(refund)))
    first = known.receipt_of(refund)
    return append_document(
        Draft(
            kind=_kind(DocumentKind.CREDIT, first),
            refund=refund,
            bill=refund.payment.bill,
            total=total_of(content["lines"]),
            corrects=first,
            content={**content, "reason": refund.reason, "payments": [refund_facts(refund)]},
            **_common(known),
        ),
        work,
    )


def _cancelled_receipt(refund: Refund, known: BillDocuments, work: UnitOfWork) -> Document:
    """Take the whole receipt of a payment back that was a mistake. Raises InvalidInput if it has an invoice."""
    receipt = known.receipt_of(refund)
    invoice = next(
        (row for row in known.documents if row.kind == DocumentKind.INVOICE and row.corrects == receipt), None
    )
    if invoice is not None:
        message = _("There is an invoice for it: %(number)s. Give the money back with a refund.")
        raise InvalidInput(message % {"number": invoice.code}, code="invoice_exists")
    content = _content(known, known.rows(all_back(known.entries(receipt))))
    return append_document(
        Draft(
            kind=_kind(DocumentKind.CANCELLED, receipt),
            refund=refund,
            bill=receipt.bill,
            total=-receipt.total,
            corrects=receipt,
            content={**content, "reason": refund.reason, "payments": [refund_facts(refund)]},
            **_common(known),
        ),
        work,
    )


def _kind(kind: DocumentKind, corrected: Document) -> DocumentKind:
    """Return the kind of a document that corrects another one: what was training stays training."""
    return DocumentKind.TRAINING if corrected.kind == DocumentKind.TRAINING else kind


def _content(known: BillDocuments, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"lines": lines, "taxes": tax_sums(lines, known.statement.restaurant.currency)}


def _common(known: BillDocuments) -> dict[str, Any]:
    table = known.statement.party.table
    return {"restaurant": known.statement.restaurant, "table_name": table.name if table else ""}

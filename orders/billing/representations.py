"""Bills, payments and refunds as JSON (docs/contracts/bills.md)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, short, text
from orders.billing.links import link_of
from orders.billing.models import Adjustment, Payment, Refund
from orders.billing.statements import ShareState, Statement
from orders.models import OrderLine


def bill_json(statement: Statement, removed: list[OrderLine]) -> dict[str, Any]:
    """Return a bill (`BillOutput`). `removed` are the lines that left the orders and are shown as voided."""
    currency = statement.restaurant.currency

    def amount(value: Decimal) -> str:
        return text(value, currency)

    return {
        "party": statement.party.pk,
        "table": statement.party.table_id,
        "currency": currency,
        "version": statement.version,
        "state": statement.state,
        "lines": [_line_json(line, statement) for line in statement.lines]
        + [_voided_json(line, currency) for line in removed],
        "adjustments": [_adjustment_json(each, statement) for each in statement.adjustments],
        "service": amount(statement.service.amount),
        "net_service": amount(statement.service.net),
        "service_name": statement.service.words,
        "taxes": [tax.json(currency) for tax in statement.owed.taxes],
        "tax": amount(statement.owed.tax),
        "total": amount(statement.total),
        "tips": amount(statement.tips),
        "paid": amount(statement.paid),
        "refunded": amount(statement.total - statement.sale),
        "reserved": amount(statement.reserved),
        "written_off": amount(statement.written_off),
        "due": amount(statement.due),
        "excess": amount(statement.excess),
        "shares": [_share_json(share, currency) for share in statement.shares],
        "payments": [payment_json(payment) for payment in statement.payments],
        "link": link_of(statement.party, statement.restaurant),
    }


def summary_json(statement: Statement) -> Mapping[str, Any]:
    """Return the amounts of a bill for its events, without names and reasons."""
    currency = statement.restaurant.currency
    return {
        "party": statement.party.pk,
        "table": statement.party.table_id,
        "currency": currency,
        "version": statement.version,
        "state": statement.state,
        "total": text(statement.total, currency),
        "paid": text(statement.paid, currency),
        "reserved": text(statement.reserved, currency),
        "due": text(statement.due, currency),
    }


def payment_json(payment: Payment, url: str = "") -> dict[str, Any]:
    """Return a payment (`PaymentOutput`). `amount` is without `tip`, `url` the provider's page for the guest."""
    currency, change = payment.currency, payment.change
    return {
        "id": payment.pk,
        "state": payment.status,
        "method": payment.method,
        "amount": text(payment.amount, currency),
        "tip": text(payment.tip, currency),
        "tip_to": payment.tip_to or None,
        "tip_staff": payment.tip_staff_id,
        "rounding": text(payment.rounding, currency),
        "tendered": None if payment.tendered is None else text(payment.tendered, currency),
        "change": None if change is None else text(change, currency),
        "authorised": None if payment.authorised is None else text(payment.authorised, currency),
        "capture_before": None if payment.capture_before is None else moment(payment.capture_before),
        "share": payment.share_id,
        "slip": payment.slip,
        "reader": payment.reader_id,
        "url": url or None,
        "at": moment(payment.taken_at),
    }


def refund_json(refund: Refund) -> dict[str, Any]:
    """Return a refund (`RefundOutput`). Cash and terminal give the money back at once.

    The guests get `amount` + `tip` + `rounding` back.
    """
    currency = refund.payment.currency
    return {
        "id": refund.pk,
        "payment": refund.payment_id,
        "amount": text(refund.amount, currency),
        "of_sale": text(refund.of_sale, currency),
        "kind": refund.kind,
        "tip": text(refund.tip, currency),
        "rounding": text(refund.rounding, currency),
        "state": refund.status,
        "at": moment(refund.made_at),
    }


def _line_json(line: OrderLine, statement: Statement) -> dict[str, Any]:
    currency = statement.restaurant.currency
    tax = sum((part.amount for part in statement.owed.line_taxes[line.pk]), ZERO)
    return {
        **_facts(line, currency),
        "tax": text(tax, currency),
        "due": text(statement.owed.lines[line.pk], currency),
        "voided": False,
    }


def _voided_json(line: OrderLine, currency: str) -> dict[str, Any]:
    nothing = text(ZERO, currency)
    return {**_facts(line, currency), "tax": nothing, "due": nothing, "voided": True}


def _facts(line: OrderLine, currency: str) -> dict[str, Any]:
    return {
        "id": line.pk,
        "order": line.order_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": text(line.unit_price, currency),
        "total": text(line.total, currency),
        "seat": line.seat,
    }


def _adjustment_json(row: Adjustment, statement: Statement) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "line": row.line_id,
        "amount": text(statement.taken.get(row.pk, ZERO), statement.restaurant.currency),
        "percent": None if row.percent is None else short(row.percent),
        "reason": row.reason,
        "by": row.made_by,
        "approver": row.approved_by,
    }


def _share_json(state: ShareState, currency: str) -> dict[str, Any]:
    return {
        "id": state.share.pk,
        "kind": state.share.kind,
        "label": state.share.words,
        "total": text(state.total, currency),
        "paid": text(state.paid, currency),
        "reserved": text(state.reserved, currency),
        "due": text(state.due, currency),
        "locked": state.share.is_locked,
    }

"""Reactions that open the cash drawer when cash goes in or out. They never refuse a payment."""

from collections.abc import Sequence

from django.db.models import QuerySet

from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from bistro.receipts.selectors import printing_of
from kitchen.printing.sheet_steps import open_drawer
from orders.billing.account_events import AccountSettled
from orders.billing.events import PaymentRefunded, PaymentTaken
from orders.billing.transitions import Method, RefundKind
from orders.billing.voucher_events import VoucherSold, VoucherVoided
from orders.till.events import TillMoved, TillOpened
from orders.till.models import Till, TillMove
from orders.till.transitions import MoveKind


def open_for_payments(events: Sequence[PaymentTaken], work: UnitOfWork) -> None:
    """Open the drawers of the tills that take the cash of payments. Runs after the cash has found its till."""
    cash = [event.payment.pk for event in events if event.payment.method == Method.CASH]
    _open_for(TillMove.objects.filter(payment__in=cash), cash, work)


def open_for_refunds(events: Sequence[PaymentRefunded], work: UnitOfWork) -> None:
    """Open the drawers from which cash goes back. A corrected method moves no money."""
    cash = [
        event.refund.pk
        for event in events
        if event.payment.method == Method.CASH and event.refund.kind != RefundKind.CORRECTED
    ]
    _open_for(TillMove.objects.filter(refund__in=cash), cash, work)


def open_for_vouchers(events: Sequence[VoucherSold | VoucherVoided], work: UnitOfWork) -> None:
    """Open the drawers of the tills that take or give cash for vouchers."""
    cash = [event.move.pk for event in events if event.voucher.method == Method.CASH]
    _open_for(TillMove.objects.filter(voucher_move__in=cash, kind=MoveKind.VOUCHER), cash, work)


def open_for_accounts(events: Sequence[AccountSettled], work: UnitOfWork) -> None:
    """Open the drawers of the tills that take cash for house accounts."""
    cash = [event.move.pk for event in events if event.move.method == Method.CASH]
    _open_for(TillMove.objects.filter(account_move__in=cash), cash, work)


def open_for_tills(events: Sequence[TillOpened | TillMoved], work: UnitOfWork) -> None:
    """Open the drawers of tills that get their float, or whose cash people move."""
    require_transaction()
    for event in events:
        _open(event.till, work)


def _open_for(moves: QuerySet[TillMove], cash: Sequence[int], work: UnitOfWork) -> None:
    require_transaction()
    if not cash or printing_of(None, work.restaurant_id).printer is None:
        return
    for move in moves.select_related("till"):
        _open(move.till, work)


def _open(till: Till | None, work: UnitOfWork) -> None:
    if (printer := printing_of(till, work.restaurant_id).drawer) is not None:
        open_drawer(printer, work)

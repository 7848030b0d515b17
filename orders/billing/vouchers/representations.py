"""Vouchers as JSON (docs/contracts/vouchers.md)."""

from datetime import date
from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from orders.billing.models import Voucher
from orders.billing.vouchers.codes import grouped
from orders.billing.vouchers.selectors import state_of


def voucher_json(voucher: Voucher, day: date, *, with_code: bool = False) -> dict[str, Any]:
    """Return a voucher (`VoucherOutput`), with its state on a business day."""
    return {
        "id": voucher.pk,
        "code": grouped(voucher.code) if with_code else None,
        "tail": voucher.tail,
        "state": state_of(voucher, day).value,
        "currency": voucher.currency,
        "value": text(voucher.value, voucher.currency),
        "balance": text(voucher.balance, voucher.currency),
        "method": voucher.method,
        "slip": voucher.slip,
        "expires_on": voucher.expires_on.isoformat() if voucher.expires_on else None,
        "by": voucher.sold_by,
        "at": moment(voucher.sold_at),
    }


def voucher_with_moves_json(voucher: Voucher, day: date) -> dict[str, Any]:
    """Return a voucher with its moves (`VoucherWithMovesOutput`)."""
    moves = [
        {
            "id": move.pk,
            "kind": move.kind,
            "amount": text(move.amount, voucher.currency),
            "payment": move.payment_id,
            "refund": move.refund_id,
            "reason": move.reason,
            "by": move.made_by,
            "at": moment(move.made_at),
        }
        for move in voucher.moves.all()
    ]
    return {**voucher_json(voucher, day), "moves": moves}

"""Tills, moves and closings as JSON (docs/contracts/tills.md)."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from orders.till.models import Closing, Till, TillCount, TillMove
from orders.till.reports.payloads import payload_of, till_facts
from orders.till.selectors import shown_moves


def till_json(till: Till) -> dict[str, Any]:
    """Return a till with its counts and the moves that may be seen (`TillOutput`)."""
    currency = till.currency
    return {
        **till_facts(till),
        "currency": currency,
        "note": till.note,
        "opened_at": moment(till.opened_at),
        "opened_by": till.opened_by,
        "closed_at": moment(till.closed_at),
        "closed_by": till.closed_by,
        "moves": [move_json(move, currency) for move in shown_moves(till)],
        "counts": [_count_json(count, currency) for count in till.counts.all()],
    }


def move_json(move: TillMove, currency: str) -> dict[str, Any]:
    """Return a move (`TillMoveOutput`). `amount` is signed: what comes in is positive."""
    return {
        "id": move.pk,
        "kind": move.kind,
        "amount": text(move.amount, currency),
        "payment": move.payment_id,
        "refund": move.refund_id,
        "reason": move.reason,
        "by": move.made_by,
        "at": moment(move.made_at),
    }


def closing_json(closing: Closing) -> dict[str, Any]:
    """Return a closing (`ClosingOutput`): its payload, with the hashes."""
    return {
        **payload_of(closing),
        "id": closing.pk,
        "previous_hash": closing.previous_hash,
        "hash": closing.hash,
        "formula_version": closing.formula_version,
    }


def _count_json(count: TillCount, currency: str) -> dict[str, Any]:
    return {
        "pieces": count.pieces,
        "total": text(count.total, currency),
        "by": count.counted_by,
        "at": moment(count.counted_at),
    }

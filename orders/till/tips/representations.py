"""Tips of a business day as JSON (docs/contracts/tips.md)."""

from datetime import date
from decimal import Decimal
from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, text
from bistro.core.models import Restaurant
from orders.billing.transitions import TipTo
from orders.till.models import TipMove
from orders.till.tips.book import HOUSE, POOL, Holder, TipBook, people_in, read_book, rule_of_day, sharers_in


def tips_json(restaurant: Restaurant, day: date) -> dict[str, Any]:
    """Return the tips of a business day (`TipsOutput`)."""
    book = read_book(restaurant, day)
    pool = book.of(POOL)

    def amount(value: Decimal) -> str:
        return text(value, restaurant.currency)

    return {
        "day": day.isoformat(),
        "currency": restaurant.currency,
        "pool": amount(pool.own + pool.corrected),
        "shared": amount(-pool.shared),
        "left": amount(pool.total),
        "house": amount(book.of(HOUSE).total),
        "people": _people(book, restaurant),
        "moves": [tip_move_json(row, restaurant.currency) for row in book.moves],
    }


def tip_move_json(row: TipMove, currency: str) -> dict[str, Any]:
    """Return a share of the pool or a correction (`TipMoveOutput`)."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "day": row.of_day.isoformat(),
        "amount": text(row.amount, currency),
        "giver": row.giver,
        "giver_staff": row.giver_staff_id,
        "taker": row.taker,
        "taker_staff": row.taker_staff_id,
        "reason": row.reason,
        "by": row.made_by,
        "at": moment(row.made_at),
    }


def _people(book: TipBook, restaurant: Restaurant) -> list[dict[str, Any]]:
    sharers, rule = sharers_in(book, restaurant), rule_of_day(restaurant, book.day)
    found = []
    for member in people_in(book, restaurant):
        tips = book.of(Holder(TipTo.PERSON, member.staff_id))
        amounts = {
            "own": tips.own,
            "from_pool": tips.shared,
            "corrected": tips.corrected,
            "total": tips.total,
            "paid_out": book.paid_out.get(member.staff_id, ZERO),
        }
        found.append(
            {
                "staff": member.staff_id,
                "name": str(member.staff),
                "points": rule.points_of(member.role),
                "shares": member.staff_id in sharers,
                **{name: text(value, restaurant.currency) for name, value in amounts.items()},
            }
        )
    return found

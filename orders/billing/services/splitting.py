"""Services that present a bill to the guests and divide it into shares."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.events import BillSplit
from orders.billing.models import Share, claims_json
from orders.billing.services.locking import Locked, lock_bill, mark_presented, require_lines, require_money, touch_bill
from orders.billing.statements import Statement
from orders.billing.transitions import ShareKind
from orders.services.seating import Versions

MOST_WAYS = 50
New = Sequence[Mapping[str, Any]]  # the fields of new shares


@dataclass(frozen=True, slots=True)
class Claim:
    """A share of chosen dishes: {line id: part of it}."""

    label: str
    parts: Mapping[int, Fraction]


def present_bill(*, party_id: int, actor: Actor) -> Statement:
    """Note that the guests see the bill as it is now, on a screen or printed.

    Locks: table, party, bill. Raises NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        return mark_presented(lock_bill(party_id, work), work)


def split_bill(
    *,
    party_id: int,
    by: str,
    actor: Actor,
    ways: int = 0,
    amounts: Sequence[Decimal] = (),
    claims: Sequence[Claim] = (),
    versions: Versions = None,
) -> Statement:
    """Divide what is not in locked shares. `by` is equal, seat, amount, items, or none for no shares.

    `equal` takes `ways`, `amount` the `amounts` (the rest is one more share), `items` the `claims` (what nobody claims
    is one more share). Nothing is sent to the kitchen.
    Locks: table, party, bill. Raises InvalidInput, Stale, NotPermitted, NotYours (`line_not_found`).
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work, versions)
        builders: dict[str, Callable[[], New]] = {
            "equal": lambda: _equal(ways),
            "seat": lambda: _by_seat(locked.statement),
            "amount": lambda: _by_amount(amounts, locked),
            "items": lambda: _by_items(claims, locked.statement),
            "none": list,
        }
        new = builders[by]()
        Share.objects.of_restaurant(work.restaurant_id).filter(bill__in=locked.statement.bills, total=None).delete()
        for fields in new:
            Share.objects.create(restaurant_id=work.restaurant_id, bill=locked.bill, **fields)
        touch_bill(locked.bill)
        after = locked.read_again()
        work.record(BillSplit(statement=after))
    return after


def _equal(ways: int) -> New:
    if not 2 <= ways <= MOST_WAYS:
        message = _("From 2 to %(most)s.") % {"most": MOST_WAYS}
        raise InvalidInput(message, fields={"ways": [message]})
    return [{"kind": ShareKind.EQUAL, "label": f"{place} / {ways}"} for place in range(1, ways + 1)]


def _by_seat(statement: Statement) -> New:
    """Return a share for each seat that ordered and has no locked share. Dishes without a seat are divided."""
    locked = {each.share.seat for each in statement.shares if each.share.is_locked}
    seats = sorted({line.seat for line in statement.lines if line.seat is not None} - locked)
    if not seats:
        message = _("No dish of this bill has a seat.")
        raise InvalidInput(message, code="no_seats", fields={"by": [message]})
    return [{"kind": ShareKind.SEAT, "seat": seat} for seat in seats]


def _by_amount(amounts: Sequence[Decimal], locked: Locked) -> New:
    statement, currency = locked.statement, locked.restaurant.currency
    for amount in amounts:
        require_money(amount, currency, "amounts")
    taken = sum((each.total for each in statement.shares if each.share.is_locked), statement.for_no_share)
    free = statement.total - taken
    if not amounts or len(amounts) > MOST_WAYS or sum(amounts) > free:
        message = _("The amounts are more than the bill.") if amounts else _("Give the amounts.")
        raise InvalidInput(message, fields={"amounts": [message]})
    shares: list[Mapping[str, Any]] = [
        {"kind": ShareKind.AMOUNT, "label": str(place), "amount": amount} for place, amount in enumerate(amounts, 1)
    ]
    return [*shares, _rest()]


def _by_items(claims: Sequence[Claim], statement: Statement) -> New:
    """Return the shares and one for the rest. Raises NotYours, InvalidInput (a dish claimed twice)."""
    used: dict[int, Fraction] = defaultdict(Fraction)
    for state in statement.shares:
        if state.share.is_locked:
            for line, part in state.share.parts.items():
                used[line] += part
    if not 1 <= len(claims) <= MOST_WAYS:
        message = _("Give the shares.")
        raise InvalidInput(message, fields={"shares": [message]})
    for claim in claims:
        require_lines(claim.parts, statement)
        for line, part in claim.parts.items():
            used[line] += part
            if used[line] > 1:
                message = _("A dish is in the shares more than once.")
                raise InvalidInput(message, code="claimed_twice", fields={"shares": [message]})
    return [*(_claimed(claim) for claim in claims), _rest()]


def _claimed(claim: Claim) -> Mapping[str, Any]:
    return {"kind": ShareKind.ITEMS, "label": clean_text(claim.label)[:80], "claims": claims_json(claim.parts)}


def _rest() -> Mapping[str, Any]:
    return {"kind": ShareKind.REST}

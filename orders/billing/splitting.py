"""The totals of the shares of a bill: pure functions, without queries.

The totals add up to the total of the bill without payments that are for no share, as long as a share is not locked. A
share with a payment is locked: it keeps its total, unless its own guest orders more. What is left is divided among the
other shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor, lcm

from bistro.core.kernel.money import ZERO, Rounding, divide, units_of
from orders.billing.transitions import ShareKind

Parts = dict[int, Fraction]  # {line id: part of it}
BY_DISHES = frozenset({ShareKind.SEAT, ShareKind.ITEMS, ShareKind.REST})


@dataclass(frozen=True, slots=True)
class Part:
    """A share as the computation needs it. `locked` is its total since its first payment, else None."""

    id: int
    kind: str
    seat: int | None = None
    amount: Decimal | None = None
    claims: Mapping[int, Fraction] | None = None
    locked: Decimal | None = None


def totals(
    parts: Sequence[Part],
    lines: Mapping[int, Decimal],
    seats: Mapping[int, int | None],
    rounding: Rounding,
    paid: Decimal = ZERO,
) -> dict[int, Decimal]:
    """Return {share id: its total}. `lines` are {line id: amount with its tax}, `seats` {line id: seat or None}.

    `paid` is what was paid for no share.
    """
    claims = claims_now(parts, seats)
    weights = {part.id: _weight(claims.get(part.id, {}), lines, rounding) for part in parts}
    found = {
        part.id: _locked_units(part, claims.get(part.id, {}), lines, rounding)
        for part in parts
        if part.locked is not None
    }
    whole = sum(units_of(amount, rounding) for amount in lines.values()) - units_of(paid, rounding)
    left = max(0, whole - sum(found.values()))
    found |= _divide_rest([part for part in parts if part.locked is None], weights, left, rounding)
    return {key: rounding.amount(units) for key, units in found.items()}


def claims_now(parts: Sequence[Part], seats: Mapping[int, int | None]) -> dict[int, Parts]:
    """Return the parts of lines that each share pays. Lines without a seat are divided among the seats."""
    locked = {part.id: _kept(part, seats) for part in parts if part.locked is not None and part.kind in BY_DISHES}
    free = dict.fromkeys(seats, Fraction(1))
    for claimed in locked.values():
        _take(free, claimed)
    found: dict[int, Parts] = locked
    for part in parts:
        if part.kind == ShareKind.ITEMS and part.locked is None:
            found[part.id] = _take(free, part.claims or {})
    _add_seats(parts, seats, free, found)
    for part in parts:
        if part.kind == ShareKind.REST and part.locked is None and any(each.kind == ShareKind.ITEMS for each in parts):
            found[part.id] = _take(free, dict(free))
    return found


def _kept(part: Part, seats: Mapping[int, int | None]) -> Parts:
    """Return the claims of a locked share on lines that are still on the bill."""
    return {line: each for line, each in (part.claims or {}).items() if line in seats}


def _add_seats(parts: Sequence[Part], seats: Mapping[int, int | None], free: Parts, found: dict[int, Parts]) -> None:
    """Give each seat what is left of its own lines, and the seats together what is left of the other lines.

    Once everybody has paid, those who paid owe what comes later for the table, each a part of it once, and the dishes
    of other seats are in no share.
    """
    sitting = [part for part in parts if part.kind == ShareKind.SEAT]
    known = {part.seat for part in sitting}
    for part in sitting:
        own = _take(free, {line: free[line] for line, seat in seats.items() if seat == part.seat})
        mine = found.setdefault(part.id, {})
        for line, rest in own.items():
            mine[line] = mine.get(line, Fraction(0)) + rest
    have_all_paid = all(part.locked is not None for part in parts)
    for line in [line for line, seat in seats.items() if seat not in known and free[line]]:
        payers = [part for part in sitting if part.locked is None]
        if have_all_paid and seats[line] is None:
            payers = [part for part in sitting if line not in found[part.id]]
        for part in payers:
            found[part.id][line] = found[part.id].get(line, Fraction(0)) + free[line] / len(payers)
        if payers:
            free[line] = Fraction(0)


def _take(free: Parts, wanted: Mapping[int, Fraction]) -> Parts:
    """Take parts of lines, as far as they are free, and return them."""
    taken = {line: min(part, free[line]) for line, part in wanted.items() if line in free}
    for line, part in taken.items():
        free[line] -= part
    return taken


def _weight(claims: Mapping[int, Fraction], lines: Mapping[int, Decimal], rounding: Rounding) -> Fraction:
    """Return the exact amount of claims, in the smallest units."""
    return sum((units_of(lines[line], rounding) * part for line, part in claims.items()), Fraction(0))


def _locked_units(part: Part, claims: Mapping[int, Fraction], lines: Mapping[int, Decimal], rounding: Rounding) -> int:
    """Return the total of a locked share: what it was, and what its own guest ordered since."""
    assert part.locked is not None
    before = part.claims or {}
    more = {line: each - before.get(line, Fraction(0)) for line, each in claims.items()}
    return units_of(part.locked, rounding) + floor(_weight(more, lines, rounding))


def _divide_rest(
    parts: Sequence[Part], weights: Mapping[int, Fraction], left: int, rounding: Rounding
) -> dict[int, int]:
    """Divide what the locked shares leave among the others: fixed amounts first, then in proportion."""
    found = {}
    for part in parts:
        if part.kind == ShareKind.AMOUNT and part.amount is not None:
            found[part.id] = min(left, units_of(part.amount, rounding))
            left -= found[part.id]
    others = [part for part in parts if part.id not in found]
    exact = [Fraction(1) if part.kind == ShareKind.EQUAL else weights[part.id] for part in others]
    if any(part.kind == ShareKind.REST for part in others) and not sum(exact):
        exact = [Fraction(part.kind == ShareKind.REST) for part in others]
    found |= dict(zip([part.id for part in others], divide_by(left, exact), strict=True))
    return found


def divide_by(units: int, weights: Sequence[Fraction]) -> list[int]:
    """Divide units in proportion to exact weights by largest remainder."""
    base = lcm(*(weight.denominator for weight in weights))
    return divide(units, [int(weight * base) for weight in weights])

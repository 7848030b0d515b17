"""The part of each dish that a document is for: pure functions, in the smallest units of the currency.

A payment covers what no earlier document of the bill covers yet, so that all documents of a bill together have its
lines and taxes to the cent, however it was split. A refund takes first what the documents have too much, because a dish
was voided or made cheaper after it was paid, and then a part of the sale, which is not due again. The lines of the
service charge are dishes with negative ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from bistro.core.kernel.money import Rounding, divide

PAID_TOO_MUCH = 0  # in place of a line
TaxName = tuple[str, str]  # (name, percent)
Taxes = dict[TaxName, int]


@dataclass(frozen=True, slots=True)
class Dish:
    """A line of the bill as it is now: what guests pay for it in all, and the tax in it."""

    amount: int
    taxes: Mapping[TaxName, int]


NO_DISH = Dish(0, {})


@dataclass(slots=True)
class Covered:
    """The part of a line that earlier documents have.

    `given_back` of it was sold, and refunds returned it, with the taxes `returned`.
    """

    amount: int = 0
    given_back: int = 0
    taxes: Taxes = field(default_factory=dict)
    returned: Taxes = field(default_factory=dict)

    def add(self, entry: "Entry") -> None:
        """Count an entry."""
        self.amount += entry.amount
        _add_taxes(self.taxes, entry.taxes, 1)
        if entry.given_back:
            self.given_back -= entry.amount
            _add_taxes(self.returned, entry.taxes, -1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a document. `given_back` tells that its amount was sold, and is not due again."""

    line: int
    amount: int
    taxes: Taxes
    given_back: bool = False


def cover(
    units: int,
    dishes: Mapping[int, Dish],
    covered: Mapping[int, Covered],
    claims: Mapping[int, Fraction],
    rounding: Rounding,
) -> list[Entry]:
    """Return the entries of a payment. `claims` are the parts of dishes that its share is for, empty for any.

    What the documents have too much, because a dish became cheaper or left the bill, moves to other dishes. Money
    beyond the bill has an entry of its own (`PAID_TOO_MUCH`).
    """
    open_ = _differences(dishes, covered)
    if units == sum(open_.values()):
        return _balanced(open_, dishes, covered)
    left = {line: max(many, 0) for line, many in open_.items()}
    too_much = {line: max(-many, 0) for line, many in open_.items()}
    known = {line: part for line, part in claims.items() if left.get(line)}
    wanted = {line: min(left[line], ceil(dishes[line].amount * part)) for line, part in known.items()}
    moved = _spread(max(0, sum(left.values()) - units), too_much)
    whole = units + sum(moved.values())
    parts = _spread(whole, wanted)
    rest = _spread(whole - sum(parts.values()), {line: left[line] - parts.get(line, 0) for line in left})
    amounts = {line: parts.get(line, 0) + rest.get(line, 0) - moved.get(line, 0) for line in open_}
    entries = [_entry(line, amount, dishes, covered, rounding) for line, amount in amounts.items() if amount]
    beyond = units - sum(entry.amount for entry in entries)
    return [*entries, Entry(PAID_TOO_MUCH, beyond, {})] if beyond else entries


def take_back(
    units: int,
    of_sale: int,
    dishes: Mapping[int, Dish],
    covered: Mapping[int, Covered],
    lines: Sequence[int],
    service: Mapping[int, int],
    rounding: Rounding,
) -> list[Entry]:
    """Return the entries of a refund, with negative amounts. `of_sale` of its units were sold and are not due again.

    `lines` are those that it is for, as far as they can give so much; then their `service`, {line: units}, then the
    rest of the service charge, then other dishes.
    """
    after = {
        line: replace(each, taxes=dict(each.taxes), returned=dict(each.returned)) for line, each in covered.items()
    }
    entries: list[Entry] = []

    def give(amounts: Mapping[int, int], *, sold: bool) -> int:
        for line, amount in amounts.items():
            if amount:
                entries.append(Entry(line, -amount, _taxes_back(amount, after[line], rounding), sold))
                after[line].add(entries[-1])
        return sum(amounts.values())

    differences = _differences(dishes, covered)
    if not of_sale and -units == sum(differences.values()):
        return _balanced(differences, dishes, covered)
    too_much = {line: min(-many, covered[line].amount) for line, many in differences.items() if many < 0}
    given = give(_spread(units - of_sale, too_much), sold=False)
    given += give(_spread(units - given, {line: after[line].amount for line in lines if line in after}), sold=True)
    own = {line: min(many, after[line].amount) for line, many in service.items() if line in after}
    given += give(_spread(units - given, own), sold=True)
    given += give(_spread(units - given, {line: each.amount for line, each in after.items() if line < 0}), sold=True)
    give(_spread(units - given, {line: each.amount for line, each in after.items()}), sold=True)
    return _joined(entries)


def _joined(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries with at most two for each line: what was sold, and what was too much."""
    found: dict[tuple[int, bool], Entry] = {}
    for entry in entries:
        key = entry.line, entry.given_back
        if (known := found.get(key)) is not None:
            taxes = dict(known.taxes)
            _add_taxes(taxes, entry.taxes, 1)
            entry = replace(known, amount=known.amount + entry.amount, taxes=taxes)
        found[key] = entry
    return list(found.values())


def balance(dishes: Mapping[int, Dish], covered: Mapping[int, Covered]) -> list[Entry]:
    """Return the entries that make the documents of a paid bill equal to it, without any money."""
    return _balanced(_differences(dishes, covered), dishes, covered)


def all_back(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of a cancelled receipt: those of the receipt, with the opposite sign."""
    return [Entry(each.line, -each.amount, {name: -units for name, units in each.taxes.items()}) for each in entries]


def add_up(entries: Sequence[Entry]) -> dict[int, Covered]:
    """Return what these entries cover, {line id: sums}."""
    found: dict[int, Covered] = {}
    for entry in entries:
        found.setdefault(entry.line, Covered()).add(entry)
    return found


def _differences(dishes: Mapping[int, Dish], covered: Mapping[int, Covered]) -> dict[int, int]:
    """Return what is not covered of each line, negative for what the documents have too much."""
    found = {line: dish.amount for line, dish in dishes.items()}
    for line, each in covered.items():
        found[line] = found.get(line, 0) - each.amount - each.given_back
    return found


def _balanced(
    differences: Mapping[int, int], dishes: Mapping[int, Dish], covered: Mapping[int, Covered]
) -> list[Entry]:
    """Return the entries after which each line and each tax is exactly covered."""
    entries = []
    for line, amount in differences.items():
        each, dish = covered.get(line, Covered()), dishes.get(line, NO_DISH)
        taxes: Taxes = dict(dish.taxes)
        _add_taxes(taxes, each.taxes, -1)
        _add_taxes(taxes, each.returned, -1)
        if amount or any(taxes.values()):
            entries.append(Entry(line, amount, taxes))
    return entries


def _entry(
    line: int, amount: int, dishes: Mapping[int, Dish], covered: Mapping[int, Covered], rounding: Rounding
) -> Entry:
    """Return the next units of a line, so that the last of them bring exactly the rest of its tax."""
    each, dish = covered.get(line, Covered()), dishes.get(line, NO_DISH)
    reached = each.amount + each.given_back + amount
    if not dish.amount:
        return Entry(line, amount, _taxes_back(-amount, each, rounding))
    taxes = {name: rounding.units(units * reached, dish.amount) for name, units in dish.taxes.items()}
    _add_taxes(taxes, each.taxes, -1)
    _add_taxes(taxes, each.returned, -1)
    return Entry(line, amount, taxes)


def _taxes_back(amount: int, covered: Covered, rounding: Rounding) -> Taxes:
    """Return the tax, negative, that goes back with a part of what is covered."""
    if not covered.amount:
        return {}
    left = covered.amount - amount
    return {name: rounding.units(units * left, covered.amount) - units for name, units in covered.taxes.items()}


def _add_taxes(taxes: Taxes, more: Mapping[TaxName, int], sign: int) -> None:
    for name, units in more.items():
        taxes[name] = taxes.get(name, 0) + sign * units


def _spread(units: int, most: Mapping[int, int]) -> dict[int, int]:
    """Divide units among lines in proportion to what each can take, and never more than that."""
    most = {line: many for line, many in most.items() if many > 0}
    units = min(units, sum(most.values()))
    if units <= 0:
        return {}
    return dict(zip(most, divide(units, list(most.values())), strict=True))

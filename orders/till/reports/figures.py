"""The figures of bills that closings and reports add up: net amounts, taxes, comps and discounts, refunds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Self

from bistro.core.kernel.money import ZERO, short, text, units_of
from orders.billing.models import Refund
from orders.billing.statements import Statement
from orders.billing.transitions import AdjustmentKind
from orders.owing import Owed, owed
from orders.service_charge import AS_ORDERED
from orders.tax import Tax, total_of
from orders.till.reports.books import sale_taken_back

Names = tuple[str, str]  # (name of the tax, percent)


@dataclass(frozen=True, slots=True)
class TaxSum:
    """The net amount that a tax is computed from, and the tax."""

    net: Decimal = ZERO
    tax: Decimal = ZERO

    def __add__(self, other: "TaxSum") -> "TaxSum":
        return TaxSum(self.net + other.net, self.tax + other.tax)

    def __neg__(self) -> "TaxSum":
        return TaxSum(-self.net, -self.tax)


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts without tax of what was ordered, taken off and refunded; the tax that is left, by component too.

    `comps`, `discounts` and `service_off`, the service charge that was taken off, are in prices of the menu, for people
    to read; `adjustments` is the net amount of comps and discounts.
    """

    lines: Decimal = ZERO
    adjustments: Decimal = ZERO
    refunds: Decimal = ZERO
    service: Decimal = ZERO
    tax: Decimal = ZERO
    written_off: Decimal = ZERO
    comps: Decimal = ZERO
    discounts: Decimal = ZERO
    service_off: Decimal = ZERO
    refunded: Decimal = ZERO
    taxes: Mapping[Names, TaxSum] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """Return what the house earns."""
        return self.lines - self.adjustments - self.refunds + self.service

    @property
    def sale(self) -> Decimal:
        """Return what the guests owe for it."""
        return self.net + self.tax

    def __add__(self, other: Self) -> "Figures":
        return Figures(
            **{name: getattr(self, name) + getattr(other, name) for name in AMOUNTS},
            taxes=_merged((self.taxes, other.taxes)),
        )

    def __sub__(self, other: Self) -> "Figures":
        return Figures(
            **{name: getattr(self, name) - getattr(other, name) for name in AMOUNTS},
            taxes=_merged((self.taxes, {names: -each for names, each in other.taxes.items()})),
        )

    def json(self, currency: str) -> dict[str, Any]:
        """Return the figures as texts."""
        return {
            **{name: text(getattr(self, name), currency) for name in AMOUNTS},
            "taxes": [
                {"name": name, "percent": percent, "net": text(each.net, currency), "tax": text(each.tax, currency)}
                for (name, percent), each in sorted(self.taxes.items())
            ],
        }


AMOUNTS = tuple(each.name for each in fields(Figures) if each.name != "taxes")
NOTHING = Figures()


def figures_in(stored: Mapping[str, Any]) -> Figures:
    """Return figures that were stored as `Figures.json` writes them. Without any they are zero."""
    return Figures(
        **{name: Decimal(stored.get(name, "0")) for name in AMOUNTS},
        taxes={
            (each["name"], each["percent"]): TaxSum(Decimal(each["net"]), Decimal(each["tax"]))
            for each in stored.get("taxes", ())
        },
    )


def figures_of(book: Statement) -> Figures:
    """Return the figures of a bill."""
    before, taxes = before_adjustments(book), tax_sums(book.owed, book.owed.lines)
    whole = net_of(before, before.with_service)
    by_kind = dict.fromkeys(AdjustmentKind.values, ZERO)
    for row in book.adjustments:
        by_kind[row.kind] += book.taken.get(row.pk, ZERO)
    found = Figures(
        lines=whole,
        adjustments=whole - net_of(book.owed, book.owed.with_service),
        service=book.service.net,
        tax=book.owed.tax,
        written_off=book.written_off,
        comps=by_kind[AdjustmentKind.COMP],
        discounts=by_kind[AdjustmentKind.DISCOUNT],
        service_off=by_kind[AdjustmentKind.SERVICE],
        taxes=taxes,
    )
    return sum((refund_figures(book, refund, amount) for refund, amount in _refunds(book)), found)


def before_adjustments(book: Statement) -> Owed:
    """Return what the guests would owe without comps and discounts, and without a service charge if there are any."""
    is_reduced = any(row.kind != AdjustmentKind.SERVICE for row in book.adjustments)
    return owed(book.orders, AS_ORDERED) if is_reduced else book.owed


def net_of(amounts: Owed, lines: Iterable[int]) -> Decimal:
    """Return what some lines cost without tax."""
    return sum((amounts.lines[line] - total_of(amounts.line_taxes[line]) for line in lines), ZERO)


def tax_sums(amounts: Owed, lines: Iterable[int]) -> dict[Names, TaxSum]:
    """Return net and tax of some lines by component of the tax."""
    found: dict[Names, TaxSum] = {}
    for line in lines:
        net = amounts.lines[line] - sum((part.amount for part in amounts.line_taxes[line]), ZERO)
        for part in amounts.line_taxes[line]:
            names = _names(part)
            found[names] = found.get(names, TaxSum()) + TaxSum(net, part.amount)
    return found


def refund_figures(book: Statement, refund: Refund, amount: Decimal) -> Figures:
    """Return what a refund changes, where `amount` of it takes off the sale.

    Its tax was fixed when it was made; the net amount of each component is in proportion to the bill.
    """
    if not amount:
        return NOTHING
    rounding, whole = book.restaurant.rounding, tax_sums(book.owed, book.owed.lines)
    total, units = units_of(book.total, rounding), units_of(amount, rounding)
    taxes = {}
    for each in refund.taxes:
        names = each["name"], each["percent"]
        part = rounding.units(units_of(Decimal(each["amount"]), rounding) * units, units_of(refund.of_sale, rounding))
        net = rounding.units(units_of(whole.get(names, TaxSum()).net, rounding) * units, total)
        taxes[names] = TaxSum(-rounding.amount(net), -rounding.amount(part))
    tax = -sum((each.tax for each in taxes.values()), ZERO)
    return Figures(refunds=amount - tax, tax=-tax, refunded=amount, taxes=taxes)


def _refunds(book: Statement) -> list[tuple[Refund, Decimal]]:
    amounts = sale_taken_back(book)
    return [(refund, amounts[refund.pk]) for refund in book.refunds]


def _names(part: Tax) -> Names:
    return part.name, short(part.percent)


def _merged(several: Sequence[Mapping[Names, TaxSum]]) -> dict[Names, TaxSum]:
    found: dict[Names, TaxSum] = {}
    for taxes in several:
        for names, each in taxes.items():
            found[names] = found.get(names, TaxSum()) + each
    return {names: each for names, each in found.items() if each.net or each.tax}

"""The dishes on the bill's page, by seat."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bistro.core.kernel.money import ZERO, display
from orders.allergies import choice_names
from orders.billing.selectors import removed_lines
from orders.billing.statements import Statement
from orders.models import OrderLine


@dataclass(frozen=True, slots=True)
class PageLine:
    """A dish on the page. `was` is its price before a comp or discount, "" without one."""

    id: int
    quantity: int
    name: str
    details: str
    amount: str
    was: str
    voided: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The dishes of a seat; seat None has those without one."""

    seat: int | None
    lines: list[PageLine]


def groups_of(statement: Statement) -> list[Group]:
    """Return the dishes of a bill by seat, also those that were voided."""
    by_seat: dict[int | None, list[PageLine]] = {}
    for line in statement.lines:
        by_seat.setdefault(line.seat, []).append(_page_line(line, statement))
    for line in removed_lines(statement.orders):
        by_seat.setdefault(line.seat, []).append(_page_line(line, statement, voided=True))
    return [Group(seat, by_seat[seat]) for seat in sorted(by_seat, key=lambda seat: (seat is None, seat or 0))]


def _page_line(line: OrderLine, statement: Statement, *, voided: bool = False) -> PageLine:
    show = shower(statement)
    amount = ZERO if voided else statement.owed.lines[line.pk]
    tax = sum((part.amount for part in statement.owed.line_taxes.get(line.pk, ())), ZERO)
    added = tax if statement.restaurant.tax_mode == "added" else ZERO
    return PageLine(
        id=line.pk,
        quantity=line.quantity,
        name=line.name,
        details=", ".join(choice_names(line)),
        amount=show(amount),
        was=show(line.total) if not voided and amount - added < line.total else "",
        voided=voided,
    )


def shower(statement: Statement) -> Callable[[Decimal], str]:
    """Return the function that formats amounts of a bill for its page."""
    money = {"currency": statement.restaurant.currency, "locale": statement.restaurant.locale}
    return lambda amount: display(amount, **money)

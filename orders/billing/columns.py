"""The shares of a bill as columns: the dishes of each by seat, its total, and what was paid for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from bistro.core.kernel.money import ZERO, Rounding, units_of
from orders.billing.page_lines import Group, PageLine, shower
from orders.billing.splitting import BY_DISHES, Parts, claims_now, divide_by
from orders.billing.statements import ShareState, Statement, counted, part_of, seats_of
from orders.billing.transitions import Method, ShareKind


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A dish in a column. `part` is what the share has of it, such as 1/2, "" for all of it."""

    line: PageLine
    part: str
    amount: str


@dataclass(slots=True)
class ColumnSeat:
    """The dishes of a seat in a column with their sum; seat None has those without one."""

    seat: int | None
    lines: list[ColumnLine] = field(default_factory=list)
    sum: Decimal = ZERO
    amount: str = ""

    @property
    def ids(self) -> str:
        """Return the ids of the lines, to tick all of them at once."""
        return ",".join(str(each.line.id) for each in self.lines)


@dataclass(frozen=True, slots=True)
class Column:
    """A share as a column. `other` is what its total has besides dishes, `takes_dishes` whether they can be moved."""

    id: int
    label: str
    seats: str
    total: str
    other: str
    seat_groups: list[ColumnSeat]
    payments: list[str]
    is_paid: bool
    is_part_paid: bool
    takes_dishes: bool
    is_chosen: bool


def claims_of(statement: Statement) -> dict[int, Parts]:
    """Return the parts of dishes that each share pays now, {share id: parts}."""
    kept = [order for order in statement.orders if order.is_kept]
    return claims_now([part_of(state.share) for state in statement.shares], seats_of(kept))


def takes_dishes(state: ShareState) -> bool:
    """Return whether a share is for dishes and has no payment."""
    return state.share.kind in BY_DISHES and not state.share.is_locked


def can_move(statement: Statement) -> bool:
    """Return whether dishes can be moved: the new shares would replace equal parts and shares of an amount."""
    return all(state.share.is_locked or takes_dishes(state) for state in statement.shares)


def shown_shares(statement: Statement) -> list[ShareState]:
    """Return the shares without a rest that has nothing."""
    return [
        state
        for state in statement.shares
        if state.share.kind != ShareKind.REST or state.share.is_locked or state.total > ZERO
    ]


def columns_of(statement: Statement, groups: Sequence[Group], chosen: ShareState | None) -> list[Column]:
    """Return the shares as columns if any of them is for dishes, else nothing."""
    claims = claims_of(statement)
    if not any(claims.values()):
        return []
    lines = {line.id: line for group in groups for line in group.lines}
    amounts = _amounts(statement, claims)
    return [
        _column(state, _seats_of(state, claims.get(state.share.pk, {}), lines, amounts, statement), chosen, statement)
        for state in shown_shares(statement)
    ]


def _amounts(statement: Statement, claims: Mapping[int, Parts]) -> dict[tuple[int, int], Decimal]:
    """Return the amount of each line in each share, {(share, line): amount}.

    With what no share has of a line they add up to its amount.
    """
    holders: dict[int, list[tuple[int, Fraction]]] = {}
    for share, parts in claims.items():
        for line, part in parts.items():
            holders.setdefault(line, []).append((share, part))
    rounding = statement.restaurant.rounding
    found = {}
    for line, parts_of_line in holders.items():
        held = [part for _share, part in parts_of_line]
        *amounts, _left = divide_by(units_of(statement.owed.lines[line], rounding), [*held, 1 - sum(held, Fraction(0))])
        for (share, _part), units in zip(parts_of_line, amounts, strict=True):
            found[share, line] = Rounding(rounding.digits).amount(units)
    return found


def _seats_of(
    state: ShareState,
    parts: Parts,
    lines: Mapping[int, PageLine],
    amounts: Mapping[tuple[int, int], Decimal],
    statement: Statement,
) -> list[ColumnSeat]:
    """Return the dishes of a share by seat, with their sums."""
    show = shower(statement)
    groups: dict[int | None, ColumnSeat] = {}
    for line in statement.lines:
        if part := parts.get(line.pk):
            amount = amounts[state.share.pk, line.pk]
            group = groups.setdefault(line.seat, ColumnSeat(line.seat))
            group.lines.append(ColumnLine(lines[line.pk], "" if part == 1 else str(part), show(amount)))
            group.sum += amount
    for group in groups.values():
        group.amount = show(group.sum)
    return [groups[seat] for seat in sorted(groups, key=lambda seat: (seat is None, seat or 0))]


def _column(state: ShareState, seats: list[ColumnSeat], chosen: ShareState | None, statement: Statement) -> Column:
    show = shower(statement)
    other = state.total - sum((group.sum for group in seats), ZERO)
    numbers = [str(group.seat) for group in seats if group.seat is not None]
    return Column(
        id=state.share.pk,
        label=state.share.words,
        seats=_seat_words(numbers) if state.share.kind != ShareKind.SEAT else "",
        total=show(state.total),
        other=show(other) if other and seats else "",
        seat_groups=seats,
        payments=_payments(state, statement),
        is_paid=state.paid > 0 and not state.due,
        is_part_paid=state.paid > 0 and state.due > 0,
        takes_dishes=can_move(statement) and takes_dishes(state),
        is_chosen=state is chosen,
    )


def _seat_words(numbers: Sequence[str]) -> str:
    words = ngettext("seat %(seats)s", "seats %(seats)s", len(numbers)) % {"seats": ", ".join(numbers)}
    return words if numbers else ""


def _payments(state: ShareState, statement: Statement) -> list[str]:
    """Return the payments of a share: method, amount and time."""
    show = shower(statement)
    return [
        f"{Method(each.method).label} {show(each.amount)} · {date_format(timezone.localtime(each.taken_at), 'H:i')}"
        for each in counted(statement.payments)
        if each.share_id == state.share.pk
    ]

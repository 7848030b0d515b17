"""The choices of a guest who pays: everything, a share, an equal part, or chosen dishes; and the tip."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, units_of
from bistro.core.kernel.numbers import whole_number
from orders.billing.statements import Statement

MOST_DISHES = 200
MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """The part of a bill that a guest pays, as the address of the pages carries it."""

    kind: str
    number: int = 0  # the id of a share, or how many equal parts there are
    dishes: tuple[int, ...] = ()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return the fields of a form that carry the choice."""
        given = [("for", self.kind)]
        if self.number:
            given.append(("number", str(self.number)))
        return given + [("line", str(line)) for line in self.dishes]

    @property
    def query(self) -> str:
        return urlencode(self.fields)

    def amount(self, statement: Statement) -> Decimal:
        """Return what the choice costs now, never more than is due. Raises LostRace (`bill_changed`) if it is gone."""
        if self.kind == "all":
            return statement.due
        if self.kind == "share":
            share = statement.share(self.number)
            if share is None:
                raise LostRace(_("The bill has changed. Look at it again."), code="bill_changed")
            return min(share.due, statement.due)
        if self.kind == "part":
            rounding = statement.restaurant.rounding
            units = -(-units_of(max(statement.total - statement.deposit, ZERO), rounding) // self.number)
            return min(rounding.amount(units), statement.due)
        return min(statement.amount_of(self._free(statement)), statement.due)

    def _free(self, statement: Statement) -> Mapping[int, Fraction]:
        known = set(statement.owed.with_service)
        free = statement.free_parts(line for line in self.dishes if line in known)
        if len(free) < len(self.dishes):
            raise LostRace(_("Somebody else pays for one of these dishes."), code="dish_taken")
        return free


def choice_in(data: QueryDict) -> Choice:
    """Return the choice of an address or a form. Raises InvalidInput."""
    kind, number = data.get("for", ""), whole_number(data.get("number", ""), least=1) or 0
    if kind == "all":
        return Choice("all")
    if kind == "share" and number:
        return Choice("share", number)
    if kind == "part" and 2 <= number <= MOST_PARTS:
        return Choice("part", number)
    lines = {line for each in data.getlist("line")[:MOST_DISHES] if (line := whole_number(each, least=1))}
    if kind == "dishes" and lines:
        return Choice("dishes", dishes=tuple(sorted(lines)))
    message = _("Choose your dishes first.") if kind == "dishes" else _("Choose what you pay.")
    raise InvalidInput(message, code="nothing_chosen")


def has_only_guests_shares(statement: Statement) -> bool:
    """Return whether guests may choose dishes: staff have not split the bill."""
    return all(state.share.by_guest for state in statement.shares)


def may_take(amount: Decimal) -> None:
    """Refuse a choice that costs nothing. Raises LostRace (`nothing_due`)."""
    if amount <= ZERO:
        raise LostRace(_("Nothing is due."), code="nothing_due")

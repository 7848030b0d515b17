"""Prices of orders: pure functions over a compiled menu, without queries and writes.

Rule (ADR 0028): unit price = item + modifiers; line total = unit price × quantity; `orders.tax` computes the tax of the
whole order and each line's part of it; added tax is part of the order's total.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel import money
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.kernel.refusals import Refusals
from menu.compiled import CompiledGroup, CompiledItem, CompiledMenu, CompiledModifier
from menu.taxes import Components
from orders.allergies import own_allergies, without_allergies
from orders.order_commands import LineRequest
from orders.tax import Tax, Taxed, compute, total_of

LARGEST_TOTAL = Decimal("999999999999")  # what the column holds, with three decimals also on SQLite


@dataclass(slots=True)
class PricedLine:
    """A line with the prices that are copied onto its row."""

    item: CompiledItem
    request: LineRequest
    modifiers: tuple[CompiledModifier, ...]
    allergies: tuple[str, ...]  # the line's own
    unit_price: Decimal
    total: Decimal
    components: Components
    list_price: Decimal | None = None  # the menu's unit price, if another was typed
    approved_by: str = ""
    taxes: tuple[Tax, ...] = ()  # its part of the order's tax, set when all lines are priced

    @property
    def name(self) -> str:
        """The name that was sold: that of the dish, or the typed one of an open item."""
        return self.request.name or self.item.name

    @property
    def tax(self) -> Decimal:
        """The sum of the line's parts of the order's taxes."""
        return total_of(self.taxes)

    def modifier_copies(self, currency: str) -> list[dict[str, Any]]:
        """Return the modifiers as `OrderLine.modifiers` stores them."""
        return [choice_copy(modifier, currency) for modifier in self.modifiers]


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """The lines of an order and their sums."""

    lines: tuple[PricedLine, ...]
    taxed: Taxed
    menu: CompiledMenu

    @property
    def total(self) -> Decimal:
        """The amount that the guest pays."""
        return self.taxed.total

    @property
    def tax(self) -> Decimal:
        """The sum of the order's taxes."""
        return self.taxed.tax

    def copies(self) -> dict[str, Any]:
        """Return the columns of Order that keep the amounts and how they were counted."""
        return {
            "currency": self.menu.currency,
            "tax_mode": self.menu.tax_mode,
            "rounding_level": self.menu.rounding.level,
            "rounding_mode": self.menu.rounding.mode,
            "total": self.total,
            "tax": self.tax,
            "taxes": [tax.json(self.menu.currency) for tax in self.taxed.taxes],
        }

    def portions(self) -> Counter[int]:
        """Return {item id: portions} of the counted items."""
        counts: Counter[int] = Counter()
        for line in self.lines:
            if line.item.counted:
                counts[line.item.id] += line.request.quantity
        return counts


def choice_copy(modifier: CompiledModifier, currency: str) -> dict[str, Any]:
    """Return a choice as `OrderLine.modifiers` stores it. `group` is its group when it was sold."""
    return {
        "id": modifier.id,
        "group": modifier.group_id,
        "name": modifier.name,
        "price": money.text(modifier.price, currency),
        "stated": modifier.stated,
    }


def price_order(
    menu: CompiledMenu, requests: Sequence[LineRequest], *, kind: str, day: date, place: int = 0
) -> PricedOrder:
    """Price every line for a kind of order and a business day. `place` is the place of the first line in the request.

    Raises InvalidInput whose `fields` name all bad lines.
    """
    if not requests:
        raise no_lines()
    refusals, lines = Refusals(), []
    for number, request in enumerate(requests, start=place):
        with refusals:
            lines.append(_price_line(menu, number, request, kind, day))
    refusals.raise_any()
    taxed = compute([(line.total, line.components) for line in lines], menu.tax_mode, menu.rounding)
    if taxed.total > LARGEST_TOTAL:
        raise order_too_large()
    for line, taxes in zip(lines, taxed.lines, strict=True):
        line.taxes = taxes
    return PricedOrder(tuple(lines), taxed, menu)


def _price_line(menu: CompiledMenu, place: int, request: LineRequest, kind: str, day: date) -> PricedLine:
    refusals = Refusals()
    modifiers: tuple[CompiledModifier, ...] = ()
    allergies: tuple[str, ...] = ()
    with refusals:
        item = _find_item(menu, place, request.item)
        modifiers = _choose(item, place, without_allergies(menu.allergens, item, request.modifiers or ()))
    with refusals:
        allergies = own_allergies(menu.allergens, place, request, modifiers)
    refusals.raise_any()
    unit_price = item.price + sum((modifier.price for modifier in modifiers), money.ZERO)
    list_price = None
    if request.price is not None or item.open_price or request.name:
        _check_typed(menu, place, item, request)
    if request.price is not None:
        unit_price, list_price = request.price, None if item.open_price else unit_price
    if unit_price < 0:
        raise negative_price(place)
    total = unit_price * request.quantity
    taxes = item.taxes_for(kind, day)
    return PricedLine(item, request, modifiers, allergies, unit_price, total, taxes, list_price)


def _check_typed(menu: CompiledMenu, place: int, item: CompiledItem, request: LineRequest) -> None:
    """Refuse a typed name or price that does not fit the dish, and a price without a reason. Raises InvalidInput."""
    refusals = Refusals()
    with refusals:
        if request.name and not item.open_price:
            raise _refused_price(place, "name", "validation_error", gettext("Only an open item has a typed name."))
    with refusals:
        if request.price is None and item.open_price:
            message = gettext("Type a price for %(name)s.") % {"name": request.name or item.name}
            raise _refused_price(place, "price", "price_required", message)
        if request.price is not None and not money.fits(request.price, menu.currency):
            message = gettext("%(currency)s has no such amount.") % {"currency": menu.currency}
            raise _refused_price(place, "price", "validation_error", message)
    with refusals:
        if request.price is not None and not request.price_reason:
            message = gettext("Give a reason for the price.")
            raise _refused_price(place, "price_reason", "reason_required", message)
    refusals.raise_any()


def _refused_price(place: int, field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=code, fields={f"lines.{place}.{field}": [message]})


def _find_item(menu: CompiledMenu, place: int, wanted: int | str) -> CompiledItem:
    item = menu.by_id.get(wanted) if isinstance(wanted, int) else menu.by_name.get(name_key(wanted))
    if item is None:
        message = gettext("“%(wanted)s” is not on the menu.") % {"wanted": wanted}
        raise InvalidInput(message, code="unknown_item", fields={f"lines.{place}.item": [message]})
    return item


def _choose(item: CompiledItem, place: int, wanted: Sequence[int | str]) -> tuple[CompiledModifier, ...]:
    """Return the chosen modifiers and the defaults of required groups. Raises InvalidInput for all bad choices."""
    chosen = _find_modifiers(item, place, wanted) if wanted else []
    refusals = Refusals()
    for group in item.groups:
        picked = [modifier for modifier in chosen if modifier.group_id == group.id]
        if group.min <= len(picked) <= group.max:
            continue
        with refusals:
            if len(picked) > group.max:
                message = gettext("Choose at most %(max)s of %(group)s for %(item)s.") % {
                    "max": group.max,
                    "group": group.name,
                    "item": item.name,
                }
                raise refused_choice(place, "too_many_modifiers", message)
            chosen += _defaults(item, group, picked, place)
    refusals.raise_any()
    return tuple(chosen)


def _find_modifiers(item: CompiledItem, place: int, wanted: Sequence[int | str]) -> list[CompiledModifier]:
    """Return the modifiers that a line names. Raises InvalidInput for all unknown, repeated and unavailable ones."""
    refusals, chosen = Refusals(), list[CompiledModifier]()
    for choice in wanted:
        with refusals:
            modifier = _find_modifier(item, place, choice)
            if modifier in chosen:
                raise refused_choice(
                    place, "modifier_twice", gettext("“%(modifier)s” is listed twice.") % {"modifier": modifier.name}
                )
            chosen.append(modifier)
    refusals.raise_any()
    return chosen


def _find_modifier(item: CompiledItem, place: int, wanted: int | str) -> CompiledModifier:
    modifier = match_modifier(item, wanted)
    if modifier is None:
        raise refused_choice(
            place,
            "unknown_modifier",
            gettext("%(item)s has no choice “%(wanted)s”.") % {"item": item.name, "wanted": wanted},
        )
    refuse_off(modifier, place)
    return modifier


def match_modifier(item: CompiledItem, wanted: int | str) -> CompiledModifier | None:
    """Return the choice of a dish with this id or name, also one that is off."""
    key = None if isinstance(wanted, int) else name_key(wanted)
    return next((each for each in item.modifiers() if each.id == wanted or each.name_key == key), None)


def refuse_off(modifier: CompiledModifier, place: int) -> None:
    """Raise InvalidInput for a choice that is off (86)."""
    if modifier.off:
        raise refused_choice(
            place, "modifier_off", gettext("“%(modifier)s” is not available now.") % {"modifier": modifier.name}
        )


def _defaults(
    item: CompiledItem, group: CompiledGroup, picked: list[CompiledModifier], place: int
) -> list[CompiledModifier]:
    missing = group.min - len(picked)
    defaults = [m for m in group.modifiers if m.is_default and not m.off and m not in picked][:missing]
    if len(defaults) < missing:
        raise refused_choice(
            place,
            "modifier_required",
            gettext("Choose %(min)s of %(group)s for %(item)s.")
            % {"min": group.min, "group": group.name, "item": item.name},
        )
    return defaults


def refused_choice(place: int, code: str, message: str) -> DomainError:
    """Return the refusal of the choices of line number `place`."""
    return InvalidInput(message, code=code, fields={f"lines.{place}.modifiers": [message]})


def negative_price(place: int) -> DomainError:
    """Return the refusal of choices that cost less than nothing together with their dish."""
    return InvalidInput(
        gettext("These choices make the price negative."), fields={f"lines.{place}.modifiers": [gettext("Below zero.")]}
    )


def no_lines() -> DomainError:
    """Return the refusal of an order without lines."""
    return InvalidInput(
        gettext("An order needs at least one line."), fields={"lines": [gettext("Add at least one item.")]}
    )


def order_too_large() -> DomainError:
    """Return the refusal of a total above LARGEST_TOTAL."""
    return InvalidInput(gettext("This order is larger than the system can bill."), code="order_too_large")

"""Prices of orders: pure functions over a compiled menu, without queries and writes.

Rule (ADR 0022): unit price = item + modifiers; line total = unit price × quantity; the line's tax is rounded half
up to the cent and stored; the order's tax is the sum of the lines' taxes; added tax is part of the order's total.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bistro.core.kernel import money
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.models import Restaurant
from menu.compiled import CompiledGroup, CompiledItem, CompiledMenu, CompiledModifier
from orders.models import OrderLine
from orders.order_commands import LineRequest

LARGEST_TOTAL = Decimal("999999999999")  # what the column holds, with three decimals also on SQLite


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with the prices that are copied onto its row."""

    item: CompiledItem
    request: LineRequest
    modifiers: tuple[CompiledModifier, ...]
    unit_price: Decimal
    total: Decimal
    tax: Decimal

    def modifier_copies(self, currency: str) -> list[dict[str, Any]]:
        """Return the modifiers as `OrderLine.modifiers` stores them."""
        return [
            {"id": m.id, "name": m.name, "price": money.text(m.price, currency), "allergen": m.allergen}
            for m in self.modifiers
        ]


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """The lines of an order and their sums."""

    lines: tuple[PricedLine, ...]
    total: Decimal
    tax: Decimal
    currency: str
    tax_mode: str

    def portions(self) -> Counter[int]:
        """Return {item id: portions} of the counted items."""
        counts: Counter[int] = Counter()
        for line in self.lines:
            if line.item.counted:
                counts[line.item.id] += line.request.quantity
        return counts


def price_order(menu: CompiledMenu, requests: Sequence[LineRequest]) -> PricedOrder:
    """Price every line. Raises InvalidInput whose `fields` name the first bad line."""
    if not requests:
        raise InvalidInput("An order needs at least one line.", fields={"lines": ["Add at least one item."]})
    lines = tuple(_price_line(menu, place, request) for place, request in enumerate(requests))
    total, tax = add_up(lines, menu.tax_mode)
    if total > LARGEST_TOTAL:
        raise InvalidInput("This order is larger than the system can bill.", code="order_too_large")
    return PricedOrder(lines, total, tax, menu.currency, menu.tax_mode)


def add_up(lines: Iterable[PricedLine | OrderLine], tax_mode: str) -> tuple[Decimal, Decimal]:
    """Return the (total, tax) of an order with these lines. With added tax, the total includes it."""
    net = tax = money.ZERO
    for line in lines:
        net, tax = net + line.total, tax + line.tax
    return (net + tax if tax_mode == Restaurant.TaxMode.ADDED else net), tax


def _price_line(menu: CompiledMenu, place: int, request: LineRequest) -> PricedLine:
    item = _find_item(menu, place, request.item)
    modifiers = _choose(item, place, request.modifiers)
    unit_price = item.price + sum((modifier.price for modifier in modifiers), money.ZERO)
    if unit_price < 0:
        raise InvalidInput(
            "These choices make the price negative.", fields={f"lines.{place}.modifiers": ["Below zero."]}
        )
    total = unit_price * request.quantity
    inclusive = menu.tax_mode == Restaurant.TaxMode.INCLUSIVE
    tax = (money.tax_inside if inclusive else money.tax_on_top)(total, item.tax_percent)
    return PricedLine(item, request, modifiers, unit_price, total, tax)


def _find_item(menu: CompiledMenu, place: int, wanted: int | str) -> CompiledItem:
    item = menu.by_id.get(wanted) if isinstance(wanted, int) else menu.by_name.get(name_key(wanted))
    if item is None:
        message = f"“{wanted}” is not on the menu."
        raise InvalidInput(message, code="unknown_item", fields={f"lines.{place}.item": [message]})
    return item


def _choose(item: CompiledItem, place: int, wanted: Sequence[int | str]) -> tuple[CompiledModifier, ...]:
    """Return the chosen modifiers and the defaults of required groups. Raises InvalidInput beyond min or max."""
    chosen: list[CompiledModifier] = []
    for choice in wanted:
        modifier = _find_modifier(item, place, choice)
        if modifier in chosen:
            raise _refused(place, "modifier_twice", f"“{modifier.name}” is listed twice.")
        chosen.append(modifier)
    for group in item.groups:
        picked = [modifier for modifier in chosen if modifier.group_id == group.id]
        if len(picked) > group.max:
            raise _refused(place, "too_many_modifiers", f"Choose at most {group.max} of {group.name}.")
        if len(picked) < group.min:
            chosen += _defaults(group, picked, place)
    return tuple(chosen)


def _find_modifier(item: CompiledItem, place: int, wanted: int | str) -> CompiledModifier:
    key = None if isinstance(wanted, int) else name_key(wanted)
    for modifier in item.modifiers():
        if modifier.id == wanted or modifier.name_key == key:
            if modifier.off:
                raise _refused(place, "modifier_off", f"“{modifier.name}” is not available now.")
            return modifier
    raise _refused(place, "unknown_modifier", f"{item.name} has no choice “{wanted}”.")


def _defaults(group: CompiledGroup, picked: list[CompiledModifier], place: int) -> list[CompiledModifier]:
    missing = group.min - len(picked)
    defaults = [m for m in group.modifiers if m.is_default and not m.off and m not in picked][:missing]
    if len(defaults) < missing:
        raise _refused(place, "modifier_required", f"Choose {group.min} of {group.name}.")
    return defaults


def _refused(place: int, code: str, message: str) -> DomainError:
    return InvalidInput(message, code=code, fields={f"lines.{place}.modifiers": [message]})

"""The lines of an edited order: from its rows, a request and the compiled menu, without queries and writes.

Rule (ADR 0034): a line that keeps its id and its dish keeps name, unit price, tax components and choices as they were
sold, whatever became of them on the menu. What is added (more of a dish, new choices, other dishes) is sold at today's
price, and only if it is sold today.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.names import name_key
from bistro.core.kernel.refusals import Refusals
from bistro.core.speed.bulk_insert import new_row
from menu.allergens import declared_by
from menu.compiled import CompiledGroup, CompiledItem, CompiledMenu, CompiledModifier
from orders.allergies import effective_allergies, own_allergies
from orders.models import Order, OrderLine
from orders.order_commands import MAX_LINES, LineRequest
from orders.pricing import (
    choice_copy,
    match_modifier,
    negative_price,
    no_lines,
    price_order,
    refuse_off,
    refused_choice,
)
from orders.services.line_rows import line_rows
from tables.declarations import Declared, each_once

COPIED = (
    "item_id",
    "position",
    "name",
    "quantity",
    "unit_price",
    "total",
    "tax",
    "taxes",
    "modifiers",
    "stated",
    "own_allergies",
    "allergies",
    "prep_minutes",
    "list_price",
    "price_reason",
    "approved_by",
    "note",
    "seat",
    "course",
)

_WISHES = ("note", "seat", "course", "own_allergies")

Choice = dict[str, Any]  # an entry of OrderLine.modifiers
Choices = dict[int, Choice]  # by id


@dataclass(frozen=True, slots=True)
class AmendedLine:
    """A line of an edited order.

    `place` is its place in the request, `old` the row that it changes, or None for a new line. `new` is an unsaved row
    with the line's facts. `more_of` is the row of which a new line is more.
    """

    place: int
    old: OrderLine | None
    new: OrderLine
    more_of: OrderLine | None = None

    def take_over(self) -> OrderLine:
        """Copy the facts onto the row that they change, and return the row to save."""
        if self.old is None:
            return self.new
        for name in COPIED:
            setattr(self.old, name, getattr(self.new, name))
        return self.old


@dataclass(frozen=True, slots=True)
class Today:
    """The facts that count for added food: the menu, the business day, and the allergies of the party."""

    menu: CompiledMenu
    day: date
    declared: Declared


@dataclass
class Amendment:
    """An edit in the making. `leaving` are the rows that no line of the request names."""

    order: Order
    today: Today
    leaving: list[OrderLine]

    def lines(self, place: int, request: LineRequest, old: OrderLine | None) -> Iterator[AmendedLine]:
        """Yield the line of a request and, for a higher quantity, the line of the difference."""
        if old is None or not is_same_dish(old, request.item, self.today.menu):
            new = self._sold_today(place, request)
            if old is not None and request.allergies is None:
                self._set_allergies(new, [*old.own_allergies, *new.own_allergies])
            yield AmendedLine(place, old, new)
            return
        kept = self._kept(place, request, old)
        yield AmendedLine(place, old, kept)
        if request.quantity > old.quantity:
            more = replace(request, quantity=request.quantity - old.quantity)
            yield self._leaving_twin(place, more, kept) or AmendedLine(place, None, self._more(place, more, kept), old)

    def _sold_today(self, place: int, request: LineRequest) -> OrderLine:
        """Return a row at today's price. Raises InvalidInput if the dish or a choice is not on the menu."""
        today = self.today
        priced = price_order(today.menu, [request], kind=self.order.kind, day=today.day, place=place)
        (row,) = line_rows(self.order, priced, today.declared)
        return row

    def _kept(self, place: int, request: LineRequest, old: OrderLine) -> OrderLine:
        """Return the row with what was sold, and with the quantity, choices and wishes of the request."""
        facts = {name: getattr(old, name) for name in COPIED}
        facts |= {"note": request.note, "seat": request.seat, "course": request.course or old.course}
        facts["quantity"] = min(request.quantity, old.quantity)
        refusals = Refusals()
        with refusals:
            facts["modifiers"] = self._choices(place, request, old)
        with refusals:
            facts["own_allergies"] = self._own_allergies(place, request, old, facts["modifiers"])
        refusals.raise_any()
        facts["unit_price"] = old.unit_price - _price(old.modifiers) + _price(facts["modifiers"])
        if facts["unit_price"] < 0:
            raise negative_price(place)
        facts["total"] = facts["unit_price"] * facts["quantity"]
        row = new_row(OrderLine, restaurant_id=self.order.restaurant_id, order=self.order, **facts)
        self._set_allergies(row, row.own_allergies)
        return row

    def _more(self, place: int, request: LineRequest, kept: OrderLine) -> OrderLine:
        """Return a new line with more of a kept one, with the same choices."""
        item = self.today.menu.by_id.get(kept.item_id)
        offered = {modifier.id for modifier in item.modifiers()} if item else set()
        choices = tuple(each["id"] if each["id"] in offered else each["name"] for each in kept.modifiers)
        wanted: int | str = kept.item_id if item else kept.name  # a refusal shows a name, not an id
        more = replace(request, item=wanted, modifiers=choices, allergies=None, course=kept.course)
        row = self._sold_today(place, more)
        self._set_allergies(row, kept.own_allergies)
        return row

    def _leaving_twin(self, place: int, request: LineRequest, kept: OrderLine) -> AmendedLine | None:
        """Keep a leaving line that is what the request adds. So the retry of an edit changes nothing."""
        for row in self.leaving:
            same = (row.item_id, row.quantity, _ids(row)) == (kept.item_id, request.quantity, _ids(kept))
            if same and all(getattr(row, name) == getattr(kept, name) for name in _WISHES):
                self.leaving.remove(row)
                as_it_is = replace(request, modifiers=None, allergies=None, quantity=row.quantity)
                return AmendedLine(place, row, self._kept(place, as_it_is, row))
        return None

    # --- allergies ------------------------------------------------------------------------------------------------
    def _own_allergies(self, place: int, request: LineRequest, old: OrderLine, choices: Sequence[Choice]) -> list[str]:
        """Return the allergies that a kept line declares itself: those that it had unless the request lists others."""
        menu = self.today.menu
        item, ids = menu.by_id.get(old.item_id), {each["id"] for each in choices}
        chosen = [modifier for modifier in item.modifiers() if modifier.id in ids] if item else []
        kept = [code for code in old.own_allergies if request.allergies is None or code in request.allergies]
        new = tuple(code for code in request.allergies or () if code not in kept)
        declared = own_allergies(menu.allergens, place, replace(request, allergies=new), chosen)
        return each_once([*kept, *declared])

    def _set_allergies(self, row: OrderLine, own: Sequence[str]) -> None:
        row.own_allergies = each_once(own)
        row.allergies = effective_allergies(row.own_allergies, self.today.declared, row.seat)

    # --- choices --------------------------------------------------------------------------------------------------
    def _choices(self, place: int, request: LineRequest, old: OrderLine) -> list[Choice]:
        """Return the choices of a kept line: those that it had as they were sold, new ones as they are today."""
        sold: Choices = {each["id"]: each for each in old.modifiers}
        if request.modifiers is None:
            return list(sold.values())
        item = self.today.menu.by_id.get(old.item_id)
        chosen: Choices = {}
        refusals = Refusals()
        for wanted in request.modifiers:
            with refusals:
                self._choose(place, wanted, old, item, chosen)
        refusals.raise_any()
        if chosen.keys() == sold.keys():
            return list(sold.values())
        for group in item.groups if item else ():
            with refusals:
                self._settle(place, group, chosen, sold)
        refusals.raise_any()
        return list(chosen.values())

    def _choose(
        self, place: int, wanted: int | str, old: OrderLine, item: CompiledItem | None, chosen: Choices
    ) -> None:
        """Add a choice by id or name; a name that only declares an allergy adds none. Raises InvalidInput."""
        sold: Choices = {each["id"]: each for each in old.modifiers}
        modifier = match_modifier(item, wanted) if item else None
        choice = _as_sold(sold, wanted)
        if choice is None and modifier is not None:
            choice = sold.get(modifier.id) or self._choice_today(place, modifier)  # renamed since, or new
        if choice is None:
            if isinstance(wanted, str) and declared_by(wanted, self.today.menu.allergens.words):
                return
            raise refused_choice(
                place,
                "unknown_modifier",
                gettext("%(old)s has no choice “%(wanted)s”.") % {"old": old.name, "wanted": wanted},
            )
        if choice["id"] in chosen:
            raise refused_choice(
                place, "modifier_twice", gettext("“%(modifier)s” is listed twice.") % {"modifier": choice["name"]}
            )
        chosen[choice["id"]] = choice

    def _choice_today(self, place: int, modifier: CompiledModifier) -> Choice:
        refuse_off(modifier, place)
        return choice_copy(modifier, self.order.currency)

    def _settle(self, place: int, group: CompiledGroup, chosen: Choices, sold: Choices) -> None:
        """Hold changed choices to the limits of a group, without asking more of the line than it was sold with.

        A required group that would lack a choice gets those back that were sold. Raises InvalidInput.
        """
        had, has = _of_group(sold, group), _of_group(chosen, group)
        if has.keys() - had.keys() and len(has) > group.max:
            raise refused_choice(
                place,
                "too_many_modifiers",
                gettext("Choose at most %(max)s of %(group)s.") % {"max": group.max, "group": group.name},
            )
        missing = max(0, min(group.min, len(had)) - len(has))
        left = [choice for pk, choice in had.items() if pk not in has]
        chosen.update({choice["id"]: choice for choice in left[:missing]})


def amend_lines(
    order: Order, requests: Sequence[LineRequest], today: Today
) -> tuple[list[AmendedLine], list[OrderLine]]:
    """Return the lines after an edit, in order, and the rows that leave the order.

    Raises InvalidInput whose `fields` name all bad lines.
    """
    if not requests:
        raise no_lines()
    rows = {line.pk: line for line in order.lines.all()}
    refusals, old, found = Refusals(), list[OrderLine | None](), list[AmendedLine]()
    for place, request in enumerate(requests):
        row = None
        with refusals:
            row = _named_row(rows, place, request.id)
        old.append(row)
    amendment = Amendment(order, today, leaving=list(rows.values()))
    for place, (request, row) in enumerate(zip(requests, old, strict=True)):
        with refusals:
            found += amendment.lines(place, request, row)
    refusals.raise_any()
    if len(found) > MAX_LINES:
        raise InvalidInput(
            gettext("An order has at most %(max_lines)s lines.") % {"max_lines": MAX_LINES},
            fields={"lines": [gettext("At most %(max_lines)s.") % {"max_lines": MAX_LINES}]},
        )
    for position, line in enumerate(found):
        line.new.position = position
    return found, amendment.leaving


def is_same_dish(line: OrderLine, wanted: int | str, menu: CompiledMenu) -> bool:
    """Return whether a request names the dish of a line: by id, by the name that was sold, or by today's name."""
    if isinstance(wanted, int):
        return wanted == line.item_id
    key = name_key(wanted)
    item = menu.by_name.get(key)
    return key == name_key(line.name) or (item is not None and item.id == line.item_id)


def _named_row(rows: dict[int, OrderLine], place: int, line_id: int | None) -> OrderLine | None:
    """Take the row of an id out of `rows`. Raises InvalidInput for an unknown id and for one that is listed twice."""
    if line_id is None:
        return None
    if line_id not in rows:
        message = gettext("Line %(line_id)s is not a line of this order, or is listed twice.") % {"line_id": line_id}
        raise InvalidInput(message, code="unknown_line", fields={f"lines.{place}.id": [message]})
    return rows.pop(line_id)


def _as_sold(sold: Choices, wanted: int | str) -> Choice | None:
    """Return the choice of a line that a request names by id or by the name that was sold."""
    if isinstance(wanted, int):
        return sold.get(wanted)
    key = name_key(wanted)
    return next((each for each in sold.values() if name_key(each["name"]) == key), None)


def _of_group(choices: Choices, group: CompiledGroup) -> Choices:
    return {pk: each for pk, each in choices.items() if each["group"] == group.id}


def _ids(line: OrderLine) -> set[int]:
    return {each["id"] for each in line.modifiers}


def _price(choices: Sequence[Choice]) -> Decimal:
    return sum((Decimal(each["price"]) for each in choices), ZERO)

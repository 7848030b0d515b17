"""Prices of a draft by the pricing of orders, with what stands against sending each line."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.order_kinds import OrderKind
from menu.compiled import CompiledMenu, MenuNow
from menu.selectors import Availability
from orders.order_commands import LineRequest
from orders.pricing import price_order


@dataclass(frozen=True, slots=True)
class Quote:
    """The prices of a draft. `problems` are sentences by key of a line; such lines are not part of `total`.

    `stations` are the names of the stations that get a ticket at once, `minutes` the time until the last dish of these
    would be ready. Courses that wait count for neither.
    """

    total: Decimal
    lines: Mapping[str, Decimal]
    problems: Mapping[str, str]
    stations: tuple[str, ...] = ()
    minutes: int | None = None


@dataclass(slots=True)
class Selling:
    """The menu as it is sold now: the compiled menu, and the dishes that are off or counted."""

    menu: MenuNow
    states: Mapping[int, Availability]
    at: datetime
    taken: dict[int, int] = field(default_factory=dict)  # portions of the lines that were looked at before

    def refusal(self, item_id: int, quantity: int) -> str:
        """Return why a dish cannot be sold now, or ""."""
        item, state = self.menu.menu.by_id[item_id], self.states.get(item_id)
        until = self.menu.pauses.of_item(item_id, item.category_id, self.at)
        if until is not None:
            when = until.astimezone(self.menu.menu.restaurant.tz)
            return gettext("%(dish)s is paused until %(time)s.") % {"dish": item.name, "time": f"{when:%H:%M}"}
        if state is not None and not state.available:
            return gettext("%(dish)s is sold out. Choose another dish.") % {"dish": item.name}
        self.taken[item_id] = self.taken.get(item_id, 0) + quantity
        if state is not None and state.portions_left is not None and self.taken[item_id] > state.portions_left:
            words = {"dish": item.name, "left": state.portions_left}
            return gettext("Only %(left)s %(dish)s left.") % words
        return ""


def line_request(line: Mapping[str, Any]) -> LineRequest:
    """Return the service's request for a line of a draft."""
    return LineRequest(
        item=line["item"],
        quantity=line["quantity"],
        modifiers=tuple(line.get("modifiers") or ()),
        allergies=tuple(line.get("allergies") or ()) or None,
        note=line.get("note") or "",
        seat=line.get("seat"),
        course=line.get("course"),
        name=line.get("name") or "",
        price=Decimal(line["price"]) if line.get("price") else None,
        price_reason=line.get("price_reason") or "",
    )


def quote(
    selling: Selling,
    lines: Sequence[Mapping[str, Any]],
    kind: str = OrderKind.DINE_IN,
    courses: Mapping[str, str] | None = None,
) -> Quote:
    """Price the lines of a draft. Lines that cannot be sent are left out and explained.

    `courses` is what the waiter said of each course.
    """
    menu = selling.menu.menu
    day = menu.restaurant.business_date(selling.at)
    good: list[tuple[str, LineRequest]] = []
    problems: dict[str, str] = {}
    for line in lines:
        request = line_request(line)
        try:
            price_order(menu, [request], kind=kind, day=day)
        except DomainError as error:
            problems[line["key"]] = error.message
            continue
        refusal = selling.refusal(line["item"], line["quantity"])
        if refusal:
            problems[line["key"]] = refusal
        else:
            good.append((line["key"], request))
    if not good:
        return Quote(ZERO, {}, problems)
    priced = price_order(menu, [request for _key, request in good], kind=kind, day=day)
    totals = {key: line.total for (key, _request), line in zip(good, priced.lines, strict=True)}
    requests = at_once([request for _key, request in good], held_courses(lines, courses or {}, menu), menu)
    minutes = hook(settings.ORDER_QUOTES)(selling.menu, selling.at)
    longest = max((minutes.get(request.item) or 0 for request in requests), default=0)
    return Quote(priced.total, totals, problems, stations_of(selling.menu, requests), longest or None)


def held_courses(lines: Iterable[Mapping[str, Any]], said: Mapping[str, str], menu: CompiledMenu) -> tuple[int, ...]:
    """Return the courses that wait: as the waiter said, else by the house's rule."""
    courses = sorted({_course(line.get("course"), line["item"], menu) for line in lines})
    later = menu.restaurant.hold_courses
    return tuple(
        course for course in courses if said.get(str(course), "hold" if later and course > courses[0] else "") == "hold"
    )


def at_once(requests: Iterable[LineRequest], held: Container[int], menu: CompiledMenu) -> list[LineRequest]:
    """Return the lines of the courses that do not wait."""
    return [request for request in requests if _course(request.course, request.item, menu) not in held]


def _course(said: int | None, item: int | str, menu: CompiledMenu) -> int:
    known = menu.by_id.get(item) if isinstance(item, int) else None
    return said or (known.course if known else 1)


def stations_of(menu: MenuNow, requests: Sequence[LineRequest]) -> tuple[str, ...]:
    """Return the names of the stations that lines go to."""
    dishes = [(request.item, [m for m in request.modifiers or () if isinstance(m, int)]) for request in requests]
    names: tuple[str, ...] = hook(settings.ORDER_STATIONS)(menu.menu, dishes)
    return names

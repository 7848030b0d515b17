"""The age marks of tickets: thresholds of a dish, of its station, or derived from the time that the dishes take."""

from collections.abc import Iterable
from dataclasses import dataclass

from bistro.core.models import Restaurant
from kitchen.models import Station, Ticket
from kitchen.schedule import until_all_made
from menu.compiled import CompiledMenu
from orders.models import OrderLine
from orders.transitions import LineStatus


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds after which a ticket is marked soon, and late."""

    soon: int
    late: int

    def age_of(self, seconds: float) -> str:
        """Return `new`, `soon` or `late`."""
        if seconds >= self.late:
            return "late"
        return "soon" if seconds >= self.soon else "new"


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of a ticket: its preparation time, and its own thresholds in minutes where it has any."""

    prep_minutes: int
    quantity: int = 1
    soon_minutes: int | None = None
    late_minutes: int | None = None


def limits_of(restaurant: Restaurant, station: Station, dishes: Iterable[Dish] = ()) -> Limits:
    """Return the thresholds of a ticket with these unfinished dishes. Soon never comes after late.

    A dish's own thresholds precede its station's. All dishes without either are late together: when an idle station
    would have finished them, which is the time quoted to the guest, and never before the restaurant's `late_seconds`.
    Of several thresholds the narrowest counts.
    """
    narrow: list[Limits] = []
    others: list[Dish] = []
    for dish in dishes:
        late = dish.late_minutes * 60 if dish.late_minutes else station.late_seconds
        if late:
            narrow.append(Limits(_own_soon(station, dish) or restaurant.soon_seconds, late))
        else:
            others.append(dish)
    if not narrow and not others and station.late_seconds:
        narrow.append(Limits(station.soon_seconds or restaurant.soon_seconds, station.late_seconds))
    elif others or not narrow:
        narrow.append(_derived(restaurant, station, others))
    late = min(limits.late for limits in narrow)
    return Limits(min(late, *(limits.soon for limits in narrow)), late)


def _derived(restaurant: Restaurant, station: Station, dishes: Iterable[Dish]) -> Limits:
    """Return the thresholds that follow from the time that an idle station takes for these dishes.

    Unless set, soon is as long before late as in the restaurant's own thresholds.
    """
    dishes, places = list(dishes), station.cooks * station.at_once
    quoted = until_all_made([(dish.prep_minutes * 60, dish.quantity) for dish in dishes], places)
    late = max(restaurant.late_seconds, round(quoted))
    own = [soon for dish in dishes if (soon := _own_soon(station, dish))]
    return Limits(min(own, default=late - restaurant.late_seconds + restaurant.soon_seconds), late)


def _own_soon(station: Station, dish: Dish) -> int | None:
    return dish.soon_minutes * 60 if dish.soon_minutes else station.soon_seconds


def limits_of_ticket(restaurant: Restaurant, ticket: Ticket, menu: CompiledMenu) -> Limits:
    """Return the thresholds of a ticket read `with_lines()`, by its unfinished dishes."""
    unfinished = [row.line for row in ticket.lines.all() if row.status != LineStatus.DONE]
    return limits_of(restaurant, ticket.station, [_dish(line, menu) for line in unfinished])


def _dish(line: OrderLine, menu: CompiledMenu) -> Dish:
    item = menu.by_id.get(line.item_id)  # None if the item was archived after the order
    if item is None:
        return Dish(line.prep_minutes, line.quantity)
    return Dish(line.prep_minutes, line.quantity, item.soon_minutes, item.late_minutes)

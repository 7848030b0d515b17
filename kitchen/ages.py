"""The age marks of tickets: thresholds of the restaurant, of a station, and of single dishes."""

from collections.abc import Iterable
from dataclasses import dataclass

from bistro.core.models import Restaurant
from kitchen.models import Station
from menu.compiled import CompiledMenu


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


def limits_of(restaurant: Restaurant, station: Station | None = None) -> Limits:
    """Return a station's own thresholds, else the restaurant's. Soon never comes after late."""
    late = (station.late_seconds if station else None) or restaurant.late_seconds
    soon = (station.soon_seconds if station else None) or restaurant.soon_seconds
    return Limits(min(soon, late), late)


def limits_of_ticket(base: Limits, item_ids: Iterable[int], menu: CompiledMenu) -> Limits:
    """Return the narrowest thresholds of a ticket's unfinished dishes.

    A dish's own thresholds precede its station's. A ticket without unfinished dishes keeps its station's.
    """
    own = [_limits_of_item(base, item_id, menu) for item_id in item_ids]
    if not own:
        return base
    late = min(limits.late for limits in own)
    return Limits(min(late, *(limits.soon for limits in own)), late)


def _limits_of_item(base: Limits, item_id: int, menu: CompiledMenu) -> Limits:
    item = menu.by_id.get(item_id)  # None if the item was archived after the order
    late = item.late_minutes * 60 if item and item.late_minutes else base.late
    soon = item.soon_minutes * 60 if item and item.soon_minutes else base.soon
    return Limits(min(soon, late), late)

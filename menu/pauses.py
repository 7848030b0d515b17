"""Checks of pauses while an order is placed, from memory and by the clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bistro.core.kernel.errors import Paused
from menu.models import Pause


@dataclass(frozen=True, slots=True)
class Pauses:
    """The ends of a restaurant's pauses, by item, category and for pads, as of one value of `MenuVersion.pauses`.

    An end may be in the past, so callers pass the current time.
    """

    stamp: int
    items: Mapping[int, datetime] = field(default_factory=dict)
    categories: Mapping[int, datetime] = field(default_factory=dict)
    pads: datetime | None = None

    def of_item(self, item_id: int, category_id: int, at: datetime) -> datetime | None:
        """Return the end of the pause of this item or of its category, whichever is later, or None."""
        if not self.items and not self.categories:
            return None
        ends = self.items.get(item_id), self.categories.get(category_id)
        return max((end for end in ends if end is not None and end > at), default=None)

    def of_pads(self, at: datetime) -> datetime | None:
        """Return the end of the pause of orders from pads, or None."""
        return self.pads if self.pads is not None and self.pads > at else None


def read_pauses(restaurant_id: int, stamp: int) -> Pauses:
    """Read the pauses of a restaurant that have not been ended, in one query."""
    rows = Pause.objects.of_restaurant(restaurant_id).open().order_by()
    items: dict[int, datetime] = {}
    categories: dict[int, datetime] = {}
    pads = None
    for item_id, category_id, until in rows.values_list("item_id", "category_id", "until"):
        if item_id is not None:
            items[item_id] = until
        elif category_id is not None:
            categories[category_id] = until
        else:
            pads = until
    return Pauses(stamp, items, categories, pads)


def paused_item(place: int, item_id: int, name: str, until: datetime, at: datetime, tz: ZoneInfo) -> Paused:
    """Return the refusal of line number `place` of an order. `retry_after` is in seconds."""
    message = gettext("%(name)s is paused until %(until)s. Choose another dish, or wait.") % {
        "name": name,
        "until": format(until.astimezone(tz), "%H:%M"),
    }
    fields = {f"lines.{place}.item": [message]}
    return Paused(message, retry_after=_wait(until, at), fields=fields, item=item_id, paused_until=until.isoformat())


def paused_pads(until: datetime, at: datetime, tz: ZoneInfo) -> Paused:
    """Return the refusal of an order from a pad. `retry_after` is in seconds."""
    message = gettext("Orders from pads are paused until %(until)s. Ask a waiter.") % {
        "until": format(until.astimezone(tz), "%H:%M")
    }
    return Paused(message, retry_after=_wait(until, at), paused_until=until.isoformat())


def _wait(until: datetime, at: datetime) -> int:
    return max(1, ceil((until - at).total_seconds()))

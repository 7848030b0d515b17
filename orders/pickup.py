"""The words about a take-away or counter order that every screen and slip shows beside the table's name."""

from datetime import tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from orders.models import Order


def pickup_facts(order: Order, tz: tzinfo) -> list[str]:
    """Return what staff must know about the pick-up, such as ["Ana", "pick-up 18:30"]. Empty for a dine-in order.

    The kind comes first where `order.place`, the heading, is a table.
    """
    kind = order.kind_word if order.table_id else ""
    return [fact for fact in (kind, order.name, _pickup_time(order, tz)) if fact]


def _pickup_time(order: Order, tz: tzinfo) -> str:
    """Return the time of the pick-up, with the day if it is not the day of the order."""
    if order.pickup_at is None:
        return ""
    at = order.pickup_at.astimezone(tz)
    same_day = at.date() == order.placed_at.astimezone(tz).date()
    day = "" if same_day else date_format(at, pgettext("a short day, as Django writes formats", "j M"))
    return gettext("pick-up %(time)s") % {"time": f"{day} {at:%H:%M}".strip()}

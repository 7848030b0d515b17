"""The dishes that a waiter orders most, learned from the orders of the last seven days."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from menu.compiled import MenuNow
from orders.models import OrderLine

WEEK = timedelta(days=7)
MOST = 24
KEPT_SECONDS = 600  # a week's favourites do not change within ten minutes, and the query reads a week's lines


def favourites(actor: Actor, menu: MenuNow) -> list[int]:
    """Return the ids of the waiter's favourites that are on the menu, most ordered first.

    Somebody without orders gets the dishes that the menu calls popular.
    """
    key = f"ordering:favourites:{actor.restaurant_id}:{actor.credential}"
    learned = cache.get_or_set(key, lambda: _learned(actor), KEPT_SECONDS) or []
    known = [item for item in learned if item in menu.menu.by_id]
    return known[:MOST] or [item.id for item in menu.menu.by_id.values() if item.popular][:MOST]


def _learned(actor: Actor) -> list[int]:
    """Return the most ordered dishes of the last week, in one query."""
    if not actor.is_staff:
        return []
    week = OrderLine.objects.visible_to(actor).filter(
        order__restaurant_id=actor.restaurant_id,
        order__placed_by_staff_id=actor.id,
        order__placed_at__gte=timezone.now() - WEEK,
        order__withdrawn_at=None,
    )
    most = week.order_by().values("item_id").annotate(sold=Sum("quantity")).order_by("-sold", "item_id")
    return [row["item_id"] for row in most[: 2 * MOST]]

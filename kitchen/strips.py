"""Strips that apps above the kitchen show on its boards, such as printers in trouble."""

from collections.abc import Iterable

from django.conf import settings

from bistro.core.kernel.hooks import hook
from bistro.core.models import Event


def changed_strips(restaurant_id: int, events: Iterable[Event]) -> str:
    """Return the HTML of the strips that these events changed; empty when they changed none."""
    return "".join(hook(path)(restaurant_id, events) for path in settings.WALL_STRIPS)

"""A till and a closing, for tests of other packages."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from bistro.core.kernel.actors import Actor
from orders.till.models import Closing
from orders.till.services import close_period, open_till


def till_and_closing(manager: Actor) -> tuple[int, int]:
    """Open a shared till and close the next day, from a year ago on; return the ids of both."""
    till, _replayed = open_till(opening_float=Decimal(100), shared=True, actor=manager)
    last = Closing.objects.of_restaurant(manager.restaurant_id).first()
    day = last.day if last else timezone.now().date() - timedelta(days=365)
    closing, _replayed = close_period(day=day + timedelta(days=1), actor=manager)
    return till.pk, closing.pk

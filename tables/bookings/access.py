"""Lookups of bookings for an actor. A row of another restaurant is a 404, like a missing row."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.models import Restaurant
from tables.bookings.models import Booking
from tables.models import Table


def own_restaurant(actor: Actor, name: str) -> Restaurant:
    """Return the actor's restaurant if an address names it by its uid or its id. Raises NotYours."""
    restaurant = restaurant_of(actor) if actor.restaurant_id is not None else None
    if restaurant is None or name not in (str(restaurant.pk), str(restaurant.uid)):
        raise NotYours(gettext("There is no such restaurant."), code="restaurant_not_found")
    return restaurant


def booking_for(actor: Actor, uid: str) -> Booking:
    """Return a booking by its uid. Raises NotYours if it is missing or not visible to the actor."""
    try:
        booking = Booking.objects.visible_to(actor).filter(uid=UUID(uid)).first()
    except ValueError:
        booking = None
    if booking is None:
        raise NotYours(gettext("There is no such booking."), code="reservation_not_found")
    return booking


def table_ids(actor: Actor, uids: Sequence[UUID]) -> list[int]:
    """Return the ids of tables by their uids, in their order. Raises NotYours."""
    rows = Table.objects.visible_to(actor).not_archived().filter(uid__in=uids).values_list("uid", "pk")
    known = dict(rows)
    if any(uid not in known for uid in uids):
        raise NotYours(gettext("There is no such table."), code="table_not_found")
    return [known[uid] for uid in dict.fromkeys(uids)]


def booking_of(actor: Actor, pk: int) -> Booking:
    """Return a booking by its id, for pages. Raises NotYours if it is missing or not visible to the actor."""
    booking = Booking.objects.visible_to(actor).filter(pk=pk).first() if pk < 2**63 else None
    if booking is None:
        raise NotYours(gettext("There is no such booking."), code="reservation_not_found")
    return booking

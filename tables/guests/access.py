"""Lookups of guest profiles for an actor. A row of another restaurant is a 404, like a missing row."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.numbers import LARGEST_KEY
from tables.guests.models import Guest

MOST_FOUND = 50


def guest_for(actor: Actor | None, pk: int) -> Guest:
    """Return a living profile. Raises NotYours if it is missing or not visible to the actor."""
    guest = Guest.objects.visible_to(actor).living().filter(pk=pk).first() if pk <= LARGEST_KEY else None
    if guest is None:
        raise NotYours(_("There is no such guest."), code="guest_not_found")
    return guest


def guests_found(actor: Actor, typed: str) -> list[Guest]:
    """Return at most 50 profiles that match what was typed; without any, the latest visitors."""
    rows = Guest.objects.visible_to(actor).living()
    if typed.strip():
        return list(rows.matching(typed)[:MOST_FOUND])
    return list(rows.order_by("-last_visit_at", "-pk")[:MOST_FOUND])

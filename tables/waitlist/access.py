"""Lookups of the waiting list. A row of another restaurant is a 404, like a missing row."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.numbers import LARGEST_KEY
from tables.waitlist.models import WaitlistEntry


def entry_for(actor: Actor | None, party_id: int) -> WaitlistEntry:
    """Return the entry of a party. Raises NotYours if it is missing or not visible to the actor."""
    rows = WaitlistEntry.objects.visible_to(actor).select_related("party")
    entry = rows.filter(party=party_id).first() if party_id <= LARGEST_KEY else None
    if entry is None:
        raise NotYours(_("There is no such party."), code="party_not_found")
    return entry


def entry_by_link(token: str) -> WaitlistEntry:
    """Return the entry of a link, also a closed one. Raises NotYours for an unknown link."""
    rows = WaitlistEntry.objects.filter(token=token[:40].replace("\x00", "")).select_related("party", "restaurant")
    entry = rows.first()
    if entry is None or len(token) > 40:
        raise NotYours(_("This link is not valid."), code="link_not_found")
    return entry

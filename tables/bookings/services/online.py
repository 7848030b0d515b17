"""Services of the page on which guests book, and of its link."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.availability import Room
from tables.bookings.bookers import Guest
from tables.bookings.hold_steps import drop_lapsed, keep_for_visitor, lock_book
from tables.bookings.models import Booking, BookingRules, OnlineHold, new_token
from tables.bookings.placing import Wish, nearest_times, require_offered
from tables.bookings.selectors import read_house
from tables.bookings.services.taking import Origin, take_booking
from tables.bookings.steps import choose_tables
from tables.bookings.transitions import Source

LINKS = {"page": "online_token", "calendar": "calendar_token"}


def keep_time(*, restaurant_id: int, wish: Wish, key: str) -> OnlineHold:
    """Keep a time for five minutes for a guest who types, in place of what the same page chose before.

    Locks: the book. Raises InvalidInput (size, times, `closed`, `not_online`, `not_offered`, `party_too_large`,
    `too_soon`, `too_far`), LostRace (`slot_full`, `table_taken`) with the nearest free times. The earlier choice stays
    then.
    """
    house = _house_for(wish, restaurant_id)
    with nearest_times(), UnitOfWork(Actor.system(restaurant_id, "guest")) as work:
        lock_book(work)
        placed = choose_tables(wish, house, work, visitor=key)
        return keep_for_visitor(key, wish, placed, work)


def book_online(*, restaurant_id: int, guest: Guest, wish: Wish, key: str, remembered: bool) -> Booking:
    """Book for a guest on the booking page. The same page books a time once for a contact, however often it is sent.

    Once more after a cancelling is a new booking.
    Raises what `keep_time` raises. A time that is no longer kept is booked if it is still free.
    """
    _house_for(wish, restaurant_id)
    contact = hashlib.sha256("|".join(guest.contacts).encode()).hexdigest()[:16]
    booking, _again = take_booking(
        guest=guest,
        wish=wish,
        actor=Actor.system(restaurant_id, "guest"),
        origin=Origin(Source.ONLINE, key, remembered, again_after_cancelling=True),
        once=Once(f"{key}:{wish.starts_at:%Y%m%d%H%M}:{wish.size}:{contact}", fingerprint=""),
    )
    return booking


def renew_link(*, which: str, actor: Actor) -> str:
    """Open a page of the house (`page`, `calendar`) under a new link, and return its token. The old link ends.

    Locks: restaurant. Raises NotPermitted.
    """
    token = new_token()
    _set_link(which, token, actor)
    return token


def end_link(*, which: str, actor: Actor) -> None:
    """Close a page of the house (`page`, `calendar`). Locks: restaurant. Raises NotPermitted."""
    _set_link(which, None, actor)


def drop_lapsed_holds(*, now: datetime) -> int:
    """Free the tables of guests who typed for too long, in all restaurants. Returns their number. A sweep."""
    lapsed = OnlineHold.objects.filter(until__lte=now).order_by().values_list("restaurant_id", flat=True).distinct()
    return in_each({restaurant: [restaurant] for restaurant in lapsed}, _drop)


def _drop(restaurant_id: int, _again: Sequence[int]) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "booking page")) as work:
        lock_book(work)
        return drop_lapsed(work)


def _house_for(wish: Wish, restaurant_id: int) -> Room:
    """Return the house. Raises InvalidInput for more guests than may book online, or a time that was not offered."""
    house = read_house(restaurant_by_id(restaurant_id))
    if wish.size > house.online.largest:
        message = gettext("Online at most %(most)s guests can book. Please call us.") % {"most": house.online.largest}
        raise InvalidInput(message, code="party_too_large", fields={"partySize": [message]})
    require_offered(wish.starts_at, house)
    return house


def _set_link(which: str, token: str | None, actor: Actor) -> None:
    """Store a token, and record that the link changed, without the secret."""
    actor.require(Permission.MANAGE)
    field = LINKS[which]
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        rules, _new = BookingRules.objects.get_or_create(restaurant_id=work.restaurant_id)
        before = "open" if getattr(rules, field) else "closed"
        setattr(rules, field, token)
        rules.save(update_fields=[field])
        changed = {field.removesuffix("_token"): (before, "renewed" if token else "closed")}
        work.record(ConfigurationChanged(row=rules, pk=rules.pk, changed=changed))

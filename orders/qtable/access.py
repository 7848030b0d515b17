"""Lookups of the calls of QTable, whose ids are uids. A row of another restaurant is a 404, like a missing row."""

from uuid import UUID

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.access import booking_for
from tables.models import Party, Table
from tables.waitlist.selectors import guests_of


def own_restaurant(actor: Actor, named: str) -> Restaurant:
    """Return the actor's restaurant, named by its uid or its number. Raises NotYours for any other one."""
    restaurant = restaurant_of(actor)
    if named.lower() not in (str(restaurant.uid), str(restaurant.pk)):
        raise NotYours(gettext("There is no such restaurant."), code="restaurant_not_found")
    return restaurant


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def table_uid(actor: Actor, text: str) -> UUID:
    """Return the uid of a table in use. Raises NotYours (`table_not_found`)."""
    uid = _uuid(text)
    if uid is None or not Table.objects.visible_to(actor).not_archived().filter(uid=uid).exists():
        raise no_table()
    return uid


def party_of_guest(actor: Actor, text: str) -> Party:
    """Return a party as the app's guest, by its uid. Raises NotYours (`guest_not_found`)."""
    uid = _uuid(text)
    party = guests_of(actor).filter(uid=uid).first() if uid is not None else None
    if party is None:
        raise no_guest()
    return party


def table_id_of(uid: UUID, work: UnitOfWork) -> int:
    """Return the id of a table in use. Raises NotYours (`table_not_found`)."""
    rows = Table.objects.of_restaurant(work.restaurant_id).not_archived().filter(uid=uid)
    pk = rows.values_list("pk", flat=True).first()
    if pk is None:
        raise no_table()
    return int(pk)


def party_id_of(uid: UUID, work: UnitOfWork) -> int:
    """Return the id of a party. Raises NotYours (`guest_not_found`)."""
    pk = guests_of(work.actor).filter(uid=uid).values_list("pk", flat=True).first()
    if pk is None:
        raise no_guest()
    return int(pk)


def booking_id_of(uid: UUID, work: UnitOfWork) -> int:
    """Return the id of a booking. Raises NotYours (`reservation_not_found`)."""
    return booking_for(work.actor, str(uid)).pk


def no_guest() -> NotYours:
    """Return the refusal of an unknown guest."""
    return NotYours(gettext("There is no such guest."), code="guest_not_found")


def no_table() -> NotYours:
    """Return the refusal of an unknown table."""
    return NotYours(gettext("There is no such table."), code="table_not_found")

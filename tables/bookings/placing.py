"""The choice of tables for a booking, with its refusals. The caller holds the lock of the book."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext

from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.availability import Full, Place, Room, alternatives
from tables.bookings.representations import instant
from tables.models import Table
from tables.stay_steps import require_in_service

MOST_GUESTS = 500
LONGEST = timedelta(hours=12)
FARTHEST = timedelta(days=1100)
JUST_NOW = timedelta(minutes=15)  # a booking that a host takes for guests who are at the door


@dataclass(frozen=True, slots=True)
class Wish:
    """The time, the size and the tables that a booking asks for. Without tables the server chooses.

    `insist` is a host who overrides opening hours, pacing and the number of seats, never a table that is held.
    `among` are the tables from which the server chooses, None is all.
    """

    starts_at: datetime
    size: int
    ends_at: datetime | None = None
    tables: Sequence[int] = ()
    online: bool = False
    insist: bool = False
    among: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The tables of a booking and the time until which it has them."""

    tables: list[Table]
    ends_at: datetime


def place(wish: Wish, room: Room, work: UnitOfWork, *, usual: Sequence[int] = ()) -> Placed:
    """Return the tables for a wish. `usual` are the tables that a booking has already, which it keeps if they are free.

    Raises InvalidInput (size, times, `closed`, `party_too_large`), LostRace (`table_taken`, `slot_full`), NotPermitted,
    NotYours.
    """
    require_guests(wish.size)
    ends = wish.ends_at or room.end_of(wish.starts_at, wish.size)
    _require_times(wish.starts_at, ends)
    if wish.online:
        _require_ahead(wish, room, work)
    if wish.insist:
        work.actor.require(Permission.OVERSEAT)
    if wish.tables:
        return Placed(_named(wish, ends, room, work), ends)
    found = _any(wish, ends, room, work, usual)
    return Placed(_rows(found.tables, work), ends)


def require_guests(size: int) -> None:
    """Refuse a number of guests that was surely typed wrong. Raises InvalidInput."""
    if not 1 <= size <= MOST_GUESTS:
        message = gettext("The number of guests must be between 1 and %(most_guests)s.") % {"most_guests": MOST_GUESTS}
        raise InvalidInput(message, fields={"partySize": [message]})


def require_near(starts: datetime, now: datetime) -> None:
    """Refuse a time that has passed or is years away, before anything computes with it. Raises InvalidInput."""
    if starts < now - JUST_NOW:
        message = gettext("This time has passed.")
        raise InvalidInput(message, code="time_passed", fields={"startsAt": [message]})
    if starts > now + FARTHEST:
        raise _too_far()


def require_offered(starts: datetime, room: Room) -> None:
    """Refuse a time that guests cannot choose themselves. Raises InvalidInput (`not_online`, `not_offered`)."""
    window = room.clock.window_of(starts)
    if window is not None and not window.stated:
        raise InvalidInput(gettext("No table can be booked online yet. Please call us."), code="not_online")
    if room.clock.slot_of(starts)[0] != starts:
        message = gettext("Nobody can arrive at exactly this time. Choose one of the times that are shown.")
        raise InvalidInput(message, code="not_offered")


def _too_far() -> InvalidInput:
    message = gettext("This day cannot be booked yet.")
    return InvalidInput(message, code="too_far", fields={"startsAt": [message]})


def _require_times(starts: datetime, ends: datetime) -> None:
    if not starts < ends <= starts + LONGEST:
        message = gettext("A booking ends after it starts, at most 12 hours later.")
        raise InvalidInput(message, fields={"endsAt": [message]})


def _require_ahead(wish: Wish, room: Room, work: UnitOfWork) -> None:
    """Refuse a time that is too soon or too far away for a guest who books without the house."""
    if wish.starts_at < work.now + room.online.lead:
        fitting = room.fitting(wish.size, wish.among)
        message = gettext("It is too late to book this time online. Please call us.")
        raise _with_alternatives(InvalidInput(message, code="too_soon"), wish, room, work, fitting)
    if room.clock.day_of(wish.starts_at) > room.clock.day_of(work.now) + timedelta(days=room.online.days):
        raise _too_far()


def _named(wish: Wish, ends: datetime, room: Room, work: UnitOfWork) -> list[Table]:
    tables = _rows(wish.tables, work)
    for table in tables:
        require_in_service(table)
    chosen = _as_place(tables, room)
    if wish.size > chosen.seats and not wish.insist:
        raise _too_large(wish.size, chosen.seats)
    _require_room(wish, room, work, [chosen])
    if not room.is_free(chosen.tables, wish.starts_at, ends):
        names = ", ".join(table.name for table in tables)
        message = gettext("%(tables)s is taken at that time.") % {"tables": names}
        raise _with_alternatives(LostRace(message, code="table_taken"), wish, room, work, [chosen])
    return tables


def _as_place(tables: Sequence[Table], room: Room) -> Place:
    """Return the tables as a combination, if they are one, which may have fewer seats than they have together."""
    ids = tuple(table.pk for table in tables)
    known = next((place for place in room.places if set(place.tables) == set(ids)), None)
    return Place(ids, known.seats if known else sum(table.seats for table in tables))


def _any(wish: Wish, ends: datetime, room: Room, work: UnitOfWork, usual: Sequence[int]) -> Place:
    fitting = room.fitting(wish.size, wish.among)
    if not fitting:
        raise _too_large(wish.size, room.largest(wish.among))
    _require_room(wish, room, work, fitting)
    kept = [each for each in fitting if set(each.tables) == set(usual)]
    found = room.choose([*kept, *fitting], wish.starts_at, ends)
    if found is None or not (wish.insist or room.leaves_walk_ins(found, wish.starts_at, ends)):
        message = gettext("No table for %(size)s is free at that time.") % {"size": wish.size}
        raise _with_alternatives(LostRace(message, code="slot_full"), wish, room, work, fitting)
    return found


def _require_room(wish: Wish, room: Room, work: UnitOfWork, places: Sequence[Place]) -> None:
    """Refuse a time outside the opening hours, or a slot in which enough guests arrive, unless a host insists."""
    if wish.insist:
        return
    offer = room.offer(wish.starts_at, wish.starts_at, wish.size, (), online=wish.online)
    if offer is Full.CLOSED:
        message = gettext("The restaurant takes no guests at that time.")
        raise _with_alternatives(InvalidInput(message, code="closed"), wish, room, work, places)
    if offer is Full.PACING:
        message = gettext("Enough guests arrive at that time already.")
        raise _with_alternatives(LostRace(message, code="slot_full"), wish, room, work, places)


def _too_large(size: int, seats: int) -> InvalidInput:
    message = gettext("%(size)s guests are too many for %(seats)s seats.") % {"size": size, "seats": seats}
    fields = {"partySize": [gettext("At most %(seats)s, unless a host insists.") % {"seats": seats}]}
    return InvalidInput(message, code="party_too_large", fields=fields, seats=seats)


def _with_alternatives(
    refusal: DomainError, wish: Wish, room: Room, work: UnitOfWork, places: Sequence[Place]
) -> DomainError:
    """Let `nearest_times` find the nearest times at which the wish could be met, when no lock is held any more."""
    earliest = work.now + room.online.lead if wish.online else work.now
    refusal.extra["alternatives"] = lambda: alternatives(
        room, wish.starts_at, wish.size, now=earliest, online=wish.online, places=places
    )
    refusal.extra["zone"] = room.clock.zone
    return refusal


@contextmanager
def nearest_times() -> Iterator[None]:
    """Add the nearest times to a refusal of the block, also to its words."""
    try:
        yield
    except DomainError as refusal:
        if callable(find := refusal.extra.get("alternatives")):
            times, zone = find(), refusal.extra.pop("zone")
            refusal.extra["alternatives"] = [instant(moment) for moment in times]
            if times:
                shown = ", ".join(date_format(moment.astimezone(zone), "TIME_FORMAT") for moment in times)
                refusal.message += " " + gettext("Free: %(times)s.") % {"times": shown}
        raise


def _rows(table_ids: Sequence[int], work: UnitOfWork) -> list[Table]:
    """Return the tables in the order of their ids in the wish. Raises NotYours."""
    rows = Table.objects.of_restaurant(work.restaurant_id).not_archived().filter(pk__in=table_ids)
    found = {table.pk: table for table in rows}
    if len(found) != len(set(table_ids)):
        raise NotYours(gettext("There is no such table."), code="table_not_found")
    return [found[pk] for pk in dict.fromkeys(table_ids)]

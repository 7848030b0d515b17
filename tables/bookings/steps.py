"""Steps of units of work that change a booking."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.steps import erase_private
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.bookings.availability import Room
from tables.bookings.events import BookingCancelled, BookingMovedOn
from tables.bookings.guest_bookings import ids_by_contact
from tables.bookings.hold_steps import drop_lapsed, follow_stays, give_back, hold_stay, hold_tables
from tables.bookings.models import Booking, TableHold
from tables.bookings.placing import Placed, Wish, place, require_near
from tables.bookings.selectors import read_days, tables_of
from tables.bookings.transitions import BOOKING_MOVES, EXPECTED, BookingStatus
from tables.events import PartyCompleted, PartyJoined, PartySeated, TablesJoined
from tables.families import family_of
from tables.guests.contacts import digits_of
from tables.guests.events import GuestErased
from tables.guests.steps import count_no_show, guest_known_by
from tables.models import Table
from tables.sections.steps import server_for
from tables.stay_steps import lock_room, require_seats, seat_guests
from tables.steps import occupy

SOON = timedelta(hours=12)  # guests who sit at a table now are gone by then


def find_booking(booking_id: int, work: UnitOfWork) -> Booking:
    """Return a booking. The lock of the book protects it. Raises NotYours."""
    require_transaction()
    booking = Booking.objects.of_restaurant(work.restaurant_id).filter(pk=booking_id).first()
    if booking is None:
        raise NotYours(gettext("There is no such booking."), code="reservation_not_found")
    return booking


def choose_tables(
    wish: Wish, house: Room, work: UnitOfWork, *, moving: Booking | None = None, visitor: str = ""
) -> Placed:
    """Return the tables for a wish, for a new booking or for one that moves. Raises what `place` raises.

    `house` was read before the lock, so that orders wait no longer than they must. `visitor` is the key of a booking
    page for which tables may be kept already.
    """
    require_transaction()
    require_near(wish.starts_at, work.now)
    drop_lapsed(work)
    if wish.starts_at < work.now + SOON:
        follow_stays(work)
    day = house.clock.day_of(wish.starts_at)
    without = moving.pk if moving is not None else 0
    room = read_days(house, work.restaurant_id, day, day, now=work.now, without=without, visitor=visitor)
    return place(wish, room, work, usual=_usual(moving, visitor, work))


def _usual(moving: Booking | None, visitor: str, work: UnitOfWork) -> Sequence[int]:
    """Return the tables that a booking or a guest who types has already."""
    if moving is not None:
        return [table.pk for table in tables_of([moving])[moving.pk]]
    kept = TableHold.objects.of_restaurant(work.restaurant_id).filter(online__key=visitor)
    return list(kept.order_by("pk").values_list("table_id", flat=True)) if visitor else ()


def take_tables(booking: Booking, tables: Sequence[Table], work: UnitOfWork) -> None:
    """Hold the tables of a booking in place of those that it held. Raises LostRace if one was taken meanwhile."""
    require_transaction()
    TableHold.objects.of_restaurant(work.restaurant_id).filter(booking=booking).delete()
    ids = [table.pk for table in tables]
    if not hold_tables(ids, booking.starts_at, booking.ends_at, work, booking_id=booking.pk):
        raise LostRace(gettext("This table was taken a moment ago."), code="table_taken", alternatives=[])


def move_on(booking: Booking, new: str, work: UnitOfWork) -> None:
    """Change the status of a booking, free its tables where it ends, and record it.

    Raises IllegalTransition, and InvalidInput (`too_early`) for a no-show before the booked time.
    """
    require_transaction()
    before = booking.status
    change_status(booking, new, BOOKING_MOVES, what=gettext("This booking"))
    if new == BookingStatus.NO_SHOW and booking.starts_at > work.now:
        message = gettext("The booked time has not come yet. If the guests said that they do not come, cancel it.")
        raise InvalidInput(message, code="too_early")
    tables = tables_of([booking])[booking.pk]
    if new not in EXPECTED and new != BookingStatus.SEATED:
        booking.ended_at = work.now
        give_back(booking, work)
    save(booking, "status", "ended_at")
    if new == BookingStatus.CANCELLED:
        work.record(BookingCancelled(booking=booking, tables=tables))
    else:
        work.record(BookingMovedOn(booking=booking, tables=tables, before=before))


def save(booking: Booking, *fields: str) -> None:
    """Save these fields and raise the version."""
    require_transaction()
    booking.version += 1
    booking.save(update_fields=[*fields, "version"])


def seat(
    booking: Booking, table_ids: Sequence[int], work: UnitOfWork, *, insist: bool, server_id: int | None = None
) -> None:
    """Seat the guests of a booking at its tables or at others, with a server as `server_for` says. Locks: table.

    Raises LostRace if guests sit there, InvalidInput, IllegalTransition, NotPermitted, NotYours.
    """
    require_transaction()
    change_status(booking, BookingStatus.SEATED, BOOKING_MOVES, what=gettext("This booking"))
    wanted = list(table_ids) or [table.pk for table in tables_of([booking])[booking.pk]]
    if not wanted:
        raise InvalidInput(gettext("Choose a table first."), code="table_required")
    room = lock_room(work, tables=wanted)
    tables = [room.free_table(table) for table in wanted]
    if set(wanted) != {table.pk for table in tables_of([booking])[booking.pk]}:  # the booking itself was accepted
        require_seats(booking.size, tables, insist=insist, actor=work.actor)
    server = server_for(tables[0], work, server_id)
    party = seat_guests(tables[0], work, size=booking.size, server_id=server)
    occupy([(party, table) for table in tables[1:]], work)
    for table in tables[1:]:
        work.record(TablesJoined(party=party, table=tables[0], other=table))
    booking.party = party
    save(booking, "status", "party")
    TableHold.objects.of_restaurant(work.restaurant_id).filter(booking=booking).delete()
    usual = work.now + (booking.ends_at - booking.starts_at)
    for table in tables:
        hold_stay(table.pk, party.pk, work.now, usual, work, booking_id=booking.pk)
    work.record(BookingMovedOn(booking=booking, tables=tables))


def finish_bookings(events: Sequence[PartyCompleted], work: UnitOfWork) -> None:
    """Finish the bookings of guests who have left. Locks no book, because the caller holds their tables."""
    require_transaction()
    gone = [event.party.pk for event in events]
    seated = Booking.objects.of_restaurant(work.restaurant_id).filter(party__in=gone, status=BookingStatus.SEATED)
    for booking in seated.locked():
        move_on(booking, BookingStatus.FINISHED, work)


def join_bookings(events: Sequence[PartyJoined], work: UnitOfWork) -> None:
    """Give the booking of guests who joined others to those."""
    require_transaction()
    for event in events:
        Booking.objects.of_restaurant(work.restaurant_id).filter(party=event.party).update(party=event.to)


def return_bookings(events: Sequence[PartySeated], work: UnitOfWork) -> None:
    """Give guests who separated from others their bookings back, and those of guests who had joined them before.

    The holds of a booking name the party that it was seated as. Holds that name the others are of the time together;
    `follow_stays` writes new ones where guests sit.
    """
    require_transaction()
    holds = TableHold.objects.of_restaurant(work.restaurant_id)
    for event in events:
        if (before := event.continues) is None:
            continue
        own = {before.pk, *family_of(event.party)}
        seated = Booking.objects.of_restaurant(work.restaurant_id).filter(status=BookingStatus.SEATED)
        ids = list(seated.filter(holds__party__in=own).distinct().order_by("pk").values_list("pk", flat=True))
        seated.filter(pk__in=ids).update(party=event.party)
        holds.filter(booking__in=ids).exclude(party__in=own).delete()
        holds.filter(booking__in=ids, party=before).update(party=event.party)


def forget_bookings(events: Sequence[GuestErased], work: UnitOfWork) -> None:
    """Erase the names, contacts and notes of an erased guest's bookings, and what the log kept apart of them.

    Raises InvalidInput (`guest_is_here`) while a booking of the guest is to come or sits here.
    """
    require_transaction()
    for event in events:
        ids = ids_by_contact(event.contacts, work.restaurant_id)
        rows = Booking.objects.of_restaurant(work.restaurant_id).filter(pk__in=ids)
        if rows.filter(status__in=[*EXPECTED, BookingStatus.SEATED]).exists():
            message = gettext("The guest has a booking that is not over. Erase the guest after it, or cancel it.")
            raise InvalidInput(message, code="guest_is_here")
        rows.update(guest_name="", phone="", email="", notes="", occasion="")
        erase_private([f"booking:{pk}" for pk in ids], work)


def count_no_shows(events: Sequence[BookingMovedOn], work: UnitOfWork) -> None:
    """Count a no-show in the profile of the guest, and take it back when it is undone."""
    require_transaction()
    for event in events:
        booking = event.booking
        change = (booking.status == BookingStatus.NO_SHOW) - (event.before == BookingStatus.NO_SHOW)
        if not change:
            continue
        phone, email = digits_of(booking.phone), booking.email.lower()
        guest = guest_known_by(work, phone=phone, email=email) if phone or email else None
        if guest is not None:
            count_no_show(guest.pk, change, work)

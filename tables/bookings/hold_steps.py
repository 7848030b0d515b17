"""Steps of units of work that hold tables and give them back.

Every writer of new holds has locked the book of the restaurant (`lock_book`), the first lock of all. The constraint of
the database is the guarantee that does not depend on it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.auth.rate_limits import TOO_MANY_TRIES
from bistro.core.database.named_locks import lock_name
from bistro.core.kernel.errors import LostRace, TooMany
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.bookings.models import Booking, OnlineHold, TableHold
from tables.bookings.placing import Placed, Wish
from tables.bookings.selectors import needed_from, turns_of
from tables.bookings.times import expected_end
from tables.models import Occupancy, Table
from tables.transitions import PartyStatus

_INSERT = """
INSERT INTO bookings_tablehold (restaurant_id, table_id, booking_id, party_id, online_id, starts_at, ends_at, live)
SELECT %s, %s, %s, %s, %s, %s, %s, %s WHERE NOT EXISTS (
    SELECT 1 FROM bookings_tablehold WHERE table_id = %s AND live AND starts_at < %s AND ends_at > %s)
ON CONFLICT DO NOTHING"""
_AT_LEAST = timedelta(seconds=1)
TYPING = timedelta(minutes=5)  # a chosen time is kept so long for a guest who types
MOST_TYPING = 20  # guests of a house who type at the same time, so that no program holds every table


def lock_book(work: UnitOfWork) -> None:
    """Lock the bookings of the restaurant, because rows that do not exist yet cannot be locked."""
    require_transaction()
    lock_name(f"bookings:{work.restaurant_id}")


def hold_tables(
    tables: Sequence[int],
    starts: datetime,
    ends: datetime,
    work: UnitOfWork,
    *,
    booking_id: int | None = None,
    party_id: int | None = None,
    online_id: int | None = None,
) -> bool:
    """Hold these tables, and return whether all were free. The caller refuses the whole unit if they were not."""
    require_transaction()
    begin, end = (connection.ops.adapt_datetimefield_value(moment) for moment in (starts, ends))
    with connection.cursor() as cursor:
        for table in tables:
            row = [work.restaurant_id, table, booking_id, party_id, online_id, begin, end, True]
            cursor.execute(_INSERT, [*row, table, end, begin])
            if cursor.rowcount != 1:
                return False
    return True


def keep_for_visitor(key: str, wish: Wish, placed: Placed, work: UnitOfWork) -> OnlineHold:
    """Keep tables for some minutes for a guest who types, in place of the guest's earlier choice.

    Raises TooMany if many others type, LostRace if a table was taken meanwhile; the earlier choice stays then, because
    the unit is refused.
    """
    require_transaction()
    release_visitor_hold(key, work)
    _require_few_typing(work)
    hold = OnlineHold.objects.create(
        restaurant_id=work.restaurant_id,
        key=key,
        size=wish.size,
        starts_at=wish.starts_at,
        until=work.now + TYPING,
    )
    tables = [table.pk for table in placed.tables]
    if not hold_tables(tables, wish.starts_at, placed.ends_at, work, online_id=hold.pk):
        raise LostRace(gettext("This table was taken a moment ago."), code="table_taken", alternatives=[])
    return hold


def _require_few_typing(work: UnitOfWork) -> None:
    rows = OnlineHold.objects.of_restaurant(work.restaurant_id).filter(until__gt=work.now).order_by("until")
    ends = list(rows.values_list("until", flat=True)[:MOST_TYPING])
    if len(ends) == MOST_TYPING:
        wait = ceil((ends[0] - work.now).total_seconds())
        raise TooMany(str(TOO_MANY_TRIES).format(wait=wait), retry_after=wait)


def release_visitor_hold(key: str, work: UnitOfWork) -> None:
    """Free the tables that are kept for a guest who types."""
    require_transaction()
    OnlineHold.objects.of_restaurant(work.restaurant_id).filter(key=key).delete()


def drop_lapsed(work: UnitOfWork) -> int:
    """Free the tables of guests who typed for too long, and return the number of those guests."""
    require_transaction()
    lapsed = OnlineHold.objects.of_restaurant(work.restaurant_id).filter(until__lte=work.now)
    return int(lapsed.delete()[1].get("bookings.OnlineHold", 0))


def require_not_needed(table: Table, until: datetime, work: UnitOfWork, *, insist: bool) -> None:
    """Refuse to keep a table for guests who would sit there when a booking needs it, unless a host insists.

    The caller has locked the book. Raises LostRace (`table_booked`), NotPermitted.
    """
    require_transaction()
    starts = needed_from(table.pk, work.now, until)
    if starts is None:
        return
    if insist:
        work.actor.require(Permission.OVERSEAT)
        return
    at = date_format(starts.astimezone(restaurant_by_id(work.restaurant_id).tz), "TIME_FORMAT")
    message = gettext("%(table)s is booked at %(time)s.") % {"table": table.name, "time": at}
    raise LostRace(message, code="table_booked", fields={"table": [gettext("Needed for a booking.")]})


def give_back(booking: Booking, work: UnitOfWork) -> None:
    """Free the tables of a booking that is over. The rows stay and say which tables they were."""
    require_transaction()
    held = TableHold.objects.of_restaurant(work.restaurant_id).live().filter(booking=booking)
    held.filter(starts_at__lt=work.now, ends_at__gt=work.now).update(live=False, ends_at=work.now)
    held.update(live=False)


def hold_stay(
    table: int, party_id: int, since: datetime, ends: datetime, work: UnitOfWork, *, booking_id: int | None = None
) -> None:
    """Hold a table for guests who sit there, until a booking of others begins.

    Guests are never refused because of a booking: where they sit at the time of one, the row does not count, and the
    pages show the conflict.
    """
    require_transaction()
    others = TableHold.objects.of_restaurant(work.restaurant_id).live().filter(table=table, ends_at__gt=since)
    following = others.order_by("starts_at").values_list("starts_at", flat=True).first()
    until = ends if following is None else min(ends, following)
    if until > since and hold_tables([table], since, until, work, booking_id=booking_id, party_id=party_id):
        return
    known = TableHold.objects.of_restaurant(work.restaurant_id).filter(booking=booking_id, party=party_id, table=table)
    if booking_id is not None and not known.exists():  # remembers the table of the booking
        TableHold.objects.create(
            restaurant_id=work.restaurant_id,
            table_id=table,
            booking_id=booking_id,
            party_id=party_id,
            starts_at=since,
            ends_at=ends,
            live=False,
        )


def follow_stays(work: UnitOfWork) -> None:
    """Let the holds of seated guests follow the floor: who sat down, moved, left, or stays longer than usual.

    Seating guests itself writes no hold, so that bookings never slow an order down. Everything that promises a table
    calls this step before, or reads the floor.
    """
    require_transaction()
    stays = {
        (row.party_id, row.table_id): row
        for row in Occupancy.objects.of_restaurant(work.restaurant_id).open().select_related("party")
    }
    held: dict[tuple[int, int], TableHold] = {}
    for hold in TableHold.objects.of_restaurant(work.restaurant_id).filter(party__isnull=False, live=True):
        if (hold.party_id, hold.table_id) in stays:
            held[hold.party_id, hold.table_id] = hold
        else:
            _end(hold, work)
    turns = turns_of(work.restaurant_id)
    booked = dict(
        Booking.objects.of_restaurant(work.restaurant_id)
        .filter(party__in={party for party, _table in stays.keys() - held.keys()})
        .values_list("party_id", "pk")
    )
    for (party, table), stay in stays.items():
        ends = expected_end(stay.since, stay.party.size, turns, work.now)
        if (known := held.get((party, table))) is not None:
            _extend(known, ends)
        else:
            hold_stay(table, party, stay.since, ends, work, booking_id=booked.get(party))


def _end(hold: TableHold, work: UnitOfWork) -> None:
    """End the hold of guests who left. Those who moved leave no trace at their former table."""
    assert hold.party is not None
    if hold.party.status == PartyStatus.SEATED:
        hold.delete()
        return
    hold.live, hold.ends_at = False, max(hold.starts_at + _AT_LEAST, min(hold.ends_at, work.now))
    hold.save(update_fields=["live", "ends_at"])


def _extend(hold: TableHold, ends: datetime) -> None:
    """Let a hold end later, but not after the start of the next one."""
    if ends <= hold.ends_at:
        return
    others = TableHold.objects.live().filter(table_id=hold.table_id, starts_at__gte=hold.ends_at)
    following = others.order_by("starts_at").values_list("starts_at", flat=True).first()
    until = ends if following is None else min(ends, following)
    if until > hold.ends_at:
        hold.ends_at = until
        hold.save(update_fields=["ends_at"])

"""Services of the waiting list. Each function is one unit of work."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_by_id, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace, NotYours
from bistro.core.kernel.numbers import LARGEST_KEY
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.hold_steps import lock_book
from tables.models import Occupancy, Party, Table, TableOffer
from tables.stay_steps import lock_room, require_size
from tables.transitions import PartyStatus
from tables.waitlist import steps
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.quoting import quote_now, usual_stay


def add_party(
    *,
    size: int,
    actor: Actor,
    name: str = "",
    phone: str = "",
    notes: str = "",
    quoted: int | None = None,
    once: Once | None = None,
) -> WaitlistEntry:
    """Put a party on the list, once for a key. Raises LostRace (`already_waiting`), InvalidInput, NotPermitted."""
    actor.require(Permission.SEAT_TABLE)
    require_size(size)
    quote = quote_now(size, quoted, restaurant_of(actor))

    def add() -> WaitlistEntry:
        with UnitOfWork(actor) as work:
            if (known := steps.added_before(once, work)) is not None:
                return known
            return steps.add_waiting(work, name=name, size=size, phone=phone, notes=notes, quote=quote, once=once)

    try:
        return add()
    except IntegrityError:  # an equal request was first
        return add()


def change_waiting(*, party_id: int, actor: Actor, size: int, name: str, phone: str, notes: str) -> Party:
    """Change a waiting party. Its quote stays. Locks: party. Raises LostRace, InvalidInput, NotPermitted, NotYours."""
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        party = lock_room(work, parties=[party_id]).stays[party_id].party
        require_size(size)
        if party.size != size:
            steps.resize(party, size, work)
        steps.name_party(party, work, name=name, phone=phone, notes=notes)
    return party


def seat_party(
    *, party_id: int, table_id: int, actor: Actor, insist: bool = False, server_id: int | None = None
) -> Party:
    """Seat a waiting party at a free table, with the server named or the next one. A second time changes nothing.

    Locks: table, party. Raises LostRace (`table_taken`, `table_offered`), InvalidInput (`party_too_large`, out of
    service), IllegalTransition, NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        room = lock_room(work, parties=[party_id], tables=[table_id])
        party = room.stays[party_id].party
        if party.status == PartyStatus.SEATED and party.table_id == table_id:
            return party
        steps.seat_waiting(party, room.free_table(table_id, party_id), work, insist=insist, server_id=server_id)
    return party


def leave(*, party_id: int, actor: Actor) -> None:
    """Take a party that left off the list. A party that is off the list already stays as it is.

    Locks: party. Raises IllegalTransition for seated guests, NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        party = lock_room(work, parties=[party_id]).stays[party_id].party
        if WaitlistEntry.objects.open().filter(party=party).exists() or party.completed_at is None:
            steps.let_go(party, work)


def offer(*, party_id: int, table_id: int, actor: Actor, insist: bool = False) -> TableOffer:
    """Keep a free table for a waiting party for ten minutes.

    Locks: the book, table, party. Raises LostRace (`table_taken`, `table_offered`, `table_booked`), InvalidInput,
    NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    stay = _usual_stay(party_id, restaurant_of(actor), timezone.now())
    with UnitOfWork(actor) as work:
        lock_book(work)
        room = lock_room(work, parties=[party_id], tables=[table_id])
        return steps.offer_table(room.stays[party_id].party, room, table_id, work, stay=stay, insist=insist)


def _usual_stay(party_id: int, restaurant: Restaurant, now: datetime) -> timedelta:
    """Return how long a party usually stays, read before the locks."""
    party = Party.objects.of_restaurant(restaurant.pk).filter(pk=party_id).first() if party_id <= LARGEST_KEY else None
    return usual_stay(party.size if party else None, restaurant, now)


def take_back(*, party_id: int, actor: Actor) -> None:
    """Take the offer of a party back; the table is free for others. Locks: party. Raises NotPermitted, NotYours."""
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        lock_room(work, parties=[party_id])
        kept = TableOffer.objects.of_restaurant(work.restaurant_id).filter(party=party_id)
        for row in kept.select_related("party", "table"):
            steps.end_offer(row, work, lapsed=False)


def leave_by_link(*, token: str) -> None:
    """Take a party off the list that says by its link that it leaves. A party off the list stays as it is.

    Locks: party. Raises NotYours for an unknown link, InvalidInput (`seated`) if the guests are seated.
    """
    entry = WaitlistEntry.objects.filter(token=token).select_related("party").first()
    if entry is None:
        raise NotYours(_("This link is not valid."), code="link_not_found")
    try:
        _leave_by_link(entry)
    except LostRace:  # a host seated the guests at the same moment
        _leave_by_link(entry)


def _leave_by_link(entry: WaitlistEntry) -> None:
    with UnitOfWork(Actor.system(entry.restaurant_id, "guest by link")) as work:
        party = lock_room(work, parties=[entry.party_id]).stays[entry.party_id].party
        if party.seated_at is not None:
            raise InvalidInput(_("You have your table already."), code="seated")
        if party.completed_at is None:
            steps.let_go(party, work)


def pass_offers_on(*, now: datetime) -> int:
    """End the offers of all restaurants that lapsed, or whose table is taken or removed, and return their number.

    A table whose offer lapsed goes to the next party that fits and has missed none. A sweep. Costs one query, and a
    unit of work for each offer that is over. Locks: the book, table, party.
    """
    sitting = Occupancy.objects.open().filter(table=OuterRef("table"))
    over: dict[int, list[TableOffer]] = defaultdict(list)
    is_over = Q(until__lte=now) | Q(table__archived_at__isnull=False) | Exists(sitting)
    for row in TableOffer.objects.filter(is_over).select_related("party", "table"):
        over[row.restaurant_id].append(row)
    return in_each(over, lambda here, rows: sum(_pass_on(here, row, now) for row in rows))


def _pass_on(restaurant_id: int, over: TableOffer, now: datetime) -> bool:
    """End an offer that is over. If something moved before the locks, the next round looks again."""
    stay = usual_stay(over.table.seats, restaurant_by_id(restaurant_id), now)
    try:
        with UnitOfWork(Actor.system(restaurant_id, "waiting list")) as work:
            lock_book(work)
            return _end_and_offer(over, now, stay, work)
    except LostRace:
        return False


def _end_and_offer(over: TableOffer, now: datetime, stay: timedelta, work: UnitOfWork) -> bool:
    """Return whether this call ended the offer. Raises LostRace if a host gave the next party another table."""
    removed = over.table.archived_at is not None  # from the floor plan, while it was kept
    following = None if removed else _next_for(over.table, over.party_id, work.restaurant_id)
    parties = [over.party_id] + ([following] if following is not None else [])
    room = lock_room(work, parties=parties, tables=[] if removed else [over.table_id])
    if not steps.end_offer(over, work, lapsed=over.until <= now):
        return False
    if following is None:
        return True
    if _next_for(over.table, over.party_id, work.restaurant_id) != following:
        raise LostRace(_("These guests have just moved. Try again."))
    with suppress(DomainError):  # the table was taken or shut meanwhile, or a booking needs it soon
        steps.offer_table(room.stays[following].party, room, over.table_id, work, stay=stay)
    return True


def _next_for(table: Table, missed: int, restaurant_id: int) -> int | None:
    """Return the party that has waited longest and fits a table, without an offer and without a missed one."""
    waiting: Sequence[int] = list(
        WaitlistEntry.objects.of_restaurant(restaurant_id)
        .open()
        .filter(Q(party__size__lte=table.seats) | Q(party__size=None), offers_missed=0, party__offer=None)
        .exclude(party=missed)
        .values_list("party_id", flat=True)[:1]
    )
    return waiting[0] if waiting else None

"""Services that join the guests of two parties to one, and separate them again (ADR 0045)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.allergies import effective_allergies
from orders.draft_steps import reseat_drafts
from orders.events import AllergiesChanged, OrderMoved
from orders.models import Order, OrderLine
from orders.services.declaring import update_orders
from orders.services.seating import Versions, check_size, require_version
from orders.splitting import settle_in
from orders.steps import touch
from tables.declarations import Declared, join_declared, part_declared
from tables.events import PartyJoined, PartySeated, TablesJoined, TablesParted
from tables.models import Occupancy, Party, Table
from tables.stay_steps import Stay, lock_room, require_seats, take_calls, touch_party
from tables.steps import occupy, release
from tables.transitions import PARTY_MOVES, PartyStatus

HIGHEST_SEAT = 32_767  # that a row can store


def join_parties(
    *, party_id: int, other_id: int, actor: Actor, table_id: int | None = None, versions: Versions = None
) -> Party:
    """Join the guests of another party to a party, which then holds the tables and owes the orders of both.

    The seats of the other guests are counted on after those of the party. With `table_id` the other guests must sit at
    that table. Guests who have joined the party already stay as they are, so that a repeated request is a success.
    Locks: table, party, order, draft. Same transaction: tickets, slips about allergies.
    Raises LostRace if others sit at the table, Stale, InvalidInput (guests who have left or have no table, a seat
    number without room, `service_charged`), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        room = lock_room(work, parties={party_id, other_id}, tables=[] if table_id is None else [table_id])
        stay, other = room.stays[party_id], room.stays[other_id]
        stay.require_seated()
        if party_id == other_id or other.party.joined_to_id == party_id:
            return stay.party
        other.require_seated()
        require_version(stay.party, versions)
        if table_id is not None and not other.holds(table_id):
            raise LostRace(gettext("Other guests sit there now. Nothing was joined."), code="other_guests")
        shift = _shift(stay, other)
        tables = [table.pk for table in other.tables]
        _unite(stay, other, shift, work)
        _bring_orders(other.party, stay.party, shift, work)
        take_calls(tables, stay.party, work)
        update_orders(stay.party, work)
        reseat_drafts(tables, lambda seat: seat + shift, work)
    return stay.party


def _shift(stay: Stay, other: Stay) -> int:
    """Return the number to add to the seats of the other guests: the highest seat of the party."""
    used = [_highest(each.party) for each in (stay, other)]
    shift = max(stay.party.size or 0, used[0]) or sum(table.seats for table in stay.tables)
    if used[1] + shift > HIGHEST_SEAT:
        message = gettext("Seat %(seat)s is too high a number to count it on. Change it, then join the guests.")
        raise InvalidInput(message % {"seat": max(used)}, code="seat_too_high")
    return shift


def _highest(party: Party) -> int:
    lines = OrderLine.with_removed.filter(order__party=party).aggregate(highest=Max("seat"))["highest"]
    return max([lines or 0, *(int(seat) for seat in party.allergies if seat)])


def _unite(stay: Stay, other: Stay, shift: int, work: UnitOfWork) -> None:
    """Give the tables, the number and the allergies of the other guests to the party, and complete them."""
    party, guests = stay.party, other.party
    size = party.size + guests.size if party.size and guests.size else None
    for each in (party, guests):
        check_size(each, size, work)
    change_status(guests, PartyStatus.COMPLETED, PARTY_MOVES, what=gettext("This party"))
    guests.completed_at, guests.joined_to, guests.seat_shift = work.now, party, shift
    touch_party(guests, "status", "completed_at", "joined_to", "seat_shift")
    release(guests, other.tables, work)
    occupy([(party, table) for table in other.tables], work)
    party.size = size
    party.server_id = party.server_id or guests.server_id
    party.allergies = join_declared(party.allergies, guests.allergies, shift)
    touch_party(party, "size", "server", "allergies")
    work.record(PartyJoined(party=guests, table=other.head, to=party))
    assert stay.head is not None
    for table in other.tables:
        work.record(TablesJoined(party=party, table=stay.head, other=table))


def _bring_orders(guests: Party, party: Party, shift: int, work: UnitOfWork) -> None:
    """Give all orders of the guests to the party, also withdrawn ones. They stay at their tables. Locks: order."""
    orders = Order.objects.of_restaurant(work.restaurant_id)
    rows = list(orders.filter(party__in=[party, guests]).locked().values_list("pk", "party_id"))
    theirs = [pk for pk, owner in rows if owner == guests.pk]
    OrderLine.with_removed.filter(order__in=theirs, seat__isnull=False).update(seat=F("seat") + shift)
    orders.filter(pk__in=theirs).update(party=party, version=F("version") + 1)
    for order in orders.filter(pk__in=theirs, withdrawn_at=None).with_lines().order_by("pk"):
        work.record(OrderMoved.of(order, moved_from=order.table_id))


# --- separating ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Leaving:
    """The guests who are separated: their tables, the head first, the party that they were before, if any, their seats.

    `seats` are their numbers in the joined party; those who joined after them have higher ones.
    """

    tables: tuple[Table, ...]
    before: Party | None
    seats: range = range(0)

    def seat(self, seat: int | None) -> int | None:
        """Return the guests' own number of a seat, or None for food that had no seat of theirs."""
        return seat - self.seats.start + 1 if seat is not None and seat in self.seats else None


def separate_guests(
    *, party_id: int, table_id: int, actor: Actor, insist: bool = False, versions: Versions = None
) -> Party:
    """Make the guests at a table of a party a party of their own, with what was ordered there; return the rest.

    Guests who joined the party come back as they were: all their tables, their number and their seats. A table that
    the party does not hold stays as it is, so that a repeated request is a success.
    Locks: table, party, order, draft. Same transaction: tickets, slips about allergies.
    Raises Stale, InvalidInput (only table, too many guests for the others, party has left), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        stay = lock_room(work, parties=[party_id], tables=[table_id]).stays[party_id]
        stay.require_seated()
        if not stay.holds(table_id):
            return stay.party
        require_version(stay.party, versions)
        leaving = _leaving(stay, table_id)
        kept = [table for table in stay.tables if table not in leaving.tables]
        if not kept:
            raise InvalidInput(gettext("These guests sit only here, so nobody is left to separate."), code="only_table")
        guests = _divide(stay.party, leaving, kept, work)
        require_seats(stay.party.size, kept, insist=insist, actor=actor)
        _take_orders(stay.party, guests, leaving, kept[0], work)
        take_calls([table.pk for table in leaving.tables], guests, work)
        update_orders(stay.party, work)
        reseat_drafts([table.pk for table in leaving.tables], leaving.seat, work)
    return stay.party


def _leaving(stay: Stay, table_id: int) -> Leaving:
    """Return the guests at a table: those of the last party that joined while it sat there, else the table alone."""
    others = Party.objects.filter(joined_to=stay.party)
    sat_there = others.filter(occupancies__table=table_id, occupancies__until=F("completed_at"))
    joined = sat_there.order_by("-pk").first()
    if joined is None:
        return Leaving(tuple(table for table in stay.tables if table.pk == table_id), None)
    held = Occupancy.objects.filter(party=joined, until=joined.completed_at).values_list("table_id", flat=True)
    there = {*held, table_id}
    tables = [table for table in stay.tables if table.pk in there]
    later = others.filter(seat_shift__gt=joined.seat_shift).aggregate(first=Min("seat_shift"))["first"]
    seats = range(joined.seat_shift + 1, (later or HIGHEST_SEAT) + 1)
    return Leaving(tuple(sorted(tables, key=lambda table: table.pk != joined.table_id)), joined, seats)


def _divide(party: Party, leaving: Leaving, kept: Sequence[Table], work: UnitOfWork) -> Party:
    """Seat the leaving guests at their tables, and leave the party the others."""
    before, head = leaving.before, leaving.tables[0]
    staying, theirs = part_declared(party.allergies, leaving.seats)
    guests = Party(
        restaurant_id=work.restaurant_id,
        table=head,
        size=before.size if before is not None else None,
        server_id=before.server_id or party.server_id if before is not None else party.server_id,
        status=PartyStatus.SEATED,
        seated_at=before.seated_at if before is not None else work.now,
        allergies=theirs,
    )
    guests.save()
    release(party, leaving.tables, work)
    occupy([(guests, table) for table in leaving.tables], work)
    if before is not None:
        before.joined_to = None
        touch_party(before, "joined_to")
        Party.objects.filter(joined_to=before).update(joined_to=guests)  # who joined them before they joined this party
        if party.size is not None and before.size is not None:
            party.size = max(party.size - before.size, 1)
    party.table, party.allergies = kept[0], staying
    touch_party(party, "table", "size", "allergies")
    for table in leaving.tables:
        work.record(TablesParted(party=party, table=kept[0], other=table))
    work.record(PartySeated(party=guests, table=head, continues=before))
    for table in leaving.tables[1:]:
        work.record(TablesJoined(party=guests, table=head, other=table))
    return guests


def _take_orders(party: Party, guests: Party, leaving: Leaving, rest: Table, work: UnitOfWork) -> None:
    """Give the orders that were placed at their tables to the guests, with the seats that were theirs. Locks: order."""
    orders = Order.objects.of_restaurant(work.restaurant_id)
    rows = list(orders.filter(party=party).locked().values_list("pk", "table_id"))
    theirs = [pk for pk, table in rows if table in {each.pk for each in leaving.tables}]
    orders.filter(pk__in=theirs).update(party=guests)
    changed: list[OrderLine] = []
    for order in orders.filter(pk__in=theirs, withdrawn_at=None).with_lines().order_by("pk"):
        warned = [line.pk for line in order.lines.all() if _settle(line, leaving, guests.allergies)]
        changed += order.lines.all()
        touch(order)
        work.record(OrderMoved.of(order, moved_from=rest.pk))
        if warned:
            work.record(AllergiesChanged.of(order, changed=tuple(warned)))
    OrderLine.objects.bulk_update(changed, ["seat", "own_allergies", "allergies"])
    if leaving.seats:
        gone = Q(removed_at__isnull=False) | Q(order__withdrawn_at__isnull=False)
        own = Q(order__in=theirs, seat__gte=leaving.seats.start, seat__lt=leaving.seats.stop)
        OrderLine.with_removed.filter(gone, own).update(seat=F("seat") - leaving.seats.start + 1)


def _settle(line: OrderLine, leaving: Leaving, declared: Declared) -> bool:
    """Give a line its seat among the leaving guests, without saving. Return whether its allergies changed.

    A line for a seat of the others keeps the allergies that it was cooked for (ADR 0042).
    """
    own = leaving.seat(line.seat)
    if own is None and line.seat is not None:
        return settle_in(line, declared)
    before, line.seat = line.allergies, own
    line.allergies = effective_allergies(line.own_allergies, declared, own)
    return set(line.allergies) != set(before)

"""The acts on the guests at a table, for the forms of the sheet: seat, covers, move, join, part, take over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.models import Order, OrderLine
from tables.models import Party, Table
from tables.sections.balance import Load, next_server, read_loads
from tables.steps import server_among

SIZES = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Place:
    """A table to choose. `taken` is true while guests sit there."""

    id: int
    name: str
    seats: int
    taken: bool


@dataclass(frozen=True, slots=True)
class Others:
    """The guests of another party, by the names of their tables."""

    party: int
    tables: str


@dataclass(frozen=True, slots=True)
class Seating:
    """The acts on the guests at a table.

    `held` are their tables if they have several, `free` the tables to move to, `others` the guests who can join them.
    """

    table_id: int
    seats: int
    party: int | None
    size: int | None
    held: tuple[Place, ...]
    free: tuple[Place, ...]
    others: tuple[Others, ...]
    can_seat: bool
    can_insist: bool
    can_take_over: bool
    is_served: bool  # by a waiter, possibly the actor
    loads: Sequence[Load] = ()  # the servers on duty, where guests can be seated
    suggested: Load | None = None
    sizes: tuple[int, ...] = SIZES


def seating_of(actor: Actor, table: Table, party: Party | None) -> Seating | None:
    """Return the acts on the guests at a table, None for an actor who seats nobody. One query, two for a free table."""
    if not actor.may(Permission.SEAT_TABLE):
        return None
    rows = _tables(actor) if party else []
    held = [place for place, holder in rows if party and holder == party.pk]
    can_seat = party is None and not table.out_of_service
    loads = read_loads(restaurant_of(actor), timezone.now()) if can_seat else []
    return Seating(
        table_id=table.pk,
        seats=table.seats,
        party=party.pk if party else None,
        size=party.size if party else None,
        held=tuple(held) if len(held) > 1 else (),
        free=tuple(place for place, _holder in rows if not place.taken),
        others=_others(rows, party.pk) if party else (),
        can_seat=can_seat,
        can_insist=actor.may(Permission.OVERSEAT),
        can_take_over=party is not None and server_among(actor) not in (None, party.server_id),
        is_served=party is not None and party.server_id is not None,
        loads=loads,
        suggested=_suggested(actor, loads, table),
    )


def _suggested(actor: Actor, loads: Sequence[Load], table: Table) -> Load | None:
    """Return who serves guests that the actor seats, if sections are divided: the actor on duty, or who is next."""
    own = server_among(actor)
    return next((load for load in loads if load.server == own), None) or next_server(loads, table.section_id)


def _others(rows: Iterable[tuple[Place, int | None]], party: int) -> tuple[Others, ...]:
    names: dict[int, list[str]] = {}
    for place, holder in rows:
        if holder is not None and holder != party:
            names.setdefault(holder, []).append(place.name)
    return tuple(Others(other, " + ".join(tables)) for other, tables in names.items())


def _tables(actor: Actor) -> list[tuple[Place, int | None]]:
    """Return each table in service with the id of its party."""
    tables = Table.objects.visible_to(actor).not_archived().filter(out_of_service=False)
    stays = FilteredRelation("occupancies", condition=Q(occupancies__until=None))
    rows = tables.annotate(stay=stays).values_list("pk", "name", "seats", "stay__party_id")
    return [(Place(pk, name, seats, party is not None), party) for pk, name, seats, party in rows]


@dataclass(frozen=True, slots=True)
class LinesForm:
    """The lines of an order, and the tables that they can move to."""

    order: Order
    lines: Sequence[OrderLine]
    places: tuple[Place, ...]


def lines_form(actor: Actor, order: Order) -> LinesForm:
    """Read the form that moves lines of an order."""
    places = tuple(place for place, party in _tables(actor) if party != order.party_id)
    return LinesForm(order, tuple(order.lines.all()), places)

"""The service that moves single lines of an order to another table or party (ADR 0042)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import IllegalTransition, InvalidInput, LostRace, NotYours, Stale
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from bistro.core.speed.compiled_queries import set_prefetched
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import AllergiesChanged, LinesMoved, OrderMoved, OrderSplitOff
from orders.models import Order, OrderLine, PlannedCourse
from orders.services.seating import Versions
from orders.splitting import Split, order_beside, settle_in, split_lines, status_of
from orders.steps import advance, locked_order, move, show_lines, touch
from orders.tax import set_tax
from orders.transitions import ORDER_MOVES, PROGRESS, LineStatus, OrderStatus
from tables.models import Party, Table
from tables.stay_steps import lock_room, party_at, require_in_service, seat_guests
from tables.steps import server_among

_FACTS = ["order", "position", "quantity", "total", "tax", "taxes", "seat", "own_allergies", "allergies"]


@dataclass(frozen=True, slots=True)
class LineShare:
    """A line to move, and how many of it; None moves all."""

    line: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Guests:
    """The locked party that gets the lines, with the table where it gets them."""

    party: Party
    table: Table


def move_lines(
    *,
    order_id: int,
    lines: Sequence[LineShare],
    actor: Actor,
    table_id: int | None = None,
    party_id: int | None = None,
    versions: Versions = None,
) -> Order:
    """Move lines of an order to the party of another table, or to another party. A free table seats a new party.

    Lines keep what was sold and the state of their dishes. If all lines move, the order itself moves; else they become
    an order of their own, and the tax of both orders is computed again. Returns the order that has the lines now.
    Locks: table, party, order, day's number. Same transaction: tickets follow.
    Raises Stale, LostRace if guests moved meanwhile, IllegalTransition for a cancelled order, InvalidInput,
    NotPermitted, NotYours.
    """
    actor.require(Permission.EDIT_ORDER)
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        source = _party_of(order_id, actor)
        target = _locked_guests(source, table_id, party_id, work)
        order = locked_order(order_id, work)
        if order.party_id != source:
            raise LostRace(gettext("This order has just moved. Try again."))
        if versions is not None and order.version not in versions:
            raise Stale(gettext("Someone changed this order. Load it again."), current_version=order.version)
        if order.status == OrderStatus.CANCELLED:
            message = gettext("Order %(order)s is cancelled.") % {"order": order.number}
            raise IllegalTransition(message, current=order.status, allowed=ORDER_MOVES[order.status])
        wanted = _wanted(order, lines)
        guests = target or _new_guests(table_id, work)
        split = split_lines(order.lines.all(), wanted)
        changed = [line for line in split.leaving if settle_in(line, guests.party.allergies)]
        moved = _divide(order, split, guests, work) if split.staying else _hand_over(order, split, guests, work)
        if changed:
            work.record(AllergiesChanged.of(moved, changed=tuple(line.pk for line in changed)))
    return moved


def _party_of(order_id: int, actor: Actor) -> int:
    found = Order.objects.visible_to(actor).filter(pk=order_id).values_list("party_id", flat=True).first()
    if found is None:
        raise NotYours(gettext("There is no such order."), code="order_not_found")
    return int(found)


def _locked_guests(source: int, table_id: int | None, party_id: int | None, work: UnitOfWork) -> Guests | None:
    """Lock both parties with their tables. Return the one that gets the lines, or None for a free table.

    Locks: table, party. Raises InvalidInput, NotYours, LostRace.
    """
    if (table_id is None) == (party_id is None):
        raise InvalidInput(
            gettext("Choose a table or a party."), fields={"table": [gettext("Choose a table or a party.")]}
        )
    target = party_id if table_id is None else party_at(table_id, work)
    tables = [] if table_id is None else [table_id]
    room = lock_room(work, parties={source} if target is None else {source, target}, tables=tables)
    room.stays[source].require_seated()
    if table_id is not None and room.holders.get(table_id) != target:
        raise LostRace(gettext("Guests have just come or left there. Try again."))
    if target == source:
        fields = {"table": [gettext("The same guests.")]}
        raise InvalidInput(gettext("These guests have the lines already."), code="same_party", fields=fields)
    if target is None:
        return None
    stay = room.stays[target]
    stay.require_seated()
    return Guests(stay.party, room.tables[table_id] if table_id is not None else stay.tables[0])


def _new_guests(table_id: int | None, work: UnitOfWork) -> Guests:
    """Seat a party at the locked free table. Raises InvalidInput if the table is out of service."""
    table = Table.objects.of_restaurant(work.restaurant_id).get(pk=table_id)
    require_in_service(table)
    return Guests(seat_guests(table, work, size=None, server_id=server_among(work.actor)), table)


def _wanted(order: Order, lines: Sequence[LineShare]) -> dict[int, int]:
    """Return {line id: quantity that leaves}. Raises InvalidInput whose `fields` name all bad lines."""
    if not lines:
        raise InvalidInput(gettext("Choose a line to move."), fields={"lines": [gettext("Choose a line.")]})
    rows = {line.pk: line for line in order.lines.all()}
    wanted: dict[int, int] = {}
    refusals = Refusals()
    for place, share in enumerate(lines):
        with refusals:
            wanted[share.line] = _count(rows.pop(share.line, None), place, share)
    refusals.raise_any()
    return wanted


def _count(row: OrderLine | None, place: int, share: LineShare) -> int:
    if row is None:
        message = gettext("Line %(line)s is not a line of this order, or is listed twice.") % {"line": share.line}
        raise InvalidInput(message, code="unknown_line", fields={f"lines.{place}.id": [message]})
    count = row.quantity if share.quantity is None else share.quantity
    if not 1 <= count <= row.quantity:
        message = gettext("The order has %(quantity)s %(row)s.") % {"quantity": row.quantity, "row": row.name}
        raise InvalidInput(message, fields={f"lines.{place}.quantity": [message]})
    return count


def _hand_over(order: Order, split: Split, guests: Guests, work: UnitOfWork) -> Order:
    """Give the whole order to other guests."""
    before = order.table_id
    order.party, order.table = guests.party, guests.table
    OrderLine.objects.bulk_update(split.leaving, ["seat", "own_allergies", "allergies"])
    touch(order, "party", "table")
    work.record(OrderMoved.of(order, moved_from=before))
    return order


def _divide(order: Order, split: Split, guests: Guests, work: UnitOfWork) -> Order:
    """Make an order of the leaving lines, and compute both orders again."""
    beside = order_beside(order, split, guests.party, guests.table, work)
    beside.credential, beside.version = work.actor.credential, 1
    goal = status_of(order, split.staying, split)
    set_tax(order, split.staying)
    set_tax(beside, split.leaving)
    work.insert_with_day_numbers([beside], order.business_date)
    for position, line in enumerate(split.leaving):
        line.order, line.position = beside, position
    OrderLine.objects.bulk_create(split.parts.values())
    OrderLine.objects.bulk_update([*split.staying, *(each for each in split.leaving if each.pk in split.whole)], _FACTS)
    show_lines(order, split.staying)
    set_prefetched([beside], "lines", split.leaving, "order")
    _share_plans(order, beside)
    touch(order, "total", "tax", "taxes")
    parts = {line: part.pk for line, part in split.parts.items()}
    _reach(order, goal, work)
    work.record(LinesMoved.of(order, to=beside, whole=split.whole, parts=parts))
    work.record(OrderSplitOff.of(beside))
    return beside


def _reach(order: Order, goal: str, work: UnitOfWork) -> None:
    """Bring an order on to the status that its remaining lines have."""
    if order.status in PROGRESS and PROGRESS.index(goal) > PROGRESS.index(order.status):
        advance(order, goal, work)
    elif goal == OrderStatus.PREPARING and order.status == OrderStatus.READY:
        move(order, goal, work)


def _share_plans(order: Order, beside: Order) -> None:
    """Give the order of the leaving lines the plans of its held courses, and end plans without a course."""
    plans = {plan.course: plan for plan in PlannedCourse.objects.filter(order=order)}
    left, gone = (
        {line.course for line in each.lines.all() if line.status == LineStatus.HELD} for each in (order, beside)
    )
    for course, plan in plans.items():
        if course in gone:
            copy = PlannedCourse(restaurant_id=plan.restaurant_id, order=beside, course=course)
            copy.fire_at, copy.planned_by = plan.fire_at, plan.planned_by
            copy.save()
        if course not in left:
            plan.delete()

"""The pass: open orders across all stations, and the courses that fire next, in a constant number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.models import Restaurant
from kitchen.ages import Limits, limits_of_ticket
from kitchen.compiled_queries import held_lines, orders_open, tickets_on_expo, with_lines
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import OPEN_TICKETS
from kitchen.wall.parts import Choice, part_of, share_at
from kitchen.wall.tickets import sort_key
from menu.compiled import CompiledMenu, current_menu
from orders.allergies import AllergyMark, allergy_marks
from orders.models import Order, OrderLine, PlannedCourse
from orders.pickup import pickup_facts
from orders.transitions import LineStatus, OrderStatus


@dataclass(frozen=True, slots=True)
class ExpoLine:
    """A dish of an order.

    `id` is one of its ticket lines, for the tick; `stations` holds `(name, status)` of each that makes it; `done` means
    done at all of them.
    """

    id: int
    quantity: int
    name: str
    modifiers: list[Choice]
    allergies: list[AllergyMark]
    note: str
    seat: int | None
    course: int
    stations: list[tuple[str, str]]
    done: bool
    plated: bool


@dataclass(frozen=True, slots=True)
class ExpoOrder:
    """An order as the expediter and the runner read it. `ready`: the status of the order is `ready`.

    `pickup` has the facts of a take-away or counter order.
    """

    id: int
    number: int
    table: str
    pickup: list[str]
    placed_by: str
    placed_at: datetime
    fired_at: datetime
    sort: str
    age: str
    soon_seconds: int
    late_seconds: int
    status: str
    ready: bool
    lines: list[ExpoLine]
    done_count: int
    plated_count: int
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class ComingLine:
    """A dish of a held course."""

    quantity: int
    name: str
    allergies: list[AllergyMark]


@dataclass(frozen=True, slots=True)
class ComingCourse:
    """A held course that fires next, by hand or automatically at `fire_at`."""

    order_id: int
    number: int
    table: str
    course: int
    lines: list[ComingLine]
    fire_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpoData:
    """The whole pass: ready orders first, then by age."""

    restaurant: Restaurant
    orders: list[ExpoOrder]
    coming: list[ComingCourse]
    ready_count: int
    soon_seconds: int
    late_seconds: int
    seq: int
    epoch: str

    @property
    def restaurant_name(self) -> str:
        return self.restaurant.name


def read_expo(actor: Actor, position: Position | None = None, *, only: Collection[int] | None = None) -> ExpoData:
    """Return the pass or, with `only`, just these of its orders. The list of coming courses is always whole."""
    assert actor.restaurant_id is not None
    position = position or event_log.position(actor.restaurant_id)
    restaurant = restaurant_of(actor)
    open_orders = {order.pk: order for order in orders_open(actor)}
    wanted = [pk for pk in open_orders if only is None or pk in only]
    tickets: dict[int, list[Ticket]] = {}
    for ticket in with_lines(tickets_on_expo(actor, wanted)) if wanted else ():
        tickets.setdefault(ticket.order_id, []).append(ticket)
    menu, now = current_menu(restaurant.pk), timezone.now()
    orders = [_expo_order(open_orders[pk], found, menu, now) for pk, found in tickets.items()]
    return ExpoData(
        restaurant=restaurant,
        orders=sorted(orders, key=lambda order: (not order.ready, order.sort)),
        coming=coming_courses(open_orders),
        ready_count=sum(order.ready for order in orders),
        soon_seconds=restaurant.soon_seconds,
        late_seconds=restaurant.late_seconds,
        seq=position.seq,
        epoch=position.epoch,
    )


def coming_courses(open_orders: dict[int, Order]) -> list[ComingCourse]:
    """Return the next held course of each of these orders (`{id: order with table}`), soonest first, in two queries."""
    held: dict[int, list[OrderLine]] = {}
    for line in held_lines(list(open_orders)) if open_orders else ():
        held.setdefault(line.order_id, []).append(line)
    planned = PlannedCourse.objects.filter(order_id__in=list(held)).values_list("order_id", "course", "fire_at")
    times = {(order_id, course): fire_at for order_id, course, fire_at in planned}
    coming = []
    for order_id, lines in held.items():
        order, course = open_orders[order_id], min(line.course for line in lines)
        coming.append(
            ComingCourse(
                order_id=order_id,
                number=order.number,
                table=order.place,
                course=course,
                lines=[
                    ComingLine(line.quantity, line.name, allergy_marks(line)) for line in lines if line.course == course
                ],
                fire_at=times.get((order_id, course)),
            )
        )
    return sorted(coming, key=lambda each: (each.fire_at is None, each.fire_at or 0, each.order_id))


def _expo_order(order: Order, tickets: Collection[Ticket], menu: CompiledMenu, now: datetime) -> ExpoOrder:
    lines = _expo_lines(tickets, menu)
    fired_at = min(ticket.aged_from or ticket.fired_at for ticket in tickets)
    limits = _limits(tickets, fired_at, menu)
    age = limits.age_of((now - fired_at).total_seconds())
    return ExpoOrder(
        id=order.pk,
        number=order.number,
        table=order.place,
        pickup=pickup_facts(order, menu.restaurant.tz),
        placed_by=order.placed_by,
        placed_at=order.placed_at,
        fired_at=fired_at,
        sort=min(sort_key(ticket) for ticket in tickets),
        age=age,
        soon_seconds=limits.soon,
        late_seconds=limits.late,
        status=order.status,
        ready=order.status == OrderStatus.READY,
        lines=lines,
        done_count=sum(line.done for line in lines),
        plated_count=sum(line.plated for line in lines),
        note=order.note,
        version=order.version,
    )


def _limits(tickets: Collection[Ticket], fired_at: datetime, menu: CompiledMenu) -> Limits:
    """Return the thresholds of an order, counted from `fired_at`: those of the unfinished ticket that is late first."""
    left = [ticket for ticket in tickets if ticket.status in OPEN_TICKETS] or tickets
    found = []
    for ticket in left:
        limits = limits_of_ticket(menu.restaurant, ticket, menu)
        later = round(((ticket.aged_from or ticket.fired_at) - fired_at).total_seconds())
        found.append(Limits(limits.soon + later, limits.late + later))
    return Limits(min(limits.soon for limits in found), min(limits.late for limits in found))


def _expo_lines(tickets: Iterable[Ticket], menu: CompiledMenu) -> list[ExpoLine]:
    """Return the lines of an order; a dish that several stations make appears once."""
    places: dict[int, list[tuple[Ticket, TicketLine]]] = {}
    for ticket in tickets:
        for row in ticket.lines.all():
            places.setdefault(row.line_id, []).append((ticket, row))
    found = [(parts[0][1], parts) for parts in places.values()]
    found.sort(key=lambda each: (each[0].line.course, each[0].line.position, each[0].line_id))
    whole = share_at(None, menu)
    return [_expo_line(row, parts, part_of(row.line, whole, menu).choices) for row, parts in found]


def _expo_line(row: TicketLine, parts: Collection[tuple[Ticket, TicketLine]], modifiers: list[Choice]) -> ExpoLine:
    line = row.line
    return ExpoLine(
        id=row.pk,
        quantity=line.quantity,
        name=line.name,
        modifiers=modifiers,
        allergies=allergy_marks(line),
        note=line.note,
        seat=line.seat,
        course=line.course,
        stations=[(ticket.station.name, part.status) for ticket, part in parts],
        done=all(part.status == LineStatus.DONE for _, part in parts),
        plated=all(part.plated_at is not None for _, part in parts),
    )

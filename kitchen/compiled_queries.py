"""Compiled queries of every action of a cook and every push to a wall."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Sum

from bistro.core.kernel.actors import Actor
from bistro.core.speed.compiled_queries import ActorQuery, CompiledQuery, set_prefetched
from kitchen.models import Station, Ticket, TicketLine
from kitchen.transitions import TicketStatus
from orders.models import Order, OrderLine
from orders.transitions import OPEN, LineStatus

RECENT = 8

# actor, ticket → its order, if visible to the actor
order_of_ticket = ActorQuery(
    lambda actor, ticket: Ticket.objects.within_reach_of(actor).filter(pk=ticket).values_list("order_id")
)
# tickets → these with station, order and table
tickets_by_key = CompiledQuery(lambda tickets: Ticket.objects.filter(pk__any_of=tickets).with_places())
# actor, station (None: all), start of the unread cancellations, tickets → these on that board
tickets_on_board = ActorQuery(
    lambda actor, station, since, tickets: (
        Ticket.objects.visible_to(actor)
        .on_board(since)
        .of_station(station)
        .filter(pk__any_of=tickets)
        .with_places()
        .oldest_first()
    )
)
# actor, station (None: all), start → the last bumped tickets that can be recalled, newest first
last_done = ActorQuery(
    lambda actor, station, since: (
        Ticket.objects.visible_to(actor)
        .of_station(station)
        .done_since(since)
        .filter(order__status__literal_in=OPEN)
        .with_places()
        .order_by("-done_at", "-pk")[:RECENT]
    )
)
# tickets → their lines with the order lines
lines_of_tickets = CompiledQuery(
    lambda tickets: TicketLine.objects.filter(ticket_id__any_of=tickets).select_related("line")
)
# orders → (order, firing, station, its name) of their open tickets
open_places = CompiledQuery(
    lambda orders: (
        Ticket.objects.filter(order_id__any_of=orders)
        .open()
        .order_by("station__position", "station_id")
        .values_list("order_id", "fired_course", "station_id", "station__name")
    )
)
# orders → (order, firing, sum of the versions of its tickets, which only grows)
firing_versions = CompiledQuery(
    lambda orders: (
        Ticket.objects.filter(order_id__any_of=orders)
        .order_by()
        .values_list("order_id", "fired_course")
        .annotate(Sum("version"))
    )
)
# restaurant, orders → (ticket, its station, order and firing)
tickets_of_orders = CompiledQuery(
    lambda restaurant, orders: (
        Ticket.objects.of_restaurant(restaurant)
        .filter(order_id__any_of=orders)
        .order_by()
        .values_list("pk", "station_id", "order_id", "fired_course")
    )
)
# restaurant, tickets → their orders
orders_of_tickets = CompiledQuery(
    lambda restaurant, tickets: (
        Ticket.objects.of_restaurant(restaurant).filter(pk__any_of=tickets).order_by().values_list("order_id")
    )
)
# order lines → these with an unfinished station
lines_in_work = CompiledQuery(
    lambda lines: (
        TicketLine.objects.filter(line_id__any_of=lines)
        .exclude(status=LineStatus.DONE)
        .order_by()
        .values_list("line_id")
    )
)
# order, firing → its open tickets
open_tickets_of_firing = CompiledQuery(
    lambda order, course: Ticket.objects.filter(order_id=order, fired_course=course).open().order_by().values_list("pk")
)
# actor → (station, number of open tickets), counted from the open tickets alone
open_counts = ActorQuery(
    lambda actor: Ticket.objects.visible_to(actor).open().order_by().values_list("station_id").annotate(Count("pk"))
)
# actor → (order, firing) of the open tickets, each once
open_firings = ActorQuery(
    lambda actor: Ticket.objects.visible_to(actor).open().order_by().values_list("order_id", "fired_course").distinct()
)
# actor → (station, its name) of the active stations, in their order
stations_in_use = ActorQuery(lambda actor: Station.objects.visible_to(actor).not_archived().values_list("pk", "name"))
# actor → the orders on the pass with their tables
orders_open = ActorQuery(lambda actor: Order.objects.visible_to(actor).open().select_related("table"))
# actor, orders → their tickets that are not cancelled
tickets_on_expo = ActorQuery(
    lambda actor, orders: (
        Ticket.objects.visible_to(actor)
        .filter(order_id__any_of=orders)
        .exclude(status=TicketStatus.CANCELLED)
        .with_places()
        .oldest_first()
    )
)
# orders → their held lines
held_lines = CompiledQuery(
    lambda orders: OrderLine.objects.filter(order_id__any_of=orders, status=LineStatus.HELD).order_by("position")
)
# actor, station → its name
station_name = ActorQuery(
    lambda actor, station: Station.objects.visible_to(actor).filter(pk=station).values_list("name")
)


def with_lines(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Attach the lines to tickets, like `with_lines()` of the queryset: one more query, none without tickets."""
    rows = list(tickets)
    if rows:
        set_prefetched(rows, "lines", lines_of_tickets([ticket.pk for ticket in rows]), "ticket")
    return rows


def on_board(actor: Actor, station_id: int | None, since: datetime, tickets: Iterable[int]) -> list[Ticket]:
    """Return those of these tickets that are on a board, oldest first, with their lines."""
    keys = list(tickets)
    return with_lines(tickets_on_board(actor, station_id, since, keys)) if keys else []

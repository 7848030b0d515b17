"""Alarms of the kitchen on the floor plan."""

from django.urls import reverse
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from kitchen.models import Ticket
from orders.floor.alarms import ALARMS_SHOWN, UNSEEN, Alarm, table_url


def unseen_tickets(actor: Actor) -> list[Alarm]:
    """Return the alarms of tickets that no screen has shown in time: one query.

    These are courses fired later and parts of orders at other stations. The floor plan itself has the alarms of whole
    orders.
    """
    # No joins: the index is usually empty, and a planner without statistics of it would begin with another table.
    rows = Ticket.objects.visible_to(actor).unseen(timezone.now()).prefetch_related("station", "order__table")
    return [
        Alarm(
            id=f"unseen-ticket-{ticket.pk}",
            table_name=ticket.order.place,
            text=f"{ticket.station.name} has not seen {_what(ticket)} yet",
            since=ticket.awaited_since,
            url=table_url(ticket.order.table_id),
            settle_url=reverse("kitchen:confirm-ticket", args=[ticket.pk]),
            cause=UNSEEN,
        )
        for ticket in rows.order_by("-awaited_since", "-pk")[:ALARMS_SHOWN]
    ]


def _what(ticket: Ticket) -> str:
    order = f"order {ticket.order.number}"
    return f"course {ticket.fired_course} of {order}" if ticket.fired_course else f"its part of {order}"

"""How much work stands before each station, and how long a dish ordered now would take.

Backlog = the preparation of what is fired and not done yet (minutes of the line × quantity), shared by the station's
cooks. From a ticket that was started, the time since is taken off, down to nothing; one that is held does not count.
Quote = the largest backlog of the stations that cook a dish + its own preparation, in whole minutes, rounded up.
A longer quote is the soft throttle; the hard one is a pause (`menu.services.pausing`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import F, Q, Sum
from django.urls import reverse

from bistro.core.actors import Actor
from bistro.core.errors import DomainError
from bistro.core.models import Restaurant
from kitchen.fulfilment import Fulfilment, fulfilments, overall, target_of
from kitchen.models import Station, Ticket
from kitchen.stations import routing_for
from menu.compiled import CompiledMenu, MenuNow, menu_now
from menu.selectors import PausedNow, paused_now
from orders.shapes import moment
from orders.transitions import LineStatus


@dataclass(frozen=True, slots=True)
class StationLoad:
    """One station now. `open_tickets` counts held ones too; `fulfilment` is of the last hour."""

    id: int
    name: str
    cooks: int
    open_tickets: int
    backlog_seconds: int
    target_seconds: int
    fulfilment: Fulfilment | None


@dataclass(frozen=True, slots=True)
class BoardLoad:
    """What a board says in its head: how long tickets took in the last hour, and what is paused."""

    fulfilment: Fulfilment | None
    pauses: list[PausedNow]
    pauses_url: str


def board_load(actor: Actor, restaurant: Restaurant, station_id: int | None, now: datetime) -> BoardLoad:
    """For the board of one station, or of all: two queries."""
    took = fulfilments(restaurant, station_id, now)
    return BoardLoad(overall(took.values()), paused_now(actor, now), reverse("kitchen:pauses"))


def station_loads(restaurant: Restaurant, now: datetime) -> list[StationLoad]:
    """Every station of a restaurant, in its order: three queries."""
    work, counts = _open_work(restaurant.pk, now)
    took = fulfilments(restaurant, None, now)
    return [
        StationLoad(
            id=row.pk,
            name=row.name,
            cooks=row.cooks,
            open_tickets=counts.get(row.pk, 0),
            backlog_seconds=ceil(work.get(row.pk, 0.0) / max(1, row.cooks)),
            target_seconds=target_of(row.target_seconds, row.late_seconds, restaurant),
            fulfilment=took.get(row.pk),
        )
        for row in Station.objects.of_restaurant(restaurant.pk).not_archived()
    ]


def load_json(restaurant_id: int, now: datetime, *, with_stations: bool) -> dict[str, Any]:
    """The load as the API tells it, in a constant number of queries: quotes by item, and for staff the stations."""
    menu = menu_now(restaurant_id)
    if with_stations:
        stations = station_loads(menu.menu.restaurant, now)
        minutes = quotes_of(menu.menu, {each.id: each.backlog_seconds for each in stations})
    else:
        stations, minutes = [], quotes(menu, now)
    lately = overall(each.fulfilment for each in stations if each.fulfilment)
    return {
        "pads_paused_until": moment(menu.pauses.of_pads(now)),
        "average_seconds": lately.average_seconds if lately else None,
        "target_seconds": lately.target_seconds if lately else None,
        "stations": [_station_json(each) for each in stations],
        "items": [{"item": item_id, "minutes": count} for item_id, count in minutes.items()],
    }


def _station_json(station: StationLoad) -> dict[str, Any]:
    return {
        "id": station.id,
        "name": station.name,
        "cooks": station.cooks,
        "open_tickets": station.open_tickets,
        "backlog_seconds": station.backlog_seconds,
        "average_seconds": station.fulfilment.average_seconds if station.fulfilment else None,
        "target_seconds": station.target_seconds,
    }


def quotes(menu: MenuNow, now: datetime) -> dict[int, int]:
    """{item: minutes until it would be ready} for the whole menu: two queries. Listed in settings, for lower apps."""
    restaurant_id = menu.menu.restaurant.pk
    work, _counts = _open_work(restaurant_id, now)
    cooks = Station.objects.of_restaurant(restaurant_id).values_list("pk", "cooks")
    return quotes_of(menu.menu, {pk: work.get(pk, 0.0) / max(1, count) for pk, count in cooks})


def quotes_of(menu: CompiledMenu, backlogs: Mapping[int, float]) -> dict[int, int]:
    """{item: minutes}, where the backlogs are known: {station: seconds}. Empty where there is no station at all."""
    try:
        routing = routing_for(menu, menu.restaurant.pk)
    except DomainError:  # nobody can order either
        return {}
    return {
        item.id: ceil(max(backlogs.get(station, 0.0) for station in routing.stations_of(item.id)) / 60)
        + item.prep_minutes
        for item in menu.by_id.values()
    }


def _open_work(restaurant_id: int, now: datetime) -> tuple[Mapping[int, float], Mapping[int, int]]:
    """({station: seconds of work of one cook}, {station: open tickets}): one query."""
    undone = ~Q(lines__status=LineStatus.DONE)
    minutes = Sum(F("lines__line__prep_minutes") * F("lines__line__quantity"), filter=undone)
    rows = Ticket.objects.of_restaurant(restaurant_id).open().order_by().annotate(minutes=minutes)
    work: dict[int, float] = defaultdict(float)
    counts: dict[int, int] = defaultdict(int)
    for station_id, asked, held_at, *began in rows.values_list(
        "station_id", "minutes", "held_at", "started_at", "recalled_at"
    ):
        counts[station_id] += 1
        if held_at is None:
            work[station_id] += max(0.0, (asked or 0) * 60 - _cooked_for(began, now))
    return work, counts


def _cooked_for(began: Collection[datetime | None], now: datetime) -> float:
    """Seconds since a ticket was started; since it was recalled, where that was later: its work begins anew."""
    started = max((moment for moment in began if moment is not None), default=now)
    return max(0.0, (now - started).total_seconds())

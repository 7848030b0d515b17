"""The work that waits at each station, and how long a dish ordered now would take.

A station has `cooks` × `at_once` places, because a cook keeps several dishes going side by side; the oldest waiting
dish takes the first free place. A dish is quoted the time until its turn at the busiest of its stations, including
those of its default choices, plus its own preparation, in whole minutes, rounded up.

This is the list schedule of R. L. Graham (Bounds on multiprocessing timing anomalies, 1969) for a kitchen in which no
place is empty while a dish waits. The time since a ticket was started is subtracted, down to zero. A ticket that is
held, or that starts later so that its course lands together, does not wait before anyone. A longer quote is the soft
limit on orders, a pause (`menu.services.pausing`) the hard one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.urls import reverse

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import moment
from bistro.core.models import Restaurant
from kitchen.fulfilment import Fulfilment, fulfilments, overall, target_of
from kitchen.models import Station, Ticket
from kitchen.schedule import until_free
from kitchen.station_routes import routing_for
from menu.compiled import CompiledItem, CompiledMenu, MenuNow, menu_now
from menu.selectors import PausedNow, paused_now
from orders.transitions import LineStatus


@dataclass(frozen=True, slots=True)
class StationLoad:
    """The present load of one station.

    `open_tickets` includes held ones; `backlog_seconds` is the time until the turn of a dish ordered now; `fulfilment`
    is of the last hour.
    """

    id: int
    name: str
    cooks: int
    at_once: int  # dishes that each cook makes at the same time
    open_tickets: int
    backlog_seconds: int
    target_seconds: int
    fulfilment: Fulfilment | None


@dataclass(frozen=True, slots=True)
class BoardLoad:
    """The figures in a board's head: ticket times of the last hour, and present pauses."""

    fulfilment: Fulfilment | None
    pauses: list[PausedNow]
    pauses_url: str


def board_load(actor: Actor, restaurant: Restaurant, station_id: int | None, now: datetime) -> BoardLoad:
    """Return the load for the board of one station, or of all: two queries."""
    took = fulfilments(restaurant, station_id, now)
    pauses_url = reverse("kitchen:pauses") + (f"?station={station_id}" if station_id else "")
    return BoardLoad(overall(took.values()), paused_now(actor, now), pauses_url)


def station_loads(restaurant: Restaurant, now: datetime) -> list[StationLoad]:
    """Return the load of every station of a restaurant, in station order: three queries."""
    turns, counts = _turns(restaurant.pk, now)
    took = fulfilments(restaurant, None, now)
    return [
        StationLoad(
            id=row.pk,
            name=row.name,
            cooks=row.cooks,
            at_once=row.at_once,
            open_tickets=counts.get(row.pk, 0),
            backlog_seconds=ceil(turns.get(row.pk, 0.0)),
            target_seconds=target_of(row.target_seconds, row.late_seconds, restaurant),
            fulfilment=took.get(row.pk),
        )
        for row in Station.objects.of_restaurant(restaurant.pk).not_archived()
    ]


def load_json(restaurant_id: int, now: datetime, *, with_stations: bool) -> dict[str, Any]:
    """Return the load as the API shows it, in a constant number of queries.

    These are the quotes by item and, for staff, the stations.
    """
    menu = menu_now(restaurant_id)
    if with_stations:
        stations = station_loads(menu.menu.restaurant, now)
        minutes = quotes_of(menu.menu, {each.id: float(each.backlog_seconds) for each in stations})
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
        "at_once": station.at_once,
        "open_tickets": station.open_tickets,
        "backlog_seconds": station.backlog_seconds,
        "average_seconds": station.fulfilment.average_seconds if station.fulfilment else None,
        "target_seconds": station.target_seconds,
    }


def quotes(menu: MenuNow, now: datetime) -> dict[int, int]:
    """Return `{item id: minutes until it would be ready}` for the whole menu: one query. A hook for lower apps."""
    turns, _counts = _turns(menu.menu.restaurant.pk, now)
    return quotes_of(menu.menu, turns)


def quotes_of(menu: CompiledMenu, turns: Mapping[int, float]) -> dict[int, int]:
    """Return `{item id: minutes}` from `{station id: seconds until a dish's turn}`.

    A dish is quoted with its default choices. Empty where the restaurant has no station.
    """
    try:
        routing = routing_for(menu, menu.restaurant.pk)
    except DomainError:  # without a station no orders are possible
        return {}
    return {
        item.id: ceil(max(turns.get(station, 0.0) for station in routing.stations_of(item.id, _defaults(item))) / 60)
        + item.prep_minutes
        for item in menu.by_id.values()
    }


def _defaults(item: CompiledItem) -> list[int]:
    return [modifier.id for modifier in item.modifiers() if modifier.is_default]


def _turns(restaurant_id: int, now: datetime) -> tuple[Mapping[int, float], Mapping[int, int]]:
    """Return `({station id: seconds until the turn of a dish ordered now}, {station id: open tickets})`: one query."""
    rows = Ticket.objects.of_restaurant(restaurant_id).open().oldest_first().values_list(
        "pk", "station_id", "station__cooks", "station__at_once", "lines__status", "lines__line__prep_minutes",
        "lines__line__quantity", "held_at", "aged_from", "started_at", "recalled_at",
    )  # fmt: skip
    begun: dict[int, list[tuple[float, int]]] = defaultdict(list)
    waiting: dict[int, list[tuple[float, int]]] = defaultdict(list)
    tickets: dict[int, set[int]] = defaultdict(set)
    places: dict[int, int] = {}
    for pk, station_id, cooks, at_once, status, minutes, quantity, held_at, aged_from, *since in rows:
        tickets[station_id].add(pk)
        places[station_id] = cooks * at_once
        if status in (None, LineStatus.DONE):
            continue
        if since != [None, None]:
            begun[station_id].append((max(0.0, minutes * 60 - _cooked_for(since, now)), quantity))
        elif held_at is None and (aged_from is None or aged_from <= now):
            waiting[station_id].append((minutes * 60, quantity))
    turns = {pk: until_free((*begun[pk], *waiting[pk]), count) for pk, count in places.items()}
    return turns, {pk: len(found) for pk, found in tickets.items()}


def _cooked_for(since: Collection[datetime | None], now: datetime) -> float:
    """Return the seconds since a ticket was started, or since its later recall, when work on it starts again."""
    started = max((moment for moment in since if moment is not None), default=now)
    return max(0.0, (now - started).total_seconds())

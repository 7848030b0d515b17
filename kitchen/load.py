"""How much work stands before each station, and how long a dish ordered now would take.

A station has `cooks` × `at_once` places, because a cook keeps several dishes going side by side, and the oldest dish
that waits takes the place that is free first. A dish is quoted the time until its own turn comes at the busiest of its
stations, those of its default choices too, and its own preparation, in whole minutes, rounded up.

That is the list schedule of R. L. Graham (Bounds on multiprocessing timing anomalies, 1969): what becomes of a kitchen
in which no place stays empty while a dish waits. From a ticket that was started, the time since is taken off, down to
nothing. One that is held, or that is to begin later so that its course lands together, stands before nobody.
A longer quote is the soft throttle; the hard one is a pause (`menu.services.pausing`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heapreplace
from math import ceil
from typing import Any

from django.urls import reverse

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import moment
from bistro.core.models import Restaurant
from kitchen.fulfilment import Fulfilment, fulfilments, overall, target_of
from kitchen.models import Station, Ticket
from kitchen.station_routes import routing_for
from menu.compiled import CompiledItem, CompiledMenu, MenuNow, menu_now
from menu.selectors import PausedNow, paused_now
from orders.transitions import LineStatus


@dataclass(frozen=True, slots=True)
class StationLoad:
    """One station now. `open_tickets` counts held ones too; `backlog_seconds`: until the turn of what is ordered now;
    `fulfilment` is of the last hour."""

    id: int
    name: str
    cooks: int
    at_once: int  # dishes that each cook keeps going
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
    """The load as the API tells it, in a constant number of queries: quotes by item, and for staff the stations."""
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
    """{item: minutes until it would be ready} for the whole menu: one query. Listed in settings, for lower apps."""
    turns, _counts = _turns(menu.menu.restaurant.pk, now)
    return quotes_of(menu.menu, turns)


def quotes_of(menu: CompiledMenu, turns: Mapping[int, float]) -> dict[int, int]:
    """{item: minutes}, where it is known when whose turn comes: {station: seconds}. A dish is quoted with the choices
    that it has by default. Empty where there is no station at all."""
    try:
        routing = routing_for(menu, menu.restaurant.pk)
    except DomainError:  # nobody can order either
        return {}
    return {
        item.id: ceil(max(turns.get(station, 0.0) for station in routing.stations_of(item.id, _defaults(item))) / 60)
        + item.prep_minutes
        for item in menu.by_id.values()
    }


def _defaults(item: CompiledItem) -> list[int]:
    return [modifier.id for modifier in item.modifiers() if modifier.is_default]


def until_free(dishes: Iterable[tuple[float, int]], places: int) -> float:
    """Seconds until a place is free for the next dish, when these, (seconds, how many), take places in their order."""
    free = [0.0] * max(1, places)
    for seconds, quantity in dishes:
        for _ in range(quantity):
            heapreplace(free, free[0] + seconds)
    return free[0]


def _turns(restaurant_id: int, now: datetime) -> tuple[Mapping[int, float], Mapping[int, int]]:
    """({station: seconds until the turn of what is ordered now}, {station: open tickets}): one query."""
    rows = Ticket.objects.of_restaurant(restaurant_id).open().order_by("fired_at", "pk").values_list(
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
    """Seconds since a ticket was started; since it was recalled, where that was later: its work begins anew."""
    started = max((moment for moment in since if moment is not None), default=now)
    return max(0.0, (now - started).total_seconds())

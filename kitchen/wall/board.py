"""The board of the kitchen wall: open tickets of one station or all, oldest first, in a constant number of queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.models import Restaurant
from kitchen.compiled_queries import (
    last_done,
    on_board,
    open_counts,
    open_firings,
    stations_in_use,
    with_lines,
)
from kitchen.load import BoardLoad, board_load
from kitchen.models import Ticket
from kitchen.wall.all_day import AllDay, Ingredients, to_make
from kitchen.wall.firings import shown_tickets
from kitchen.wall.tickets import BoardTicket, board_tickets
from menu.compiled import CompiledMenu, current_menu

SHIFT = timedelta(hours=12)  # time after the bump in which a recall is offered


@dataclass(frozen=True, slots=True)
class BoardStation:
    """An entry of the station menu."""

    id: int
    name: str
    open_count: int
    url: str


@dataclass(frozen=True, slots=True)
class BoardData:
    """The data of a wall."""

    restaurant: Restaurant
    station: BoardStation | None
    stations: list[BoardStation]
    tickets: list[BoardTicket]
    recent: list[BoardTicket] | None
    all_day: list[AllDay]
    ingredients: Ingredients | None
    load: BoardLoad | None
    open_count: int
    soon_seconds: int
    late_seconds: int
    live_url: str
    poll_url: str
    seq: int
    epoch: str

    @property
    def restaurant_name(self) -> str:
        return self.restaurant.name


def read_board(actor: Actor, station_id: int | None, position: Position | None = None) -> BoardData:
    """Return the wall of a station (None: all) in a number of queries that does not depend on the number of tickets."""
    return _read(actor, station_id, position, only=None, with_recent=True)


def read_changes(
    actor: Actor, station_id: int | None, position: Position | None, *, only: Collection[int], with_recent: bool
) -> BoardData:
    """Return the wall with only the given open tickets, for a push: a rush must not redraw the board for each order.

    `recent` is None when nothing was bumped or recalled.
    """
    return _read(actor, station_id, position, only=only, with_recent=with_recent)


def read_tickets(actor: Actor, menu: CompiledMenu, station_id: int | None, only: Collection[int]) -> list[BoardTicket]:
    """Return only the given tickets, as far as they are on the board: the quick answer to an action."""
    now = timezone.now()
    return shown_tickets(station_id, on_board(actor, station_id, now - SHIFT, only), menu.restaurant, menu, now)


def _read(
    actor: Actor,
    station_id: int | None,
    position: Position | None,
    *,
    only: Collection[int] | None,
    with_recent: bool,
) -> BoardData:
    assert actor.restaurant_id is not None
    position = position or event_log.position(actor.restaurant_id)
    restaurant = restaurant_of(actor)
    stations = board_stations(actor)
    station = next((each for each in stations if each.id == station_id), None)
    menu, now = current_menu(restaurant.pk), timezone.now()
    if only is None:
        every = Ticket.objects.visible_to(actor).on_board(now - SHIFT).of_station(station_id)
        rows = list(every.with_lines().oldest_first())
    else:
        rows = on_board(actor, station_id, now - SHIFT, only)
    making = to_make(actor, station_id, menu)
    page = reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board")
    return BoardData(
        restaurant=restaurant,
        station=station,
        stations=stations,
        tickets=shown_tickets(station_id, rows, restaurant, menu, now),
        recent=_recent(actor, station_id, restaurant, menu, now) if with_recent else None,
        all_day=making.items,
        ingredients=making.ingredients,
        load=board_load(actor, restaurant, station_id, now) if with_recent else None,
        open_count=station.open_count if station else len(open_firings(actor)),
        soon_seconds=restaurant.soon_seconds,
        late_seconds=restaurant.late_seconds,
        live_url=f"/ws/kitchen/{station_id or 'all'}/",
        poll_url=page,
        seq=position.seq,
        epoch=position.epoch,
    )


def _recent(
    actor: Actor, station_id: int | None, restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """Return the last bumped tickets that can still be recalled, newest first."""
    return board_tickets(with_lines(last_done(actor, station_id, now - SHIFT)), restaurant, menu, now)


def board_stations(actor: Actor) -> list[BoardStation]:
    """Return the station menu in two queries, counted from open tickets only, so that history costs nothing."""
    counts = dict(open_counts(actor))
    return [
        BoardStation(pk, name, counts.get(pk, 0), reverse("kitchen:station", args=[pk]))
        for pk, name in stations_in_use(actor)
    ]

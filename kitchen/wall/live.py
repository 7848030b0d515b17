"""The kitchen wall as pushed to its screens: the tickets that events touch, rendered with the page's partials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, page_frame, render_fragment
from bistro.core.models import Event
from kitchen.compiled_queries import orders_of_tickets, tickets_of_orders
from kitchen.models import Screen, Station, Ticket
from kitchen.strips import changed_strips
from kitchen.wall.board import BoardData, board_stations, read_board, read_changes, read_tickets
from kitchen.wall.firings import firing_key
from kitchen.wall.tickets import BoardTicket
from menu.compiled import current_menu
from menu.events import MenuChanged

# Actions that leave each ticket at its station.
COOKING_TYPES = frozenset({"ticket_updated", "order_updated", "order_created"})
COOKING = frozenset(
    {"placed", "confirmed", "progressed", "delivered", "started", "bumped", "line_bumped", "bump_undone", "recalled"}
    | {"held", "released", "changes_read", "line_plated"}
)


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """The station of a ticket, its order and its firing."""

    station_id: int
    order_id: int
    fired_course: int


class KitchenView:
    """The wall of one station, or of all (`station_id` None), the same for every viewer."""

    def __init__(self, restaurant_id: int, actor: Actor, station_id: int | None) -> None:
        self.restaurant_id, self.actor, self.station_id = restaurant_id, actor, station_id
        self.key = f"kitchen:{restaurant_id}:{station_id or 'all'}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Render the whole board."""
        board = read_board(self.actor, self.station_id, position)
        html = render_fragment("kitchen/board.html#board", {"board": board}, board.restaurant)
        yield page_frame("snapshot", html, position, shown_ids(board.tickets))

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Render the tickets of the orders that these events touched; tickets that are no longer open leave."""
        seen = [event for event in events if Audience.KITCHEN in audiences_of(event.type, event.action)]
        if not seen:
            return
        printers = changed_strips(self.restaurant_id, seen)
        places = touched_tickets(seen, self.restaurant_id)
        if not self._concerned(seen, places):
            yield page_frame("changes", self._menu_of_stations() + printers, position)
            return
        cooked = [event for event in seen if event.action != "delivered"]
        touched = places if len(cooked) == len(seen) else touched_tickets(cooked, self.restaurant_id)
        if not touched:
            yield page_frame("changes", self._strips(position, seen) + printers, position)
            return
        with_recent = any(event.type != "order_created" for event in seen)
        board = read_changes(self.actor, self.station_id, position, only=touched, with_recent=with_recent)
        html, shows = render_changes(board, touched)
        yield page_frame("changes", html + printers, position, shows)

    def _concerned(self, events: Iterable[Event], places: Mapping[int, TicketPlace]) -> bool:
        """Return whether these events may change more here than the counts of other stations.

        Cooking and new orders leave each ticket at its station. Any other event may change anything.
        """
        if self.station_id is None or any(place.station_id == self.station_id for place in places.values()):
            return True
        return not all(event.type in COOKING_TYPES and event.action in COOKING for event in events)

    def _menu_of_stations(self) -> str:
        """Render the station menu with its counts: the only change on this board when others cook."""
        stations = board_stations(self.actor)
        here = next((each for each in stations if each.id == self.station_id), None)
        context = {"board": {"stations": stations, "station": here}, "oob": True}
        return render_fragment("kitchen/board.html#stations", context, restaurant_by_id(self.restaurant_id))

    def _strips(self, position: Position, seen: list[Event]) -> str:
        """Render what a delivered order, a pause or a new menu changes: the recall list, the pauses and the recipes."""
        board = read_changes(self.actor, self.station_id, position, only=(), with_recent=True)
        strips = ["kitchen/board.html#recent", "kitchen/load.html"]
        if any((event.type, event.action) == (MenuChanged.type, MenuChanged.action) for event in seen):
            strips.append("kitchen/board.html#all_day")
        context = {"board": board, "load": board.load, "oob": True}
        return "".join(render_fragment(name, context, board.restaurant) for name in strips)

    def shown_at(self, seq: int) -> frozenset[int]:
        """Return the open tickets that a page rendered at `seq` displays.

        These are the present rows without those that came later.
        """
        rows = Ticket.objects.visible_to(self.actor).open().of_station(self.station_id).filter(seen_at=None)
        open_now = dict(rows.values_list("pk", "order_id"))
        if not open_now:
            return frozenset()
        later = event_log.events_after(self.restaurant_id, seq)
        if len(later) >= settings.FEED_CATCH_UP_LIMIT:  # too far behind: a snapshot follows, and its own report
            return frozenset()
        news = {event.subject for event in later}
        return frozenset(pk for pk, order_id in open_now.items() if not {f"order:{order_id}", f"ticket:{pk}"} & news)


def render_acted(actor: Actor, station_id: int | None, order_id: int, problem: str, undo: object) -> str:
    """Render the immediate answer to an action: the tickets of its order on this board, and the outcome.

    Counts, lists and other tickets arrive over the socket, which learns of the action at the same moment.
    """
    assert actor.restaurant_id is not None
    menu = current_menu(actor.restaurant_id)
    siblings = _places(menu.restaurant.pk, [order_id])
    tickets = read_tickets(actor, menu, station_id, siblings)
    context = {
        "board": {"station": station_id},
        "tickets": tickets,
        "gone": _gone(siblings, tickets, station_id),
        "problem": problem,
        "undo": undo,
    }
    return render_fragment("kitchen/board.html#acted", context, menu.restaurant)


def render_changes(board: BoardData, touched: Mapping[int, TicketPlace]) -> tuple[str, frozenset[int]]:
    """Return `(html, ids now displayed)` of a board that was read for these tickets.

    Open tickets are rendered, the rest deleted.
    """
    station_id = board.station.id if board.station else None
    context = {"board": board, "tickets": board.tickets, "gone": _gone(touched, board.tickets, station_id)}
    return render_fragment("kitchen/board.html#changes", context, board.restaurant), shown_ids(board.tickets)


def shown_ids(tickets: Iterable[BoardTicket]) -> frozenset[int]:
    """Return the ids of the tickets that are displayed, where one may stand for several."""
    return frozenset(pk for ticket in tickets for pk in ticket.ticket_ids)


def _gone(touched: Mapping[int, TicketPlace], shown: Iterable[BoardTicket], station_id: int | None) -> list[str]:
    """Return the keys of the touched tickets that the board no longer shows."""
    if station_id is None:
        keys = {firing_key(place.order_id, place.fired_course) for place in touched.values()}
    else:
        keys = {str(pk) for pk in touched}
    return sorted(keys - {ticket.key for ticket in shown})


def touched_orders(events: Iterable[Event], restaurant_id: int) -> tuple[set[int], set[int]]:
    """Return `(order ids, ticket ids)` that the events concern, with at most one query."""
    orders: set[int] = set()
    tickets: set[int] = set()
    for event in events:
        kind, _, key = event.subject.partition(":")
        if kind == "order":
            orders.add(int(key))
        elif kind == "ticket":
            tickets.add(int(key))
    if tickets:
        orders.update(order_id for (order_id,) in orders_of_tickets(restaurant_id, tickets))
    return orders, tickets


def touched_tickets(events: Iterable[Event], restaurant_id: int) -> dict[int, TicketPlace]:
    """Return `{ticket id: its place}` of all tickets of the orders that the events concern, with at most two queries.

    One query would make PostgreSQL read every ticket ever made. Sibling tickets are included, because each names the
    other stations of its order.
    """
    orders, _tickets = touched_orders(events, restaurant_id)
    return _places(restaurant_id, orders) if orders else {}


def _places(restaurant_id: int, order_ids: Iterable[int]) -> dict[int, TicketPlace]:
    return {pk: TicketPlace(*place) for pk, *place in tickets_of_orders(restaurant_id, order_ids)}


def station_for(actor: Actor, wanted: str) -> tuple[bool, int | None]:
    """Return `(may watch, station id)` for a board's address, `all` or an id.

    A screen with stations sees only those.
    """
    own = set(Screen.objects.visible_to(actor).filter(device_id=actor.device_id).values_list("stations", flat=True)) - {
        None
    }
    if wanted == "all":
        return not own, None
    known = Station.objects.visible_to(actor).not_archived().filter(pk=int(wanted)).exists()
    return known and (not own or int(wanted) in own), int(wanted)


def may_watch_expo(actor: Actor) -> bool:
    """Return whether an actor may watch the pass: people, and wall screens without stations or made for the pass."""
    if actor.is_staff:
        return True
    screen = Screen.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    return screen is None or screen.layout == Screen.Layout.EXPO or not screen.stations.exists()

"""The recall list: tickets bumped in this shift."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from kitchen.models import Station, Ticket
from kitchen.wall.board import SHIFT
from kitchen.wall.tickets import BoardTicket, board_tickets
from menu.compiled import current_menu

ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class DoneTicket:
    """A bumped ticket with its number in the list."""

    number: int
    ticket: BoardTicket


@dataclass(frozen=True, slots=True)
class DoneList:
    """A page of the list. `can_cook`: the person may bring tickets back."""

    station_id: int | None
    station_name: str
    tickets: list[DoneTicket]
    page: int
    pages: int
    count: int
    can_cook: bool

    @property
    def newer(self) -> str:
        """Return the query of the page before, or "" on the first page."""
        return self._query(self.page - 1) if self.page > 1 else ""

    @property
    def older(self) -> str:
        """Return the query of the next page, or "" on the last page."""
        return self._query(self.page + 1) if self.page < self.pages else ""

    def _query(self, page: int) -> str:
        station = {"station": self.station_id} if self.station_id else {}
        return f"?{urlencode({'page': page, **station})}"


def read_done(actor: Actor, station_id: int | None, page: int = 1) -> DoneList:
    """Return a page of the bumped tickets of a station (None: all), newest first, in a constant number of queries."""
    now = timezone.now()
    rows = Ticket.objects.visible_to(actor).of_station(station_id).done_since(now - SHIFT)
    count = rows.count()
    pages = max(1, -(-count // ON_A_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * ON_A_PAGE
    shown = list(rows.order_by("-done_at", "-pk").with_lines()[first : first + ON_A_PAGE])
    restaurant = restaurant_of(actor)
    tickets = board_tickets(shown, restaurant, current_menu(restaurant.pk), now)
    station = Station.objects.visible_to(actor).filter(pk=station_id).first() if station_id else None
    return DoneList(
        station_id=station_id,
        station_name=station.name if station else "",
        tickets=[DoneTicket(first + place + 1, each) for place, each in enumerate(tickets)],
        page=page,
        pages=pages,
        count=count,
        can_cook=actor.may(Permission.COOK),
    )

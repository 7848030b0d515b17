"""Live news for order screens: what became sold out, and whose orders changed. The screen then fetches its state."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, page_frame, render_fragment
from bistro.core.models import Event
from orders.floor.plan import table_ids_of
from tables.selectors import joined_tables

EVERY_TABLE = "all"
NO_TABLE = "0"


@dataclass(frozen=True, slots=True)
class News:
    """The tables whose orders changed, and whether the menu did, as of a place in the event log."""

    tables: str
    menu: bool
    seq: int
    epoch: str
    live_url: str = "/ws/floor/order/"

    @property
    def poll_url(self) -> str:
        return reverse("ordering:news")


def all_news(restaurant_id: int, position: Position | None = None) -> News:
    """Return the news that make every screen fetch its state."""
    position = position or event_log.position(restaurant_id)
    return News(EVERY_TABLE, True, position.seq, position.epoch)


class OrderingView:
    """The news of a restaurant, the same for every order screen and for the counter."""

    def __init__(self, restaurant_id: int, actor: Actor) -> None:
        self.restaurant_id, self.actor = restaurant_id, actor
        self.key = f"ordering:{restaurant_id}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Yield the news that everything may have changed."""
        yield self._frame("snapshot", all_news(self.restaurant_id, position), position)

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Yield the tables that these events changed, and whether the menu did."""
        seen = [event for event in events if Audience.FLOOR in audiences_of(event.type, event.action)]
        if seen:
            menu = any(_is_menu(event) for event in seen)
            news = News(self._tables(seen, position), menu, position.seq, position.epoch)
            yield self._frame("changes", news, position)

    def _tables(self, events: list[Event], position: Position) -> str:
        """Return the ids of the events' tables and of those joined to them as words.

        NO_TABLE stands for orders without a table.
        """
        touched = table_ids_of(events)
        joined = (joined_tables(self.restaurant_id, position, table) for table in touched)
        alone = any(event.table_id is None and not _is_menu(event) for event in events)
        return " ".join([*map(str, sorted(touched.union(*joined))), *([NO_TABLE] if alone else [])])

    def _frame(self, kind: str, news: News, position: Position) -> Frame:
        html = render_fragment("ordering/news.html", {"news": news}, restaurant_of(self.actor))
        return page_frame(kind, html, position)


def _is_menu(event: Event) -> bool:
    return event.type == "menu_updated"

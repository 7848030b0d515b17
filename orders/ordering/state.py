"""The state that an order screen shows and follows: the draft with its prices, what is sold out, and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, display, text
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.models import Restaurant
from menu.compiled import MenuNow
from menu.selectors import sellable_menu
from orders.models import Draft
from orders.ordering.place import Place
from orders.ordering.quote import Quote, Selling, quote
from orders.ordering.sent import SentCheck, read_sent


@dataclass(frozen=True, slots=True)
class ScreenState:
    """Everything about a place that may change while its order screen is open."""

    place: Place
    draft: Draft
    selling: Selling
    sent: SentCheck
    quote: Quote

    @property
    def menu(self) -> MenuNow:
        return self.selling.menu

    @property
    def restaurant(self) -> Restaurant:
        return self.menu.menu.restaurant

    @property
    def stamp(self) -> str:
        """Return a text that changes whenever something here changes."""
        menu = self.menu
        counted = sum(state.portions_left or 0 for state in self.selling.states.values())
        party = self.place.party
        guests = (
            f"{party.pk}-{party.version}" if party else "0"
        )  # a colleague declares an allergy: the screen must know
        stamps = (menu.menu.version, menu.stamp, counted, self.draft.version, self.sent.stamp, guests)
        return ".".join(map(str, stamps))

    @property
    def kind(self) -> str:
        """Return the kind of the order: chosen, or what the place suggests."""
        chosen = self.draft.details.get("kind")
        return str(chosen or (OrderKind.DINE_IN if self.place.table else OrderKind.TAKE_AWAY))

    @property
    def new_total(self) -> str:
        """Return the total of the draft for people."""
        return self.money(self.quote.total)

    def money(self, amount: Any) -> str:
        return display(amount, self.restaurant.currency, self.restaurant.locale)


def read_screen(place: Place, actor: Actor, draft: Draft | None = None) -> ScreenState:
    """Read the state in a constant number of queries. `draft` is known after a change."""
    assert actor.restaurant_id is not None
    now, states = sellable_menu(actor.restaurant_id)
    selling = Selling(now, states, timezone.now())
    draft = draft or place.draft(actor)
    kind = draft.details.get("kind") or (OrderKind.DINE_IN if place.table else OrderKind.TAKE_AWAY)
    sent = read_sent(place, actor, now.menu.restaurant.locale)
    return ScreenState(place, draft, selling, sent, quote(selling, draft.lines, kind, draft.details.get("courses")))


def state_json(state: ScreenState, refused: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the state for the screen's scripts."""
    return {
        "stamp": state.stamp,
        "draft": draft_json(state.draft),
        "refused": list(refused),
        "quote": _quote_json(state),
        "menu": {
            "version": state.menu.menu.version,
            "url": menu_url(state.restaurant.pk, state.menu.menu.version),
            **availability_json(state.selling),
        },
        "sent": sent_html(state),
        "party": state.place.party.pk if state.place.party else None,
        "allergies": dict(state.place.party.allergies) if state.place.party else {},
    }


def draft_json(draft: Draft) -> dict[str, Any]:
    """Return a draft for the screen's scripts."""
    return {
        "version": draft.version,
        "lines": draft.lines,
        "details": draft.details,
        "by": draft.changed_by,
        "at": moment(draft.changed_at),
    }


def _quote_json(state: ScreenState) -> dict[str, Any]:
    currency = state.restaurant.currency
    return {
        "total": text(state.quote.total, currency),
        "shown": state.money(state.quote.total),
        "check": state.money(state.sent.owed.total + state.quote.total),
        "has_sent": state.sent.owed.total != ZERO,
        "problems": dict(state.quote.problems),
        "stations": list(state.quote.stations),
        "minutes": state.quote.minutes,
    }


def availability_json(selling: Selling) -> dict[str, Any]:
    """Return {"off": [ids], "left": {id: portions}, "paused": {id: "19:30"}} of dishes with a limit."""
    tz = selling.menu.menu.restaurant.tz
    paused: dict[str, str] = {}
    for item in selling.menu.menu.by_id.values() if _pauses(selling) else ():
        until: datetime | None = selling.menu.pauses.of_item(item.id, item.category_id, selling.at)
        if until is not None:
            paused[str(item.id)] = f"{until.astimezone(tz):%H:%M}"
    states: Mapping[int, Any] = selling.states
    return {
        "off": [pk for pk, state in states.items() if not state.available],
        "left": {str(pk): state.portions_left for pk, state in states.items() if state.portions_left is not None},
        "paused": paused,
    }


def _pauses(selling: Selling) -> bool:
    return bool(selling.menu.pauses.items or selling.menu.pauses.categories)


def sent_html(state: ScreenState) -> str:
    """Render the sent part of the check."""
    return render_to_string("ordering/sent.html", {"sent": state.sent, "place": state.place})


def menu_url(restaurant_id: int, version: int) -> str:
    """Return the address of the whole menu, which never changes its content."""
    return reverse("ordering:menu", args=[restaurant_id, version])

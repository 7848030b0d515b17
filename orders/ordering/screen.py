"""The read model of the order screen: rail, tiles, seats, and what its scripts need to begin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.models import Membership
from menu.allergens import Level, of_level
from menu.compiled import CompiledCategory, CompiledItem
from orders.allergies import harms
from orders.floor.guests import seats_offered
from orders.ordering.approval import approvers
from orders.ordering.favourites import favourites
from orders.ordering.forms import TYPED
from orders.ordering.live import News, all_news
from orders.ordering.sent import last_round, typed_facts
from orders.ordering.state import ScreenState, menu_url, state_json
from orders.ordering.words import words
from tables.declarations import WHOLE_PARTY

FAVOURITES = "favourites"
TILES = 120  # on one page without scripts


@dataclass(frozen=True, slots=True)
class Tile:
    """A dish to tap. `left` are the portions or None; `off` says why it cannot be ordered; `warning` names the seat."""

    id: int
    name: str
    price: str
    allergens: str
    left: int | None
    off: str
    warning: str
    on_check: int


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A category of the rail. `on_check` counts its dishes in the draft."""

    id: str
    name: str
    on_check: int
    current: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat to choose. `allergies` are what its guest must not eat, in the short words of the kitchen."""

    number: int
    allergies: str


@dataclass(frozen=True, slots=True)
class Screen:
    """The order screen of a place."""

    state: ScreenState
    rail: Sequence[RailEntry]
    tiles: Sequence[Tile]
    more_tiles: bool
    category: str
    seats: Sequence[Seat]
    lines: Sequence["DraftLine"]
    key: str
    news: News
    can_order: bool
    asks_approval: bool
    approvers: Sequence[Membership]
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of the draft on a page without scripts: `groups` are its choices, with `chosen` ids."""

    key: str
    quantity: int
    name: str
    note: str
    seat: int | None
    groups: Sequence[tuple[Any, frozenset[int]]]
    problem: str
    total: str
    is_open: bool
    typed: Mapping[str, str]


def read_page(state: ScreenState, actor: Actor, wanted: str, part: str = "") -> Screen:
    """Return the order screen with one category open: the wanted one, or the one that comes next for this party."""
    liked = favourites(actor, state.menu)
    category = _category(state, wanted, liked)
    items = list(_items(state, category, liked))
    asks = state.restaurant.price_limit is not None and not actor.may(Permission.APPROVE_PRICE)
    start = (whole_number(part, most=1000) or 0) * TILES
    seats = _seats(state)
    return Screen(
        state=state,
        rail=_rail(state, category),
        tiles=_tiles(items[start : start + TILES], state),
        more_tiles=len(items) > start + TILES,
        category=category,
        seats=seats,
        lines=[_line(line, state) for line in state.draft.lines if line["item"] in state.menu.menu.by_id],
        key=uuid7().hex,
        news=all_news(state.restaurant.pk),
        can_order=state.place.table is None or not state.place.table.out_of_service,
        asks_approval=asks,
        approvers=approvers(actor, Permission.APPROVE_PRICE) if asks else [],
        config=_config(state, actor, category, liked, seats),
    )


# --- categories and tiles --------------------------------------------------------------------------------------------
def _category(state: ScreenState, wanted: str, liked: Sequence[int]) -> str:
    """Return the category to open: the wanted one, else the next course of the party, else the favourites."""
    with_items = [category for category in state.menu.menu.categories if category.items]
    if wanted == FAVOURITES or wanted in {str(category.id) for category in with_items}:
        return wanted
    last = state.sent.last_course
    following = [each for each in with_items if last and each.items[0].course == last + 1]
    if following:
        return str(following[0].id)
    return FAVOURITES if liked or not with_items else str(with_items[0].id)


def _items(state: ScreenState, category: str, liked: Sequence[int]) -> Iterable[CompiledItem]:
    if category == FAVOURITES:
        return [state.menu.menu.by_id[item] for item in liked]
    return next(each.items for each in state.menu.menu.categories if str(each.id) == category)


def _rail(state: ScreenState, current: str) -> list[RailEntry]:
    counts = _counts(state)
    entries = [RailEntry(FAVOURITES, gettext("Favourites"), 0, current == FAVOURITES)]
    for category in state.menu.menu.categories:
        if category.items:
            entries.append(_entry(category, counts, current))
    return entries


def _entry(category: CompiledCategory, counts: Mapping[int, int], current: str) -> RailEntry:
    chosen = sum(counts.get(item.id, 0) for item in category.items)
    return RailEntry(str(category.id), category.name, chosen, current == str(category.id))


def _counts(state: ScreenState) -> dict[int, int]:
    counts: dict[int, int] = {}
    for line in state.draft.lines:
        counts[line["item"]] = counts.get(line["item"], 0) + line["quantity"]
    return counts


def _tiles(items: Iterable[CompiledItem], state: ScreenState) -> list[Tile]:
    counts = _counts(state)
    return [_tile(item, state, counts.get(item.id, 0)) for item in items]


def _tile(item: CompiledItem, state: ScreenState, on_check: int) -> Tile:
    known = state.selling.states.get(item.id)
    until = state.menu.pauses.of_item(item.id, item.category_id, state.selling.at)
    off = ""
    if until is not None:
        off = gettext("paused until %(time)s") % {"time": f"{until.astimezone(state.restaurant.tz):%H:%M}"}
    elif known is not None and not known.available:
        off = gettext("86, sold out")
    return Tile(
        id=item.id,
        name=item.name,
        price=gettext("price is typed") if item.open_price else state.money(item.price),
        allergens=", ".join(of_level(item.stated, Level.CONTAINS)),
        left=known.portions_left if known else None,
        off=off,
        warning=_warning(item, state),
        on_check=on_check,
    )


def _warning(item: CompiledItem, state: ScreenState) -> str:
    """Return a warning that names the seats whose allergens the dish contains or may contain."""
    declared = state.place.party.allergies if state.place.party else {}
    bad = [seat for seat, codes in declared.items() if harms(codes, [(item.name, item.stated)])]
    if WHOLE_PARTY in bad:
        return gettext("not for this party")
    return gettext("not for seat %(seats)s") % {"seats": ", ".join(bad)} if bad else ""


# --- seats and draft -------------------------------------------------------------------------------------------------
def _seats(state: ScreenState) -> list[Seat]:
    if state.place.table is None:
        return []
    party = state.place.party
    declared = party.allergies if party else {}
    return [
        Seat(seat, ", ".join(declared.get(str(seat), ())))
        for seat in range(1, seats_offered(party, state.place.table) + 1)
    ]


def _line(line: Mapping[str, Any], state: ScreenState) -> DraftLine:
    item = state.menu.menu.by_id[line["item"]]
    chosen = frozenset(line.get("modifiers") or ())
    total = state.quote.lines.get(line["key"])
    return DraftLine(
        key=line["key"],
        quantity=line["quantity"],
        name=line.get("name") or item.name,
        note=line.get("note") or "",
        seat=line.get("seat"),
        groups=[(group, chosen) for group in item.groups],
        problem=state.quote.problems.get(line["key"], ""),
        total=state.money(total) if total is not None else "",
        is_open=item.open_price,
        typed={each: line.get(each) or "" for each in TYPED},
    )


# --- what the scripts need -------------------------------------------------------------------------------------------
def _config(
    state: ScreenState, actor: Actor, category: str, liked: Sequence[int], seats: Sequence[Seat]
) -> dict[str, Any]:
    restaurant, place = state.restaurant, state.place
    begin = state_json(state)
    del begin["sent"]  # the page shows it already
    return {
        "place": place.table_id,
        "name": place.name,
        "me": actor.label,
        "urls": {
            "draft": place.url("draft"),
            "send": place.url("send"),
            "menu": menu_url(restaurant.pk, state.menu.menu.version),
            "availability": reverse("menu:availability", args=[0]),
        },
        "currency": restaurant.currency,
        "locale": restaurant.locale.replace("_", "-"),
        "added_tax": restaurant.tax_mode == restaurant.TaxMode.ADDED,
        "hold_courses": restaurant.hold_courses,
        "seats": len(seats),
        "category": category,
        "favourites": list(liked),
        "round": [_again(line) for line in last_round(state.sent) if line.item in state.menu.menu.by_id],
        "notes": restaurant.kitchen_notes.splitlines(),
        "may86": actor.may(Permission.SET_AVAILABILITY),
        "state": begin,
        "words": words(),
    }


def _again(line: Any) -> dict[str, Any]:
    return {
        "item": line.item,
        "quantity": line.quantity,
        "modifiers": list(line.modifiers or ()),
        "allergies": list(line.allergies or ()),
        "note": line.note,
        "seat": line.seat,
        "course": line.course,
        **typed_facts(line),
    }

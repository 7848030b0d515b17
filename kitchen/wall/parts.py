"""The part of a dish that a station makes, as its cooks read it, and what is left out of the dish.

A dish may be made at several stations: the grill makes the chicken of a Caesar salad, the fryer the fries of a steak.
Each of them reads its own part first and then the dish it belongs to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kitchen.station_routes import routing_for
from menu.compiled import CompiledItem, CompiledMenu
from orders.models import OrderLine

# First words of a choice, or of its group, that leave something out, in the languages of kitchens.
LEAVING_OUT = {
    "no", "without", "minus", "hold", "leave", "remove", "ohne", "kein", "keine", "keinen", "weglassen", "sans", "sin",
    "retirer", "quitar", "senza", "togliere", "zonder", "geen", "sem", "bez", "utan", "uden", "uten", "ilman", "fără",
    "nélkül", "χωρίς", "без", "بدون", "ללא", "בלי",
}  # fmt: skip
# (item id, ids of the chosen modifiers) → (whether the dish itself is made here, the choices made here)
Share = Callable[[int, list[int]], tuple[bool, list[int]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a dish. One that leaves something out says `name` without that word; `elsewhere`: not made here."""

    name: str
    left_out: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A dish as a cook reads it: the part made here, the dish it belongs to ("" if it is the dish), the choices."""

    name: str
    of: str
    choices: list[Choice]


def share_at(station_id: int | None, menu: CompiledMenu) -> Share:
    """Return the part of a dish that this station makes; without a station, all of it."""
    if station_id is None:
        return lambda item_id, modifiers: (True, modifiers)
    routing = routing_for(menu, menu.restaurant.pk)
    return lambda item_id, modifiers: routing.share_of(station_id, item_id, modifiers)


def part_of(line: OrderLine, share: Share, menu: CompiledMenu) -> Part:
    """Return the part of an order line that is made where `share` says."""
    chosen = [(int(modifier["id"]), modifier["name"]) for modifier in line.modifiers]
    dish, here = share(line.item_id, [pk for pk, _ in chosen])
    item = menu.by_id.get(line.item_id)  # None if the dish was archived after the order
    if dish:
        return Part(line.name, "", [_choice(pk, name, item, elsewhere=pk not in here) for pk, name in chosen])
    made = [name for pk, name in chosen if pk in here]
    rest = [_choice(pk, name, item, elsewhere=True) for pk, name in chosen if pk not in here]
    return Part(" + ".join(made), line.name, rest)


def _choice(pk: int, name: str, item: CompiledItem | None, *, elsewhere: bool) -> Choice:
    rest = what_is_left_out(name)
    if rest:
        return Choice(rest, left_out=True, elsewhere=elsewhere)
    groups = item.groups if item else ()
    group = next((group.name for group in groups if any(each.id == pk for each in group.modifiers)), "")
    return Choice(name, left_out=leaves_out(group), elsewhere=elsewhere)


def leaves_out(name: str) -> bool:
    """Return whether a name begins with a word such as "No" or "Without"."""
    words = name.split(None, 1)
    return bool(words) and words[0].casefold() in LEAVING_OUT


def what_is_left_out(name: str) -> str:
    """Return what a choice such as "No onion" leaves out: "onion"; or "" for a choice that adds something."""
    words = name.split(None, 1)
    return words[1] if len(words) == 2 and leaves_out(name) else ""

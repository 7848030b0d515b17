"""The all-day list: how many of each item are still to be made, and how much of each ingredient they need."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bistro.core.kernel.actors import Actor
from kitchen.models import Ticket, TicketLine
from kitchen.wall.parts import Share, share_at
from menu.compiled import CompiledMenu
from menu.models import Ingredient
from menu.recipes import Portion, Recipes, recipes_for
from orders.transitions import LineStatus

_UNITS = list(Ingredient.Unit.values)


@dataclass(frozen=True, slots=True)
class AllDay:
    """The number of one item to be made now, in total and with each choice."""

    name: str
    quantity: int
    modifiers: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Needed:
    """The amount of one ingredient, such as `10` or `1.25 kg`."""

    name: str
    amount: str


@dataclass(frozen=True, slots=True)
class Ingredients:
    """The ingredients of all open dishes, and the number of dishes without a recipe, which they leave out.

    Pieces come before weights and volumes; within each, the largest amount first.
    """

    needed: list[Needed]
    without: int


@dataclass(frozen=True, slots=True)
class ToMake:
    """Both lists. `ingredients` is None in a restaurant without recipes."""

    items: list[AllDay]
    ingredients: Ingredients | None


Line = tuple[int, str, int, list[dict[str, str]]]  # item, name, quantity, modifiers


def to_make(actor: Actor, station_id: int | None, menu: CompiledMenu) -> ToMake:
    """Return what the open tickets that are not held still need: one query; recipes and routes are cached."""
    lines, share = _lines(actor, station_id), share_at(station_id, menu)
    recipes = recipes_for(menu)
    return ToMake(_items(lines, share), _ingredients(lines, recipes, share) if recipes else None)


def _lines(actor: Actor, station_id: int | None) -> list[Line]:
    """Return each line of an order once, at however many stations it is cooked."""
    tickets = Ticket.objects.visible_to(actor).open().of_station(station_id).filter(held_at=None)
    rows = TicketLine.objects.filter(ticket__in=tickets).exclude(status=LineStatus.DONE).order_by()
    columns = "line_id", "line__item_id", "line__name", "line__quantity", "line__modifiers"
    return list({line_id: tuple(line) for line_id, *line in rows.values_list(*columns)}.values())  # type: ignore[arg-type]


def _items(lines: Iterable[Line], share: Share) -> list[AllDay]:
    """Count what is made here: the dish with the choices made here, or only such choices of it."""
    items: Counter[str] = Counter()
    choices: dict[str, Counter[str]] = {}
    for item_id, name, quantity, modifiers in lines:
        dish, made = share(item_id, [int(modifier["id"]) for modifier in modifiers])
        names = [modifier["name"] for modifier in modifiers if int(modifier["id"]) in made]
        counted = choices.setdefault(name, Counter()) if dish else items
        if dish:
            items[name] += quantity
        for choice in names:
            counted[choice] += quantity
    ordered = sorted(items.items(), key=lambda item: (-item[1], item[0]))
    return [AllDay(name, quantity, choices.get(name, Counter()).most_common()) for name, quantity in ordered]


def _ingredients(lines: Iterable[Line], recipes: Recipes, share: Share) -> Ingredients:
    totals: Portion = {}
    without = 0
    for item_id, _, quantity, modifiers in lines:
        dish, choices = share(item_id, [int(modifier["id"]) for modifier in modifiers])
        if dish and item_id not in recipes.items:
            without += quantity
        for ingredient, each in recipes.portion(item_id if dish else None, choices).items():
            totals[ingredient] = totals.get(ingredient, Decimal(0)) + each * quantity
    known = [(recipes.ingredients[key], total) for key, total in totals.items()]
    known.sort(key=lambda each: (_UNITS.index(each[0].unit), -each[1], each[0].name))
    return Ingredients([Needed(row.name, row.amount(total)) for row, total in known], without)

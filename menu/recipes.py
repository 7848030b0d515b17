"""Recipes for the kitchen, kept in memory for each menu version.

They are not part of the compiled menu, because placing an order needs no recipes and guests must not read them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bistro.core.kernel.money import short
from menu.compiled import CompiledMenu
from menu.models import Ingredient, RecipePart
from menu.per_version import PerMenuVersion

Portion = dict[int, Decimal]  # {ingredient id: quantity in the ingredient's unit}

_LARGER = {Ingredient.Unit.GRAM.value: "kg", Ingredient.Unit.MILLILITRE.value: "l"}


@dataclass(frozen=True, slots=True)
class CompiledIngredient:
    """An ingredient."""

    id: int
    name: str
    unit: str

    def amount(self, quantity: Decimal) -> str:
        """Format a quantity for people: `10`, `450 g`, `1.25 kg`, `0.5 l`."""
        if self.unit not in _LARGER:
            return short(quantity)
        if abs(quantity) < 1000:
            return f"{short(quantity)} {self.unit}"
        return f"{short(round(quantity / 1000, 2))} {_LARGER[self.unit]}"


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipes of a restaurant by item and by modifier, without archived ingredients."""

    ingredients: dict[int, CompiledIngredient]
    items: dict[int, Portion]
    modifiers: dict[int, Portion]

    def __bool__(self) -> bool:
        return bool(self.ingredients)

    def portion(self, item_id: int | None, modifiers: Iterable[int]) -> Portion:
        """Return the ingredients of one portion with these choices. For item None the choices alone count.

        Ingredients whose quantity would fall to zero or below are left out.
        """
        needed = dict(self.items.get(item_id or 0, {}))
        for modifier in modifiers:
            for ingredient, quantity in self.modifiers.get(modifier, {}).items():
                needed[ingredient] = needed.get(ingredient, Decimal()) + quantity
        return {ingredient: quantity for ingredient, quantity in needed.items() if quantity > 0}


_recipes: PerMenuVersion[Recipes] = PerMenuVersion()


def recipes_for(menu: CompiledMenu) -> Recipes:
    """Return the recipes in force; read once per menu version, which every change of recipes raises."""
    restaurant_id = menu.restaurant.pk
    return _recipes.get(restaurant_id, menu.version, lambda _before: read_recipes(restaurant_id))


def read_recipes(restaurant_id: int) -> Recipes:
    """Read the recipes of a restaurant in one query."""
    recipes = Recipes({}, {}, {})
    rows = RecipePart.objects.of_restaurant(restaurant_id).filter(ingredient__archived_at=None).order_by("pk")
    columns = "item_id", "modifier_id", "quantity", "ingredient_id", "ingredient__name", "ingredient__unit"
    for item_id, modifier_id, quantity, ingredient_id, name, unit in rows.values_list(*columns):
        recipes.ingredients[ingredient_id] = CompiledIngredient(ingredient_id, name, unit)
        found, key = (recipes.items, item_id) if item_id else (recipes.modifiers, modifier_id)
        found.setdefault(key, {})[ingredient_id] = quantity
    return recipes

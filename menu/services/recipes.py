"""The service that writes the recipes of dishes and choices."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.configuration_events import ConfigurationAdded, ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.imported import ImportedPart, ImportedRecipe, need_no_check
from menu.models import Ingredient, Item, ItemGroup, Modifier, RecipePart
from menu.steps import touch_menu


def write_recipes(*, recipes: Sequence[ImportedRecipe], actor: Actor) -> int:
    """Replace the recipes of the named dishes and choices, and return the number of recipes that changed.

    A recipe without parts is removed. Recipes of other dishes stay. Unknown ingredients are added.
    A choice has one recipe for all dishes that offer its group. One invalid recipe refuses all.
    Locks: the menu's version. Raises InvalidInput with the name of the dish or choice, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        touch_menu(work, "recipes")  # pads receive this text, so it names no dish
        writer = _Writer(work)
        return sum(writer.write(recipe) for recipe in recipes)


class _Writer:
    """The state of one call of `write_recipes`: the restaurant's rows by name."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work, self.restaurant_id = work, work.restaurant_id
        mine = self.restaurant_id
        self.items = {row.name_key: row for row in Item.objects.of_restaurant(mine).not_archived()}
        self.modifiers = _choices_by_dish(mine)
        self.ingredients = {row.name_key: row for row in Ingredient.objects.of_restaurant(mine).not_archived()}
        self.said: dict[tuple[int | None, int | None], ImportedRecipe] = {}
        self.parts: dict[tuple[int | None, int | None], dict[int, RecipePart]] = {}
        for part in RecipePart.objects.of_restaurant(mine).select_related("ingredient"):
            self.parts.setdefault((part.item_id, part.modifier_id), {})[part.ingredient_id] = part

    def write(self, recipe: ImportedRecipe) -> bool:
        """Write one recipe and return whether it changed.

        Rows are saved one by one, so that the history has each change.
        """
        owner = self._owner(recipe)
        key = (owner.pk, None) if isinstance(owner, Item) else (None, owner.pk)
        if self.said.setdefault(key, recipe).parts != recipe.parts:
            message = gettext("“%(owner)s” is one choice for several dishes, so it has one recipe for all.") % {
                "owner": owner
            }
            raise InvalidInput(f"{recipe.what}: {message}", fields={recipe.what: [message]})
        parts = self.parts.setdefault(key, {})
        before = _words(parts.values())
        wanted = self._wanted(recipe, isinstance(owner, Item))
        for ingredient_id in set(parts) - set(wanted):
            parts.pop(ingredient_id).delete()
        for ingredient_id, (ingredient, quantity) in wanted.items():
            part = parts.get(ingredient_id)
            if part is None:
                part = RecipePart(restaurant_id=self.restaurant_id, item_id=key[0], modifier_id=key[1])
                part.ingredient = ingredient
            elif part.quantity == quantity:
                continue
            part.quantity = quantity
            _save(part, recipe.what)
            parts[ingredient_id] = part
        after = _words(parts.values())
        if before != after:
            self.work.record(ConfigurationChanged(row=owner, pk=owner.pk, changed={"recipe": (before, after)}))
        return before != after

    def _owner(self, recipe: ImportedRecipe) -> Item | Modifier:
        item = self.items.get(name_key(recipe.item))
        owner = self.modifiers.get((item.pk, name_key(recipe.modifier))) if item and recipe.modifier else item
        if owner is None:
            message = gettext("“%(what)s” is not on the menu.") % {"what": recipe.what}
            raise InvalidInput(message, fields={recipe.what: [message]})
        return owner

    def _wanted(self, recipe: ImportedRecipe, dish: bool) -> dict[int, tuple[Ingredient, Decimal]]:
        wanted: dict[int, tuple[Ingredient, Decimal]] = {}
        for part in recipe.parts:
            if part.quantity == 0 or (dish and part.quantity < 0):
                raise _refused(
                    recipe, part, gettext("A choice needs a positive or negative amount, a dish a positive one.")
                )
            ingredient = self._ingredient(recipe, part)
            if ingredient.pk in wanted:
                raise _refused(recipe, part, gettext("Listed twice."))
            wanted[ingredient.pk] = ingredient, part.quantity
        return wanted

    def _ingredient(self, recipe: ImportedRecipe, part: ImportedPart) -> Ingredient:
        row = self.ingredients.get(name_key(part.ingredient))
        if row is None:
            row = Ingredient(restaurant_id=self.restaurant_id, name=clean_text(part.ingredient), unit=part.unit)
            _save(row, recipe.what)
            self.work.record(ConfigurationAdded(row=row, pk=row.pk, changed={"unit": (None, row.unit)}))
            self.ingredients[row.name_key] = row
        if row.unit != part.unit:
            raise _refused(recipe, part, gettext("Is measured in %(unit)s.") % {"unit": row.get_unit_display()})
        return row


def _choices_by_dish(restaurant_id: int) -> dict[tuple[int, str], Modifier]:
    """Return the choices in use, {(item, name key): choice}."""
    in_group: dict[int, list[Modifier]] = {}
    for row in Modifier.objects.of_restaurant(restaurant_id).not_archived():
        in_group.setdefault(row.group_id, []).append(row)
    links = ItemGroup.objects.of_restaurant(restaurant_id).filter(group__archived_at=None)
    return {
        (item_id, row.name_key): row
        for item_id, group_id in links.values_list("item_id", "group_id")
        for row in in_group.get(group_id, ())
    }


def _refused(recipe: ImportedRecipe, part: ImportedPart, message: str) -> InvalidInput:
    return InvalidInput(f"{recipe.what}: {part.ingredient}: {message}", fields={recipe.what: [message]})


def _words(parts: Iterable[RecipePart]) -> list[str]:
    """Return a recipe for the audit trail."""
    return sorted(part.amount for part in parts)


def _save(row: Ingredient | RecipePart, what: str) -> None:
    """Validate and save a row. Raises InvalidInput whose field is `what`."""
    try:
        row.clean_fields(exclude=need_no_check(row))
    except ValidationError as error:
        first = next(iter(error.message_dict.values()))[0]
        raise InvalidInput(f"{what}: {first}", fields={what: [first]}) from None
    row.save()

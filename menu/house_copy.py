"""The step that copies a menu into the copy of a restaurant."""

from bistro.core.writing.house_copies import HouseCopy
from menu.models import (
    Allergen,
    AllergenStatement,
    Category,
    Ingredient,
    Item,
    ItemGroup,
    MenuVersion,
    Modifier,
    ModifierGroup,
    RecipePart,
    Tax,
    TaxComponent,
)
from menu.steps import touch_menu


def copy_menu(copy: HouseCopy) -> None:
    """Copy the menu with its taxes and allergens. Nothing is off the menu (86) or counted in the copy.

    Locks: the menu's version of the original.
    """
    list(MenuVersion.objects.select_for_update().filter(pk=copy.source_id))  # no import runs in between
    fresh = {"off_since": None, "off_until": None, "portions_left": None}
    copy.copy(Tax, TaxComponent, Category)
    copy.copy_rows(copy.rows_of(Item), **fresh, availability_change=0, availability_before=None)
    copy.copy(ModifierGroup, ItemGroup)
    copy.copy_rows(copy.rows_of(Modifier), off_since=None)
    copy.copy(Allergen, AllergenStatement, Ingredient, RecipePart)
    touch_menu(copy.work, "copied")

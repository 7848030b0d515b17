"""Admin pages of the menu."""

from menu.admin.allergens import AllergenAdmin
from menu.admin.choices import ModifierAdmin, ModifierGroupAdmin
from menu.admin.items import CategoryAdmin, ItemAdmin
from menu.admin.recipes import IngredientAdmin
from menu.admin.taxes import TaxAdmin

__all__ = [
    "AllergenAdmin",
    "CategoryAdmin",
    "IngredientAdmin",
    "ItemAdmin",
    "ModifierAdmin",
    "ModifierGroupAdmin",
    "TaxAdmin",
]

"""Admin pages of the menu."""

from menu.admin.allergens import AllergenAdmin
from menu.admin.items import CategoryAdmin, ItemAdmin, ModifierGroupAdmin, TaxRateAdmin
from menu.admin.recipes import IngredientAdmin, ModifierAdmin

__all__ = [
    "AllergenAdmin",
    "CategoryAdmin",
    "IngredientAdmin",
    "ItemAdmin",
    "ModifierAdmin",
    "ModifierGroupAdmin",
    "TaxRateAdmin",
]

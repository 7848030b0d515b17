"""Admin pages of the menu."""

from menu.admin.allergens import AllergenAdmin
from menu.admin.choices import ModifierAdmin, ModifierGroupAdmin
from menu.admin.items import CategoryAdmin, ItemAdmin, TaxRateAdmin
from menu.admin.recipes import IngredientAdmin

__all__ = [
    "AllergenAdmin",
    "CategoryAdmin",
    "IngredientAdmin",
    "ItemAdmin",
    "ModifierAdmin",
    "ModifierGroupAdmin",
    "TaxRateAdmin",
]

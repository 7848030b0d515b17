"""Admin pages of the menu."""

from menu.admin.items import CategoryAdmin, ItemAdmin, ModifierGroupAdmin, TaxRateAdmin
from menu.admin.recipes import IngredientAdmin, ModifierAdmin

__all__ = ["CategoryAdmin", "IngredientAdmin", "ItemAdmin", "ModifierAdmin", "ModifierGroupAdmin", "TaxRateAdmin"]

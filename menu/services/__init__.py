"""Services of the menu. Each function is one unit of work."""

from menu.services.availability import end_timed_offs, set_available, set_portions, undo_availability
from menu.services.copying import copy_item
from menu.services.importing import import_menu
from menu.services.pausing import end_pauses, pause, resume
from menu.services.prices import set_price
from menu.services.recipes import write_recipes
from menu.services.translating import translate_menu

__all__ = [
    "copy_item",
    "end_pauses",
    "end_timed_offs",
    "import_menu",
    "pause",
    "resume",
    "set_available",
    "set_portions",
    "set_price",
    "translate_menu",
    "undo_availability",
    "write_recipes",
]

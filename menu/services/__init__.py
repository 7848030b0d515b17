"""Every write of the menu: one function per thing a manager does, each one whole unit of work."""

from menu.services.availability import set_available, set_portions
from menu.services.importing import import_menu

__all__ = ["import_menu", "set_available", "set_portions"]

from django.apps import AppConfig


class MenuBulkConfig(AppConfig):
    """Changes of many dishes at once, with a preview and an undo."""

    name = "menu.bulk"
    label = "menu_bulk"
    verbose_name = "Bulk changes of the menu"

from django.apps import AppConfig


class MenuFilesConfig(AppConfig):
    """Import and export of the menu as files."""

    name = "menu.files"
    label = "menu_files"
    verbose_name = "Menu files"

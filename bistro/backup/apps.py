from django.apps import AppConfig


class BackupConfig(AppConfig):
    """The Django app of the commands `backup`, `restore` and `check_restore`. It has no models."""

    name = "bistro.backup"
    label = "backup"

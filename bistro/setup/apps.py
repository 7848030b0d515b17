from django.apps import AppConfig


class SetupConfig(AppConfig):
    """The Django app of the set-up pages."""

    name = "bistro.setup"
    label = "setup"

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """See the package's commands."""

    name = "bistro.demo"
    label = "demo"

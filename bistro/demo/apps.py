from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The Django app of the demo, which has commands and no models."""

    name = "bistro.demo"
    label = "demo"

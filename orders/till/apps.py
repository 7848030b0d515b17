from django.apps import AppConfig


class TillConfig(AppConfig):
    """Tills, closings of days, and the report of a day."""

    name = "orders.till"
    label = "till"
    verbose_name = "Tills"

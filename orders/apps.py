from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What was asked for."""

    name = "orders"

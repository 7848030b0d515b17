from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The app of orders, their lines and the floor plan."""

    name = "orders"

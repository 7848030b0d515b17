"""Addresses of the sockets of orders."""

from django.urls import re_path

from orders.consumers import FloorConsumer, OrderingConsumer, OrdersConsumer, RealtimeConsumer, TableConsumer

websocket_urlpatterns = [
    re_path(r"^ws/orders/?$", OrdersConsumer.as_asgi()),
    re_path(r"^realtime/?$", RealtimeConsumer.as_asgi()),
    re_path(r"^api/v1/realtime/?$", RealtimeConsumer.as_asgi()),
    re_path(r"^ws/floor/$", FloorConsumer.as_asgi()),
    re_path(r"^ws/floor/order/$", OrderingConsumer.as_asgi()),
    re_path(r"^ws/floor/tables/(?P<table>\d{1,18})/$", TableConsumer.as_asgi()),
]

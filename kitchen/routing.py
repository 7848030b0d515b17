"""Addresses of the sockets of the kitchen."""

from django.urls import re_path

from kitchen.consumers import ExpoConsumer, KitchenConsumer

websocket_urlpatterns = [
    re_path(r"^ws/kitchen/(?P<station>all|\d{1,18})/$", KitchenConsumer.as_asgi()),
    re_path(r"^ws/kitchen/expo/$", ExpoConsumer.as_asgi()),
]

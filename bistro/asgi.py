"""The ASGI application: HTTP through admission into Django, sockets to the live consumers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")

import django

django.setup()  # before anything imports models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from bistro.core.admission import Admission  # noqa: E402
from bistro.core.live.routing import NoSuchSocket  # noqa: E402
from bistro.core.serving import DjangoInThreads  # noqa: E402
from bistro.core.sweeping import start_sweeps  # noqa: E402
from kitchen.routing import websocket_urlpatterns as kitchen_sockets  # noqa: E402
from orders.routing import websocket_urlpatterns as order_sockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Admission(DjangoInThreads()),
        "websocket": URLRouter([*order_sockets, *kitchen_sockets, re_path(r"", NoSuchSocket.as_asgi())]),
    }
)

start_sweeps()

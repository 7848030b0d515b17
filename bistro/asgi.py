"""The ASGI application: HTTP through load shedding into Django, sockets to the live consumers."""

import gc
import os
import sys
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")

import django

gc.disable()  # loading makes no garbage, and looking for it takes a tenth of the time
django.setup()  # before anything imports models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from bistro.core.live.hub import open_current_hub  # noqa: E402
from bistro.core.live.routing import NoSuchSocket  # noqa: E402
from bistro.core.ops.masking import mask_access_logs  # noqa: E402
from bistro.core.ops.starting import begin_serving  # noqa: E402
from bistro.core.server.admission import ConcurrencyLimiter  # noqa: E402
from bistro.core.server.hang_ups import quiet_hang_ups  # noqa: E402
from bistro.core.server.lifespan import Lifespan  # noqa: E402
from bistro.core.server.threads import DjangoInThreads  # noqa: E402
from bistro.core.speed.fast_path import FastPath  # noqa: E402
from bistro.core.writing.sweeps import start_sweeps  # noqa: E402
from kitchen.routing import websocket_urlpatterns as kitchen_sockets  # noqa: E402
from orders.api.fast_path import place_by_id, place_by_name  # noqa: E402
from orders.routing import websocket_urlpatterns as order_sockets  # noqa: E402

end_serving = begin_serving(start_sweeps)
ordinary = ConcurrencyLimiter(DjangoInThreads())
application = ProtocolTypeRouter(
    {
        "lifespan": Lifespan(end_serving),
        "http": FastPath(
            {"/api/v1/orders": place_by_id, "/api/order": place_by_name},
            otherwise=ordinary,
            limit=partial(ConcurrencyLimiter, slots="FAST_PATH_IN_FLIGHT"),
            on_request=open_current_hub,
        ),
        "websocket": URLRouter([*order_sockets, *kitchen_sockets, re_path(r"", NoSuchSocket.as_asgi())]),
    }
)

mask_access_logs()
quiet_hang_ups()
if "daphne.server" in sys.modules:  # Twisted is loaded only where Daphne serves
    from bistro.core.server.daphne_limits import limit_daphne
    from bistro.core.server.steady_clock import use_steady_clock

    limit_daphne()
    use_steady_clock()
gc.enable()
gc.freeze()  # spares the garbage collector the objects that live as long as the process

"""URLs of the whole product."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import include, path
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate

from bistro.core.api.documents import Document, JSONDocument, Read, TryOut
from bistro.core.api.urls import core_urls, qtable_urls
from bistro.core.auth.access import request_actor, restaurant_of
from bistro.core.kernel.languages import language_for
from bistro.core.kernel.roles import Role
from bistro.core.ops.version import VERSION
from orders.qtable.urls import dashboard_urls, room_urls
from tables.bookings.api.urls import reservation_urls
from tables.bookings.urls import guest_urls


def start(request: HttpRequest) -> HttpResponse:
    """Return the start page for a browser, `{"status": "ok"}` for a program."""
    if "text/html" not in request.headers.get("Accept", ""):
        answer: HttpResponse = JsonResponse({"status": "ok", "name": "Bistro", "version": VERSION})
    else:
        actor = request_actor(request)
        if actor is not None and Role.TABLET in actor.roles:
            return redirect("tablet")
        if actor is not None and actor.restaurant_id is not None:
            activate(language_for(actor, restaurant_of(actor)))
        developers = settings.DEBUG or (request.user.is_active and getattr(request.user, "is_superuser", False))
        demo = (settings.VAR / "demo.json").exists()
        answer = render(request, "start.html", {"demo": demo, "developers": developers})
    patch_vary_headers(answer, ["Accept"])
    return answer


schema = Document.as_view()
swagger = TryOut.as_view(url_name="schema")
redoc = Read.as_view(url_name="schema")

urlpatterns = [
    path("", start, name="start"),
    path("", include("bistro.core.web.urls")),
    path("kitchen/", include("kitchen.urls")),
    path("kitchen/", include("kitchen.printing.urls")),
    path("floor/", include("tables.editor.urls")),
    path("floor/", include("orders.ordering.urls")),
    path("floor/", include("orders.floor.urls")),
    path("floor/", include("orders.billing.urls")),
    path("till/accounts/", include("orders.billing.accounts.urls")),
    path("till/vouchers/", include("orders.billing.vouchers.urls")),
    path("till/", include("orders.till.urls")),
    path("reports/", include("orders.till.reports.urls")),
    path("", include("orders.billing.guest_urls")),
    path("", include("orders.documents.urls")),
    path("", include("bistro.receipts.urls")),
    path("", include("tables.waitlist.urls")),
    path("guests/", include("tables.guests.urls")),
    path("host/sections/", include("tables.sections.urls")),
    path("host/", include("tables.bookings.urls")),
    path("", include(guest_urls)),
    path("menu/", include("menu.urls")),
    path("setup/", include("bistro.setup.urls")),
    path("admin/", admin.site.urls),
    path("", include("tables.api.urls")),
    path("", include("orders.api.urls")),
    path("", include("orders.billing.api.urls")),
    path("", include("orders.documents.api.urls")),
    path("", include("orders.till.api.urls")),
    path("", include("kitchen.api.urls")),
    path("", include("menu.api.urls")),
    path("", include("bistro.dashboard.urls")),
    path("", include((reservation_urls, "reservations"))),
    path("api/v1/", include((reservation_urls, "reservations-v1"))),
    path("", include((core_urls, "core-api"))),
    path("", include((dashboard_urls, "dashboard"))),
    path("", include((room_urls, "room"))),
    path("api/v1/", include((room_urls, "room-v1"))),
    path("", include((qtable_urls, "qtable"))),
    path("api/v1/", include((qtable_urls, "qtable-v1"))),
    path("api/schema/", schema, name="schema"),
    path("openapi.json", JSONDocument.as_view(), name="openapi"),
    path("api/docs/", swagger, name="swagger"),
    path("api/redoc/", redoc, name="redoc"),
    path("docs", swagger),
    path("redoc", redoc),
]

handler400 = "bistro.core.server.error_views.bad_request"
handler403 = "bistro.core.server.error_views.permission_denied"
handler404 = "bistro.core.server.error_views.not_found"
handler500 = "bistro.core.server.error_views.server_error"

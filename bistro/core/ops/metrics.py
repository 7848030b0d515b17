"""The /metrics page for Prometheus, for this machine or with the token."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Gauge

from bistro.core.live.hub import hub_facts

_sockets = Gauge("bistro_open_sockets", "WebSockets open in this process")
_audiences = Gauge("bistro_live_audiences", "Audiences that the hub of this process feeds")
LOOPBACK = {"127.0.0.1", "::1"}


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics of this process. Other clients get 404."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = bool(settings.METRICS_TOKEN) and constant_time_compare(token, settings.METRICS_TOKEN)
    local = request.META.get("REMOTE_ADDR") in LOOPBACK and "HTTP_X_FORWARDED_FOR" not in request.META
    if not (known or local):
        raise Http404
    facts = hub_facts()
    _sockets.set(facts["open"])
    _audiences.set(facts["audiences"])
    return ExportToDjangoView(request)

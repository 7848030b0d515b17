"""The /metrics page for Prometheus, for this machine or with the token."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Gauge

from bistro.core.live.hub import hub_facts
from bistro.core.ops.backups import backup_state

_sockets = Gauge("bistro_open_sockets", "WebSockets open in this process")
_audiences = Gauge("bistro_live_audiences", "Audiences that the hub of this process feeds")
_backup_moment = Gauge("bistro_backup_timestamp_seconds", "Moment that the newest backup holds; 0 without one")
_backup_late = Gauge("bistro_backup_late", "1 while the newest backup is older than twice the interval")
_backup_bytes = Gauge("bistro_backup_bytes", "Size of the newest archive")
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
    _note_backup()
    return ExportToDjangoView(request)


def _note_backup() -> None:
    state = backup_state(timezone.now())
    _backup_moment.set(state.at.timestamp() if state.at else 0)
    _backup_late.set(state.late)
    _backup_bytes.set(state.size)

"""The calls of pads about themselves and their party (docs/contracts/bistro.md)."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.schema import refusal
from bistro.core.api.serializers import HeartbeatInput, HeartbeatOutput
from bistro.core.auth.access import api_actor, restaurant_of
from bistro.core.auth.authentication import TOKEN_ONLY
from bistro.core.auth.last_seen import record_seen
from bistro.core.auth.rate_limits import HeartbeatThrottle
from bistro.core.kernel.errors import DeviceIsLocked, NotYours
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from bistro.core.live import event_log
from bistro.core.services.heartbeats import Heartbeat, report_heartbeat
from menu.selectors import menu_stamp
from orders.api.outputs import PadOutput, PartyOrdersOutput
from orders.models import Order
from orders.owing import owed
from orders.representations import order_detail
from orders.selectors import TRACKING
from orders.transitions import PROGRESS, OrderStatus
from tables.models import Pad, Party
from tables.representations import declared_json

NO_PAD = refusal(404, "Not a pad", "pad_not_found", "This credential is not a pad.")


def pad_for(request: Request) -> Pad:
    """Return the pad of the request's credential. Raises NotYours for every other credential."""
    actor = api_actor(request)
    pad = (
        Pad.objects.visible_to(actor)
        .filter(device_id=actor.device_id)
        .select_related("table", "device", "restaurant")
        .first()
    )
    if pad is None or actor.device_id is None:
        raise NotYours(gettext("This credential is not a pad."), code="pad_not_found")
    return pad


class PadView(APIView):
    """The pad itself: device, table, restaurant, session state, settings, server time."""

    subject = "Pads"
    summary = "Read the pad's own data"
    authentication_classes = TOKEN_ONLY

    @extend_schema(responses={200: PadOutput, **NO_PAD})
    def get(self, request: Request) -> Response:
        pad = pad_for(request)
        restaurant = restaurant_of(api_actor(request))
        party = Party.objects.visible_to(api_actor(request)).at_table(pad.table_id).first()
        now = event_log.position(restaurant.pk)
        body = {
            "device": {"id": pad.device_id, "name": pad.device.name, "kind": pad.device.kind},
            "table": {"id": pad.table_id, "name": pad.table.name, "seats": pad.table.seats},
            "restaurant": {
                "id": str(restaurant.uid),
                "name": restaurant.name,
                "currency": restaurant.currency,
                "locale": restaurant.locale,
                "timezone": restaurant.timezone,
            },
            "session": {"required": restaurant.pads_need_session, "open": not restaurant.pads_need_session},
            "party": party.pk if party else None,
            **declared_json(party.allergies if party else {}),
            "settings": {
                "soon_seconds": restaurant.soon_seconds,
                "late_seconds": restaurant.late_seconds,
                "heartbeat_seconds": settings.FEED_HEARTBEAT_SECONDS,
            },
            "feed": {"seq": now.seq, "epoch": now.epoch},
            "server_time": moment(timezone.now()),
        }
        return Response(body)


class PadHeartbeat(APIView):
    """The regular report of a pad. Changed software or an opened case locks the pad.

    Every other call of a locked pad is 403 `device_locked` until a manager unlocks it.
    """

    subject = "Pads"
    summary = "Report a heartbeat"
    authentication_classes = TOKEN_ONLY
    admits_locked = True
    throttle_classes = [HeartbeatThrottle]

    @extend_schema(request=HeartbeatInput, responses=HeartbeatOutput)
    def post(self, request: Request) -> Response:
        body = HeartbeatInput(data=request.data)
        body.is_valid(raise_exception=True)
        report = dict(body.validated_data)
        battery = report.pop("battery")
        device = report_heartbeat(beat=Heartbeat(**report), actor=api_actor(request))
        record_seen(device.pk, battery=battery)
        locked = device.locked_at is not None
        return Response(
            {
                "locked": locked,
                "reason": device.lock_reason or "",
                "message": DeviceIsLocked().message if locked else "",
                "server_time": moment(timezone.now()),
                "menu_version": menu_stamp(device.restaurant_id),
            }
        )


class PadPartyOrders(APIView):
    """The party's orders with their tracking, and the amount that it owes so far."""

    subject = "Pads"
    summary = "Read the party's orders"
    authentication_classes = TOKEN_ONLY

    @extend_schema(responses={200: PartyOrdersOutput, **NO_PAD})
    def get(self, request: Request) -> Response:
        currency = pad_for(request).restaurant.currency
        rows = list(Order.objects.visible_to(api_actor(request)).with_lines().order_by("pk"))
        bill = owed(rows)
        body = {
            "orders": [{**order_detail(order), "tracking": tracking(order)} for order in rows],
            "total": text(bill.total, currency),
            "service": text(bill.service.amount, currency),
            "service_name": bill.service.words,
            "tax": text(bill.tax, currency),
            "taxes": [tax.json(currency) for tax in bill.taxes],
        }
        return Response(body)


def tracking(order: Order) -> list[dict[str, Any]]:
    """Return the steps that a guest sees, one for each status of PROGRESS.

    A step is {"step": str, "done": bool, "at": ISO 8601 time or None}.
    """
    stamps = (order.placed_at, order.confirmed_at, order.preparing_at, order.ready_at, order.delivered_at)
    reached = PROGRESS.index(OrderStatus(order.status)) if order.status in PROGRESS else -1
    return [
        {"step": word, "done": place <= reached, "at": moment(stamp) if place <= reached else None}
        for place, (word, stamp) in enumerate(zip(TRACKING, stamps, strict=True))
    ]

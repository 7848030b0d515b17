"""The API of tips: the pool of a day, sharing it, and corrections (docs/contracts/tips.md)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.idempotency import KEY_HEADER, REPLAYED
from bistro.core.api.schema import LOCATION
from bistro.core.api.serializers import checked
from bistro.core.auth.access import api_actor, requires, restaurant_of
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from orders.billing.api.requests import created, once_of
from orders.billing.transitions import TipTo
from orders.till import services
from orders.till.api.tip_serializers import CorrectTipsInput, SharePoolInput, TipMoveOutput, TipsOutput
from orders.till.tips.book import Holder
from orders.till.tips.representations import tip_move_json, tips_json

DAY = OpenApiParameter("day", date, description="A business day such as 2026-03-07. Without it, this one.")


class DayTips(APIView):
    """The tips of a business day by person, pool and house, with the shares of the pool and the corrections."""

    subject = "Tills"
    summary = "Read the tips of a day"
    permission_classes = [requires(Permission.CLOSE_DAY)]

    @extend_schema(parameters=[DAY], responses=TipsOutput)
    def get(self, request: Request) -> Response:
        restaurant = restaurant_of(api_actor(request))
        return Response(tips_json(restaurant, _day_in(request, restaurant)))


class SharePool(APIView):
    """The call that shares the pool of a day. Shared once more, it books the differences."""

    subject = "Tills"
    summary = "Share the pool of tips"
    permission_classes = [requires(Permission.CLOSE_DAY)]

    @extend_schema(request=SharePoolInput, responses={200: TipsOutput}, parameters=[KEY_HEADER])
    def post(self, request: Request) -> Response:
        actor, once = api_actor(request), once_of(request)
        restaurant = restaurant_of(actor)
        body = checked(request, SharePoolInput)
        day = _known_day(body["day"], restaurant)
        services.share_pool(day=day, staff=body["staff"], once=once, actor=actor)
        return Response(tips_json(restaurant, day))


class CorrectTips(APIView):
    """The call that gives tips of a day to somebody else."""

    subject = "Tills"
    summary = "Correct whose a tip is"
    permission_classes = [requires(Permission.CLOSE_DAY)]

    @extend_schema(
        request=CorrectTipsInput,
        responses={201: TipMoveOutput, 200: TipMoveOutput},
        parameters=[KEY_HEADER, LOCATION, REPLAYED],
    )
    def post(self, request: Request) -> Response:
        actor, once = api_actor(request), once_of(request)
        restaurant = restaurant_of(actor)
        body = checked(request, CorrectTipsInput)
        row, replayed = services.correct_tips(
            day=_known_day(body["day"], restaurant),
            amount=Decimal(body["amount"]),
            giver=_holder(body, "giver"),
            taker=_holder(body, "taker"),
            reason=body["reason"],
            once=once,
            actor=actor,
        )
        shown = tip_move_json(row, restaurant.currency)
        return created(shown, f"/api/v1/tips?day={row.of_day.isoformat()}", replayed)


def _day_in(request: Request, restaurant: Restaurant) -> date:
    """Return the day of an address, or this business day. Raises InvalidInput."""
    typed = request.query_params.get("day", "").strip()
    try:
        return _known_day(date.fromisoformat(typed) if typed else None, restaurant)
    except ValueError:
        raise _no_day() from None


def _known_day(day: date | None, restaurant: Restaurant) -> date:
    """Return a day, or this business day for None. Raises InvalidInput for a year that no restaurant has."""
    if day is None:
        return restaurant.business_date(timezone.now())
    if not 2000 <= day.year < 2200:
        raise _no_day()
    return day


def _no_day() -> InvalidInput:
    message = gettext("“day” must be a day such as 2026-03-07.")
    return InvalidInput(message, fields={"day": [message]})


def _holder(body: Mapping[str, Any], name: str) -> Holder:
    """Return the pool, the house or a person of a body. Raises InvalidInput."""
    holder = Holder(body[name], body[f"{name}_staff"])
    if (holder.to == TipTo.PERSON) != (holder.staff is not None):
        message = gettext("Choose whose tips they are.")
        raise InvalidInput(message, fields={f"{name}_staff": [message]})
    return holder

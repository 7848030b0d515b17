"""The API of the core: logins, devices, the event log."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext, gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import TokenError

from bistro.core.api import serializers
from bistro.core.api.examples import EPOCH
from bistro.core.api.representations import event_json
from bistro.core.api.schema import answered, refusal
from bistro.core.auth.access import api_actor, memberships_of, request_actor, requires, restaurant_of, staff_actor
from bistro.core.auth.authentication import (
    TOKEN_ONLY,
    StaffSessionAuthentication,
    StaffTokenAuthentication,
    claims_for,
    staff_of_token,
)
from bistro.core.auth.confirmations import AUTH_TIME, require_confirmed
from bistro.core.auth.known_logins import remember_login
from bistro.core.auth.login_tokens import RefreshToken
from bistro.core.auth.rate_limits import (
    CredentialThrottle,
    client_address,
    limited_codes,
    limited_refusals,
    require_within,
)
from bistro.core.auth.second_factors import require_code
from bistro.core.auth.socket_passes import PASS_SECONDS, issue_pass
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.problems import PROBLEM_TYPE, problem
from bistro.core.kernel.roles import Permission
from bistro.core.live import event_log
from bistro.core.models import Device, Restaurant, Staff
from bistro.core.ops.selectors import debug_facts
from bistro.core.services import devices, restaurants

HEAD = answered("Bistro-Seq", int, "Head of the event log.", 200, 410)
EPOCH_HEADER = answered("Bistro-Epoch", str, "Epoch of the event log.", 200, 410)
WRONG_LOGIN = refusal(401, "Wrong login", "invalid_credentials", "E-mail or password is wrong.")
ENDED_LOGIN = refusal(401, "Not valid, or ended", "invalid_token", "This login has ended.")
TOO_OFTEN = gettext_lazy("Too many requests. Try again in {wait} s.")
NOT_CONFIRMED = refusal(403, "Not this role, or the login is too old", "confirm_required", "Sign in once more: …")
TOO_FAR_BEHIND = refusal(
    410,
    "Too far behind",
    "too_far_behind",
    "Too far behind. Read a snapshot and continue from its seq.",
    snapshot="/api/v1/orders",
    seq=5118,
    epoch=EPOCH,
)


def user_json(staff: Staff, restaurant_id: int | None) -> dict[str, Any]:
    """Return a login with its memberships; `restaurantId` and `role` are those of the chosen one."""
    members = memberships_of(staff)
    chosen = next((member for member in members if member.restaurant_id == restaurant_id), None)
    return {
        "id": staff.pk,
        "email": staff.email,
        "name": staff.name,
        "role": chosen.role if chosen else None,
        "restaurantId": str(chosen.restaurant.uid) if chosen else None,
        "restaurants": [
            {"id": str(m.restaurant.uid), "restaurantId": m.restaurant_id, "name": m.restaurant.name, "role": m.role}
            for m in members
        ],
    }


def token_json(staff: Staff, restaurant_id: int | None, typed_at: int | None = None) -> dict[str, Any]:
    """Return the response to a login whose password was typed at `typed_at` (seconds since 1970; None is now)."""
    refresh = claims_for(staff, restaurant_id, typed_at)
    return {
        "access_token": str(refresh.access_token),
        "refresh_token": str(refresh),
        "token_type": "bearer",
        "user": user_json(staff, restaurant_id),
    }


class PublicAPIView(APIView):
    """The base class of views without a credential. A wrong login is 401, where DRF would answer 403."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="bistro"'


class LoginView(PublicAPIView):
    """Login with e-mail and password.

    Five wrong passwords lock the pair of account and address for 15 minutes (429). A program that sends a token of an
    earlier login as `Authorization: Bearer`, or the cookie of one, is not locked. A login with a second factor also
    needs `code`: without one the right password is 401 `second_factor_required`, a wrong or used one 401 `wrong_code`.
    """

    subject = "Logins"
    summary = "Log in"

    @extend_schema(request=serializers.LoginInput, responses={200: serializers.TokenOutput, **WRONG_LOGIN})
    def post(self, request: Request) -> Response:
        body = serializers.LoginInput(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        staff = authenticate(request._request, username=asked["email"], password=asked["password"])
        if not isinstance(staff, Staff):
            raise exceptions.AuthenticationFailed(gettext("E-mail or password is wrong."), "invalid_credentials")
        try:
            require_code(staff, asked.get("code", ""))
        except InvalidInput as refused:
            raise exceptions.AuthenticationFailed(refused.message, refused.code) from None
        answer = Response(token_json(staff, _chosen_restaurant(staff, asked.get("restaurantId"))))
        remember_login(request._request, answer, staff)
        return answer


def _chosen_restaurant(staff: Staff, uid: Any) -> int | None:
    """Return the wanted restaurant, or the only one. Raises InvalidInput without a membership there."""
    members = memberships_of(staff)
    if uid is not None:
        members = [member for member in members if member.restaurant.uid == uid]
        if not members:
            raise InvalidInput(
                gettext("You do not work there."), fields={"restaurantId": [gettext("Not one of yours.")]}
            )
    return members[0].restaurant_id if len(members) == 1 else None


class RefreshView(PublicAPIView):
    """Exchange of a refresh token for a new access token and refresh token.

    Each token has a limit of its own. Refused tokens are limited by address, which never refuses a valid one.
    """

    subject = "Logins"
    summary = "Renew a login's tokens"

    @extend_schema(request=serializers.RefreshInput, responses={200: serializers.TokenOutput, **ENDED_LOGIN})
    def post(self, request: Request) -> Response:
        body = serializers.RefreshInput(data=request.data)
        body.is_valid(raise_exception=True)
        staff, token = self._checked(body.validated_data["refresh_token"], request)
        require_within("refresh", f"token:{token['jti']}", str(TOO_OFTEN))
        restaurant_id = staff_actor(staff, token.get("rid")).restaurant_id
        return Response(token_json(staff, restaurant_id, token.get(AUTH_TIME, 0)))

    def _checked(self, raw: str, request: Request) -> tuple[Staff, RefreshToken]:
        """Return the login of a refresh token, and the token. Raises AuthenticationFailed, TooMany."""
        try:
            token = RefreshToken(raw)  # type: ignore[arg-type]
        except TokenError:
            require_within("refresh", client_address(request), str(TOO_OFTEN))
            raise exceptions.AuthenticationFailed(
                gettext("This refresh token is not valid."), "invalid_token"
            ) from None
        staff = staff_of_token(token)
        if staff is None:
            require_within("refresh", client_address(request), str(TOO_OFTEN))
            raise exceptions.AuthenticationFailed(gettext("This login has ended."), "invalid_token")
        return staff, token


class RegisterView(APIView):
    """Registration of a login by an owner or manager, or with an invitation.

    A role needs a token whose login is at most 15 minutes old; renewing tokens does not make a login younger.
    """

    subject = "Logins"
    summary = "Register a login"
    authentication_classes = [StaffTokenAuthentication, StaffSessionAuthentication]
    permission_classes: list[Any] = []

    @extend_schema(request=serializers.RegisterInput, responses={201: serializers.UserOutput, **NOT_CONFIRMED})
    def post(self, request: Request) -> Response:
        body = serializers.RegisterInput(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        person = {"email": asked["email"], "name": asked["name"], "password": asked["password"]}
        actor = request_actor(request)
        if asked.get("invitation"):
            with limited_refusals("register", client_address(request), "invalid_invitation"):
                member = restaurants.accept_invitation(token=asked["invitation"], **person)
        elif actor is None:
            raise exceptions.NotAuthenticated("Registration needs an invitation.")
        elif not asked.get("role"):
            raise InvalidInput(gettext("Choose a role."), fields={"role": [gettext("This field is required.")]})
        else:
            actor.require(Permission.MANAGE)
            require_confirmed(request._request)
            member = restaurants.add_member(role=asked["role"], actor=actor, **person)
        return Response(user_json(member.staff, member.restaurant_id), status=status.HTTP_201_CREATED)


class MeView(APIView):
    """The signed-in login and its memberships."""

    subject = "Logins"
    summary = "Read the own login"
    authentication_classes = [StaffTokenAuthentication, StaffSessionAuthentication]

    @extend_schema(responses=serializers.MeOutput)
    def get(self, request: Request) -> Response:
        assert isinstance(request.user, Staff)
        actor = api_actor(request)
        here = None if actor.restaurant_id is None else restaurant_of(actor)
        restaurant = None if here is None else {"id": here.pk, "uid": str(here.uid), "name": here.name}
        return Response({**user_json(request.user, actor.restaurant_id), "restaurant": restaurant})


class SocketTicketView(APIView):
    """A single-use pass (30 s) for the socket of a client that cannot set headers: subprotocol `ticket.<value>`."""

    subject = "Logins"
    summary = "Issue a pass for a socket"

    @extend_schema(request=None, responses={201: serializers.SocketTicketOutput})
    def post(self, request: Request) -> Response:
        ticket = issue_pass(api_actor(request))
        return Response({"ticket": ticket, "expires_in": PASS_SECONDS}, status=status.HTTP_201_CREATED)


def device_json(device: Device) -> dict[str, Any]:
    """Return a device without its secrets."""
    uid = Restaurant.objects.values_list("uid", flat=True).get(pk=device.restaurant_id)
    return {"id": device.pk, "kind": device.kind, "name": device.name, "restaurant": str(uid)}


class EnrolView(PublicAPIView):
    """Exchange of a one-time code (10 minutes) for a device token, which is shown only once."""

    subject = "Devices"
    summary = "Enrol a device"

    @extend_schema(request=serializers.EnrolInput, responses={201: serializers.EnrolOutput})
    def post(self, request: Request) -> Response:
        body = serializers.EnrolInput(data=request.data)
        body.is_valid(raise_exception=True)
        with limited_codes(client_address(request)):
            device, token = devices.enrol(**body.validated_data)
        return Response({"token": token, "device": device_json(device)}, status=status.HTTP_201_CREATED)


class RotateView(APIView):
    """A new token for the calling device. The old one is valid until the first use of the new one."""

    subject = "Devices"
    summary = "Rotate a device's token"
    authentication_classes = TOKEN_ONLY

    @extend_schema(request=None, responses={201: serializers.EnrolOutput})
    def post(self, request: Request) -> Response:
        return Response({"token": devices.rotate(actor=api_actor(request))}, status=status.HTTP_201_CREATED)


class EventsView(APIView):
    """The event log after `?after=<seq>`, at most 1,000 events. Too far behind, 410 with the URL of a snapshot."""

    subject = "Event log"
    summary = "Read the event log"
    permission_classes = [requires(Permission.READ_EVENTS)]

    @extend_schema(
        parameters=[OpenApiParameter("after", int), OpenApiParameter("epoch", str), HEAD, EPOCH_HEADER],
        responses={200: serializers.EventOutput(many=True), **TOO_FAR_BEHIND},
    )
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        restaurant = restaurant_of(actor)
        now = event_log.position(restaurant.pk)
        after = whole_number(request.query_params.get("after", "0"))
        if after is None:
            raise InvalidInput(
                gettext("“after” must be a sequence number."), fields={"after": [gettext("Not a sequence number.")]}
            )
        cursor = event_log.Position(request.query_params.get("epoch", now.epoch), after)
        headers = {"Bistro-Epoch": now.epoch, "Bistro-Seq": str(now.seq)}
        if event_log.too_far_behind(cursor, now):
            detail = "Too far behind. Read a snapshot and continue from its seq."
            body = problem(410, detail, "too_far_behind", snapshot="/api/v1/orders", seq=now.seq, epoch=now.epoch)
            return Response(body, status=410, content_type=PROBLEM_TYPE, headers=headers)
        rows = event_log.events_after(restaurant.pk, cursor.seq)
        found = [event_json(row, restaurant.uid, now.epoch) for row in rows]
        return Response([event for event in found if event is not None], headers=headers)


class DebugView(APIView):
    """Server, version, database, channel layer, open sockets and feed heads, for owners and managers."""

    subject = "Installation"
    summary = "Read facts about the server"
    permission_classes = [requires(Permission.DEBUG)]
    throttle_classes = [CredentialThrottle]

    @extend_schema(responses=serializers.DebugOutput)
    def get(self, request: Request) -> Response:
        facts = debug_facts(restaurant_of(api_actor(request)))
        return Response({"status": "ok", "port": settings.PORT, **facts})

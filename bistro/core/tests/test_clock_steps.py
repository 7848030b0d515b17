"""Login tokens after a step of the server's clock."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken as StockToken

from bistro.core.auth.authentication import claims_for
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory()


def signed(token, **claims):
    """Return the token with other times, signed by the installation."""
    moments = {name: (timezone.now() + moved).timestamp() for name, moved in claims.items()}
    return jwt.encode({**token.payload, **moments}, settings.SECRET_KEY, algorithm="HS256")


def both(member, **claims):
    refresh = claims_for(member.staff, member.restaurant_id)
    return signed(refresh.access_token, **claims), signed(refresh, **claims)


@pytest.mark.parametrize("step", [timedelta(seconds=2), timedelta(minutes=5), timedelta(hours=23, minutes=59)])
def test_after_the_clock_was_put_back_logins_go_on(member, step):
    access, refresh = both(member, iat=step, exp=step + timedelta(minutes=30))
    assert Api(f"Bearer {access}").get("/auth/me").status_code == 200
    assert Api().post("/auth/refresh", {"refresh_token": refresh}).status_code == 200


def test_control_the_library_refuses_such_a_token(member):
    from rest_framework_simplejwt.exceptions import TokenError

    access, _ = both(member, iat=timedelta(minutes=5), exp=timedelta(minutes=35))
    with pytest.raises(TokenError):
        StockToken(access)


@pytest.mark.parametrize("step", [timedelta(days=1, seconds=5), timedelta(days=400)])
def test_a_token_from_a_later_day_is_refused(member, step):
    access, refresh = both(member, iat=step, exp=step + timedelta(minutes=30))
    refused(Api(f"Bearer {access}").get("/auth/me"), 401, "invalid_token")
    refused(Api().post("/auth/refresh", {"refresh_token": refresh}), 401, "invalid_token")


@pytest.mark.parametrize("iat", [timedelta(0), timedelta(minutes=5)])
def test_there_is_no_leeway_for_the_end(member, iat):
    access, refresh = both(member, iat=iat, exp=timedelta(seconds=-2))
    refused(Api(f"Bearer {access}").get("/auth/me"), 401, "invalid_token")
    refused(Api().post("/auth/refresh", {"refresh_token": refresh}), 401, "invalid_token")


@pytest.mark.parametrize("iat", ["soon", None, True, float("inf"), [1]])
def test_a_time_that_is_none_is_refused(member, iat):
    token = claims_for(member.staff, member.restaurant_id).access_token
    forged = jwt.encode({**token.payload, "iat": iat}, settings.SECRET_KEY, algorithm="HS256")
    refused(Api(f"Bearer {forged}").get("/auth/me"), 401, "invalid_token")

"""Limits at every door that needs no credential: forged addresses do not pass them.

The doors come from the list of open routes, which tests/test_declared_rights.py compares with the URLconf.
"""

import pytest
import time_machine
from django.test import Client

from bistro.core.auth import rate_limits
from tests.nasty import path_with
from tests.test_declared_rights import OPEN_CALLS, OPEN_IN_THE_ADMIN, OPEN_PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

WRONG = {"email": "owner@bistro.example", "password": "wrong horse"}
TYPED = {"username": "owner@bistro.example", "password": "wrong horse"}
INVITED = {"email": "x@bistro.example", "name": "X", "password": "correct horse x", "invitation": "x" * 43}
CODE = {"code": "ABCDEFGH"}
# Door → a wrong guess.
GUESSES = {
    **{f"{prefix}auth/login": WRONG for prefix in ("", "api/v1/")},
    **{f"{prefix}auth/refresh": {"refresh_token": "a.b.c"} for prefix in ("", "api/v1/")},
    **{f"{prefix}auth/register": INVITED for prefix in ("", "api/v1/")},
    "api/v1/devices/enrol": CODE,
    "login/": TYPED,
    "admin/login/": TYPED,
    "device/": CODE,
    "device/code/": {},  # asks for a code to show
    "invitation/<str:token>/": INVITED,
    "password/<str:token>/": {"password": "correct horse x"},
}
# Doors that learn nothing from a stranger: they read, lead to the login, or end a session.
HARMLESS = {"", "logout/", "theme/", "restaurant/", "media/<path:path>", "admin/logout/", "admin/jsi18n/"}
HARMLESS |= {"login/code/"}  # asks after the right password only
OPEN = OPEN_CALLS | OPEN_PAGES | OPEN_IN_THE_ADMIN
# Doors for a person who is signed in, and for an enrolled tablet, whose PINs have limits of their own.
OF_SOMEBODY = {door for door in OPEN if door.startswith(("confirm/", "me/", "tablet/"))}
GUESTS = ("book/", "booking/", "calendar/", "deposit/", "pay/", "receipt/", "waitlist/")
# Doors of guests, each with a secret in its address.
OF_GUESTS = {door for door in OPEN if door.startswith(GUESTS)}
LIMIT = 5


def statuses(door, times=3 * LIMIT):
    """Return the statuses of guesses, each of a new browser with other forged addresses."""
    found = []
    for number in range(times):
        address = f"10.0.0.{number}"
        forged = {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}
        media = {"content_type": "application/json"} if "auth/" in door or "enrol" in door else {}
        found.append(Client().post(path_with(door, {}), GUESSES[door], headers=forged, **media).status_code)
    return found


@pytest.fixture(autouse=True)
def _small_limits(settings, monkeypatch):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, f"{LIMIT}/min")
    monkeypatch.setattr(rate_limits, "_away", False)
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        yield


def test_every_open_door_is_known():
    assert set(GUESSES) | HARMLESS | OF_SOMEBODY | OF_GUESTS == OPEN


def test_secrets_of_guests_are_guessed_a_few_times_only():
    for door in OF_GUESTS:
        answers = {
            call(path_with(door, {})).status_code for call in (Client().get, Client().post) for _ in range(2 * LIMIT)
        }
        assert answers <= {403, 404, 405, 429}, door
        assert 429 in answers, door


@pytest.mark.parametrize("door", sorted(OF_SOMEBODY))
def test_a_stranger_learns_nothing_at_the_doors_of_others(door):
    assert Client().post(path_with(door, {})).status_code in (302, 401, 403, 405)


@pytest.mark.parametrize("door", GUESSES)
def test_guesses_end_whatever_address_a_client_claims(door):
    found = statuses(door)
    first = found.index(429)
    assert first in (LIMIT - 1, LIMIT), "a wrong password locks with the last one allowed"
    assert set(found[first:]) == {429}


@pytest.mark.parametrize("door", GUESSES)
def test_control_a_server_that_believes_the_client_never_refuses(door, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert 429 not in statuses(door)

"""Locks after wrong passwords: of one account at one address, and of nothing else."""

import threading

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.test import Client

from bistro.core.api.views import token_json
from bistro.core.auth import login_locks, rate_limits
from bistro.core.auth.known_logins import KNOWN_COOKIE
from bistro.core.auth.login_locks import WRONG_PASSWORDS_OF_KNOWN, LockingBackend
from bistro.core.models import Staff
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import Api, refused
from bistro.core.tests.racing import race

pytestmark = pytest.mark.django_db

PASSWORD, WRONG = "correct horse", "wrong horse"
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"
DOORS = ["/auth/login", "/api/v1/auth/login", "/login/", "/admin/login/"]


@pytest.fixture(autouse=True)
def _cache_answers(monkeypatch):
    monkeypatch.setattr(rate_limits, "_away", False)


@pytest.fixture
def member():
    return MembershipFactory(role="manager")


def knock(door, email, password=PASSWORD, address=HERE, browser=None, **headers):
    """Log in at an API path or a page, as a new browser or as the given one."""
    browser = browser or Client()
    if "auth" in door:
        body, form = {"email": email, "password": password}, {"content_type": "application/json"}
    else:
        body, form = {"username": email, "password": password}, {}
    return browser.post(door, body, **form, REMOTE_ADDR=address, headers=headers)


def entered(answer):
    return answer.status_code == (302 if answer.resolver_match.url_name in ("login",) else 200)


def lock(member, address=HERE):
    for _ in range(5):
        last = knock("/auth/login", member.staff.email, WRONG, address)
    refused(last, 429, "throttled")


# --- what locks, and what does not -------------------------------------------------------------------------------
@pytest.mark.parametrize("door", DOORS)
def test_malformed_bodies_lock_nobody(door, member):
    for body in [{}] * 31 + [{"email": member.staff.email, "username": member.staff.email}, {"password": WRONG}] * 3:
        media = {"content_type": "application/json"} if "auth" in door else {}
        assert Client().post(door, body, **media, REMOTE_ADDR=HERE).status_code == (422 if media else 200)
    body = token_json(member.staff, member.restaurant_id)
    assert all(entered(knock(each, member.staff.email)) for each in DOORS)
    again = Client().post(
        "/auth/refresh", {"refresh_token": body["refresh_token"]}, content_type="application/json", REMOTE_ADDR=HERE
    )
    assert again.status_code == 200


def test_the_control_as_many_wrong_passwords_do_lock(member):
    for _ in range(31):
        knock("/auth/login", member.staff.email, WRONG)
    assert not any(entered(knock(door, member.staff.email)) for door in DOORS)


def test_wrong_passwords_of_other_accounts_lock_nobody_here(member):
    others = [MembershipFactory().staff.email for _ in range(3)] + [f"nobody{n}@bistro.example" for n in range(30)]
    for email in others:
        for _ in range(6):
            last = knock("/auth/login", email, WRONG)
        assert last.status_code == 429
    assert all(entered(knock(door, member.staff.email)) for door in DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_five_wrong_passwords_lock_the_account_here_and_not_elsewhere(door, member):
    spellings = [member.staff.email.upper(), member.staff.email.title(), f" {member.staff.email}", member.staff.email]
    for email in spellings:  # one account, however it is typed
        assert knock(door, email, WRONG).status_code == (401 if "auth" in door else 200)
    assert knock(door, member.staff.email, WRONG).status_code == 429
    for each in DOORS:
        answer = knock(each, member.staff.email)
        assert (answer.status_code, answer["Retry-After"]) == (429, "900")
        assert b"Too many wrong passwords. Try again in 15 minutes." in answer.content
        assert "sessionid" not in answer.cookies
        assert KNOWN_COOKIE not in answer.cookies
    refused(knock("/auth/login", member.staff.email), 429, "throttled")
    assert entered(knock(door, member.staff.email, address=ELSEWHERE))
    assert entered(knock(door, MembershipFactory(role="owner").staff.email))


def test_doors_count_together(member):
    for door in DOORS:
        knock(door, member.staff.email, WRONG)
    assert entered(knock("/login/", member.staff.email)), "four are allowed"
    for door in [*DOORS, "/login/"]:
        knock(door, member.staff.email, WRONG)
    assert not any(entered(knock(door, member.staff.email)) for door in DOORS)


def test_an_unknown_account_is_locked_in_the_same_way(member):
    for email in (member.staff.email, "nobody@bistro.example"):
        answers = [knock("/auth/login", email, WRONG).status_code for _ in range(7)]
        assert answers == [401, 401, 401, 401, 429, 429, 429]


def test_a_lock_says_when_it_ends_and_ends_then(member):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        lock(member)
        clock.move_to("2026-03-01T12:14:20Z")
        answer = knock("/auth/login", member.staff.email, WRONG)
        assert "Try again in 1 minute." in refused(answer, 429, "throttled")["detail"]
        assert answer["Retry-After"] == "40"
        clock.move_to("2026-03-01T12:15:01Z")  # the attempt during the lock has not made it longer
        assert entered(knock("/auth/login", member.staff.email))


def test_a_success_forgets_the_failures(member):
    for _ in range(3):
        for _ in range(4):
            refused(knock("/auth/login", member.staff.email, WRONG), 401, "invalid_credentials")
        assert entered(knock("/auth/login", member.staff.email))


def test_a_locked_login_costs_no_hash(member, monkeypatch):
    lock(member)
    monkeypatch.setattr(Staff, "check_password", lambda *said: 1 / 0)
    refused(knock("/auth/login", member.staff.email), 429, "throttled")


# --- browsers and programs that were here before -----------------------------------------------------------------
@pytest.mark.parametrize("first", DOORS)
def test_a_browser_with_an_earlier_login_passes_the_lock(first, member):
    browser = Client()
    assert entered(knock(first, member.staff.email, browser=browser))
    browser.cookies.pop("sessionid", None)
    lock(member)
    for door in DOORS:
        assert entered(knock(door, member.staff.email, browser=browser)), door
        browser.cookies.pop("sessionid", None)
    assert not entered(knock(first, member.staff.email)), "the lock stays for others"


def test_a_shared_browser_knows_all_who_logged_in(member):
    browser, colleague = Client(), MembershipFactory(restaurant=member.restaurant)
    for each in (member, colleague):
        assert entered(knock("/auth/login", each.staff.email, browser=browser))
    for each in (member, colleague):
        lock(each)
        assert entered(knock("/auth/login", each.staff.email, browser=browser))
    stranger = MembershipFactory(restaurant=member.restaurant)
    lock(stranger)
    assert not entered(knock("/auth/login", stranger.staff.email, browser=browser))


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_program_with_an_earlier_token_passes_the_lock_also_after_its_end(kind, member):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        token = knock("/auth/login", member.staff.email).json()[kind]
        clock.move_to("2026-05-01T12:00:00Z")
        lock(member)
        shown = {"Authorization": f"Bearer {token}"}
        assert entered(knock("/auth/login", member.staff.email, **shown))
        other = MembershipFactory()
        lock(other)
        assert not entered(knock("/auth/login", other.staff.email, **shown)), "a token proves its own account"
        clock.move_to("2027-05-10T12:00:00Z")
        lock(member)
        assert not entered(knock("/auth/login", member.staff.email, **shown)), "a year is enough"


def test_forged_proofs_are_no_proof(member):
    import jwt

    lock(member)
    claims = {"exp": 4_000_000_000, "jti": "x", "user_id": str(member.staff.pk)}
    value = {"name": "browser:x", "staff": [member.staff.pk]}
    tokens = [
        jwt.encode(claims, "another key of fifty characters and more, for sure!!"),
        jwt.encode(claims, None, "none"),
        "x",
        "",
        "ü",
    ]
    cookies = [
        signing.dumps(value, key="k"),
        signing.dumps(value),
        signing.dumps(value, salt="other"),
        "x",
        "ü:",
        '"\\000',
    ]
    for token in tokens:
        assert not entered(knock("/auth/login", member.staff.email, Authorization=f"Bearer {token}"))
    for cookie in cookies:
        answer = knock("/login/", member.staff.email, Cookie=f"{KNOWN_COOKIE}={cookie}")
        assert answer.status_code == 429, cookie


def test_a_known_browser_does_not_guess_without_limit(member):
    browser = Client()
    knock("/auth/login", member.staff.email, browser=browser)
    for _ in range(WRONG_PASSWORDS_OF_KNOWN - 1):
        refused(knock("/auth/login", member.staff.email, WRONG, browser=browser), 401, "invalid_credentials")
    refused(knock("/auth/login", member.staff.email, WRONG, browser=browser), 429, "throttled")
    refused(knock("/auth/login", member.staff.email, browser=browser), 429, "throttled")
    assert entered(knock("/auth/login", member.staff.email, address=ELSEWHERE))


def test_the_cookie_is_for_the_server_only_and_names_no_address(member, settings):
    settings.HTTPS = True
    cookie = knock("/login/", member.staff.email).cookies[KNOWN_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert member.staff.email not in str(signing.loads(cookie.value, salt="bistro.known-logins"))
    assert KNOWN_COOKIE not in knock("/login/", member.staff.email, WRONG).cookies


# --- other limits have counters of their own ---------------------------------------------------------------------
def test_refused_tokens_of_a_stranger_do_not_stop_refreshing(member, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "refresh": "3/min"}
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        ours = [token_json(member.staff, member.restaurant_id)["refresh_token"] for _ in range(2)]
        statuses = [Api().post("/auth/refresh", {"refresh_token": "x"}).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        statuses = [Api().post("/auth/refresh", {"refresh_token": ours[0]}).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        answer = Api().post("/auth/refresh", {"refresh_token": ours[0]})
        assert "Try again in 30 s." in refused(answer, 429, "throttled")["detail"]
        assert Api().post("/auth/refresh", {"refresh_token": ours[1]}).status_code == 200


def test_limits_do_not_share_a_counter(member, settings):
    settings.RATE_LIMITS = {
        **settings.RATE_LIMITS,
        **dict.fromkeys(("refresh", "register", "enrol", "pairing"), "1/min"),
    }
    person = {"email": "new@bistro.example", "password": "nine purple walnuts", "name": "", "invitation": "x"}
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        for status in ([401, 422, 422, 302], [429, 429, 429, 429]):
            answers = [
                Api().post("/auth/refresh", {"refresh_token": "x"}),
                Api().post("/auth/register", person),
                Api().post("/api/v1/devices/enrol", {"code": "ABCDEFGH"}),
                Client().post("/device/code/"),
            ]
            assert [answer.status_code for answer in answers] == status
        assert [answer["Retry-After"] for answer in answers] == ["30"] * 4
        assert all(entered(knock(door, member.staff.email, address="127.0.0.1")) for door in DOORS)


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7, "more": 1}])
def test_malformed_enrolments_are_no_guesses(body, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "enrol": "1/min"}
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        for _ in range(4):
            assert Api().post("/api/v1/devices/enrol", body).status_code == 422
        refused(Api().post("/api/v1/devices/enrol", {"code": "ABCDEFGH"}), 422, "invalid_code")
        refused(Api().post("/api/v1/devices/enrol", {"code": "ABCDEFGH"}), 429, "throttled")


# --- many at once ------------------------------------------------------------------------------------------------
def guesses(member, monkeypatch, passwords):
    """Return the statuses of guesses whose passwords are all checked before the first one is counted."""
    checked, inner = threading.Barrier(len(passwords)), LockingBackend._check

    def check(self, *said):
        found = inner(self, *said)
        checked.wait(30)
        return found

    monkeypatch.setattr(LockingBackend, "_check", check)
    guess = [lambda said=said: knock("/auth/login", member.staff.email, said).status_code for said in passwords]
    return sorted(race(guess))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_simultaneous_guesses_learn_of_four_wrong_passwords_at_most(monkeypatch):
    member = MembershipFactory()
    statuses = guesses(member, monkeypatch, [WRONG] * 12)
    assert statuses.count(401) <= 4
    assert statuses == [401] * statuses.count(401) + [429] * statuses.count(429)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_second_look_each_guess_is_answered(monkeypatch):
    member = MembershipFactory()
    monkeypatch.setattr(login_locks.Failures, "locked_for", lambda self: 0)
    assert guesses(member, monkeypatch, [WRONG] * 12) == [401] * 12


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_simultaneous_right_logins_all_enter(monkeypatch):
    member = MembershipFactory()
    assert guesses(member, monkeypatch, [PASSWORD] * 8) == [200] * 8


def test_without_a_cache_people_log_in(member, monkeypatch):
    for name in ("get", "set", "count", "get_many", "delete"):
        monkeypatch.setattr(cache, name, lambda *said, **more: 1 / 0)
    assert entered(knock("/login/", member.staff.email))
    assert knock("/auth/login", member.staff.email, WRONG).status_code == 401

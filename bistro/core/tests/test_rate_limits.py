"""Rate limits: atomic, by credential or address, and off while the cache is down."""

import threading
import time

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from bistro.core.api.views import LoginView
from bistro.core.auth import rate_limits
from bistro.core.auth.rate_limits import (
    OrderThrottle,
    client_address,
    over_limit,
    over_limits,
    parse_rate,
    reconnect_cache,
    uncount,
)
from bistro.core.kernel.actors import Actor


@pytest.fixture(autouse=True)
def _fresh(settings, monkeypatch):
    settings.RATE_LIMITS = {
        **settings.RATE_LIMITS,
        "small": "5/min",
        "pad-order": "2/min",
        "integration-order": "3/min",
    }
    monkeypatch.setattr(rate_limits, "_away", False)


@pytest.mark.parametrize(
    ("rate", "meaning"), [("12/min", (12, 60)), ("1/s", (1, 1)), ("6/h", (6, 3600)), ("7/day", (7, 86400))]
)
def test_a_rate_is_read_as_drf_writes_it(rate, meaning):
    assert parse_rate(rate) == meaning


def test_the_limit_is_exact_and_says_how_long():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        assert [over_limit("small", "a") for _ in range(7)] == [0, 0, 0, 0, 0, 30, 30]
        assert over_limit("small", "b") == 0


def test_a_new_window_begins_anew():
    with time_machine.travel("2026-03-01T12:00:59Z", tick=False):
        assert [over_limit("small", "a") for _ in range(6)] == [0] * 5 + [1]
    with time_machine.travel("2026-03-01T12:01:00Z", tick=False):
        assert over_limit("small", "a") == 0


def test_other_entries_of_the_cache_do_not_displace_a_counter():
    """A client that fills the cache, for example with socket passes, must not thereby guess on."""
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        assert [over_limit("small", "a") for _ in range(5)] == [0] * 5
        for number in range(2000):
            cache.set(f"socket-pass:{number}", number)
        assert over_limit("small", "a") == 30


@pytest.mark.race
def test_many_at_once_pass_exactly_the_limit():
    threads, passed, barrier = [], [], threading.Barrier(20)

    def knock():
        barrier.wait(5)
        if not over_limit("small", "crowd"):
            passed.append(1)
        connection.close()

    with time_machine.travel("2026-03-01T12:00:30Z", tick=True):
        threads = [threading.Thread(target=knock) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(passed) == 5


@pytest.mark.race
def test_the_control_a_list_that_is_read_and_written_lets_more_through():
    """A DRF throttle reads, checks and writes. The same crowd passes it."""
    passed, barrier, between = [], threading.Barrier(20), threading.Barrier(20)

    def knock():
        barrier.wait(5)
        used = cache.get("stock", 0)
        between.wait(5)
        if used < 5:
            cache.set("stock", used + 1)
            passed.append(1)

    threads = [threading.Thread(target=knock) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(passed) == 20


def test_many_are_counted_in_one_trip_each_by_itself():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        assert over_limits("small", ["a", "b", "a", "a", "a", "a", "a"]) == [0, 0, 0, 0, 0, 0, 30]
        assert over_limits("small", ["b"] * 4) == [0, 0, 0, 0]
        assert over_limits("small", []) == []


def test_what_is_uncounted_can_be_used_again():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        for _ in range(20):
            assert over_limit("small", "a") == 0
            uncount("small", "a")
        uncount("small", "nobody")  # harmless without a counted use


# --- keys -----------------------------------------------------------------------------------------------
def request_from(address, forwarded=""):
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, **more)


def test_a_forged_header_does_not_change_the_address(settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 0}
    for forged in ("", "1.2.3.4", "5.6.7.8, 9.9.9.9", "\x0b"):
        assert client_address(request_from("10.0.0.7", forged)) == "10.0.0.7"


def test_behind_one_proxy_the_last_entry_counts_and_forged_ones_before_it_do_not(settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    assert client_address(request_from("127.0.0.1", "1.2.3.4")) == "1.2.3.4"
    assert client_address(request_from("127.0.0.1", "6.6.6.6, 7.7.7.7, 1.2.3.4")) == "1.2.3.4"


def test_a_forged_header_does_not_reset_a_limit(client, settings, db):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "enrol": "3/min"}
    body = {"code": "ABCDEFGH"}
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        statuses = [
            client.post(
                "/api/v1/devices/enrol", body, "application/json", headers={"X-Forwarded-For": f"10.0.0.{n}"}
            ).status_code
            for n in range(5)
        ]
    assert statuses == [422, 422, 422, 429, 429]


class Asked:
    """The part of a request that a throttle reads."""

    def __init__(self, actor):
        self.actor = actor


@pytest.mark.parametrize(
    ("kind", "roles", "allowed"),
    [("device", {"pad"}, 2), ("device", {"integration"}, 3), ("staff", {"waiter"}, 6), ("staff", {"owner"}, 6)],
)
def test_pads_may_order_seldom_integrations_often_staff_always(kind, roles, allowed):
    asked = Asked(Actor(kind, 1, 1, frozenset(roles), 1 if kind == "device" else None))
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        passed = 0
        for _ in range(6):
            throttle = OrderThrottle()
            passed += throttle.allow_request(asked, LoginView())
    assert passed == allowed
    if allowed < 6:
        assert throttle.wait() == 30


# --- a cache that is down ----------------------------------------------------------------------------------------
def test_without_a_cache_everybody_passes_and_it_is_not_asked_again_at_once(monkeypatch, caplog):
    asked = []

    def away(*said, **more):
        asked.append(said)
        raise ConnectionError("the cache is away")

    monkeypatch.setattr(cache, "count", away)
    assert [over_limit("small", "a") for _ in range(50)] == [0] * 50
    assert len(asked) == 1
    assert "rate limits are off" in caplog.text


def _who_asks_a_frozen_cache(monkeypatch):
    """Return how many of twenty concurrent requests wait for a cache that does not answer."""
    asked, passed, everybody = [], [], threading.Barrier(20)

    class Frozen:  # not a method of the cache: each thread has a cache of its own
        def count(self, *said, **more):
            asked.append(said)
            time.sleep(0.2)
            raise TimeoutError("the cache is frozen")

    def knock():
        everybody.wait(5)
        passed.append(over_limit("small", "crowd"))

    monkeypatch.setattr(rate_limits, "cache", Frozen())
    threads = [threading.Thread(target=knock) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert passed == [0] * 20
    return len(asked)


@pytest.mark.race
def test_nobody_waits_for_a_cache_that_is_known_to_be_away(monkeypatch):
    monkeypatch.setattr(rate_limits, "_away", True)
    assert _who_asks_a_frozen_cache(monkeypatch) == 0
    uncount("small", "a")


@pytest.mark.race
def test_the_control_of_a_cache_that_was_well_until_now_all_find_out(monkeypatch):
    assert _who_asks_a_frozen_cache(monkeypatch) == 20


def test_when_the_cache_is_back_limits_count_again(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(cache, "count", lambda *said, **more: 1 / 0)
        over_limit("small", "a")
        reconnect_cache()
        assert rate_limits._away, "it is still away"
    reconnect_cache()
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        assert [bool(over_limit("small", "a")) for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.django_db
def test_an_order_is_placed_while_the_cache_is_away(house, monkeypatch):
    for name in ("add", "incr", "get", "set", "count"):
        monkeypatch.setattr(cache, name, lambda *said, **more: 1 / 0)
    assert house.place()["status"] == "placed"
    answer = house.api("waiter").post("/api/v1/auth/ticket")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"

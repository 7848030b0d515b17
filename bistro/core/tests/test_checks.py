"""System checks: configurations that would lose orders or leak data are refused at start, each with its own id."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from bistro.core.ops import checks


def found(function, **kwargs):
    return {message.id for message in function(None, **kwargs)}


def test_https_behind_a_proxy_that_is_not_named_would_redirect_endlessly(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, None
    assert found(checks.proxy_check) == {"bistro.E013"}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert found(checks.proxy_check) == set()
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = False, None
    assert found(checks.proxy_check) == set()


def test_this_configuration_has_no_error():
    assert [message for message in run_checks() if message.is_serious()] == []


@pytest.mark.parametrize(
    ("processes", "redis", "sqlite", "expected"),
    [
        (1, "", True, set()),
        (1, "", False, set()),
        (4, "redis://here", False, set()),
        (4, "", True, {"bistro.W001"}),
        (4, "", False, {"bistro.E001"}),
    ],
)
def test_several_processes_want_redis(settings, processes, redis, sqlite, expected):
    settings.PROCESSES, settings.REDIS_URL, settings.SQLITE = processes, redis, sqlite
    assert found(checks.realtime_check) == expected


@pytest.mark.parametrize(
    ("database", "sqlite", "expected"),
    [
        ({}, True, set()),
        ({"ATOMIC_REQUESTS": True}, True, {"bistro.E002"}),
        ({"CONN_MAX_AGE": 60}, False, {"bistro.E003"}),
        ({"CONN_MAX_AGE": None}, False, {"bistro.E003"}),
        ({"CONN_MAX_AGE": 0}, False, set()),
        ({"CONN_MAX_AGE": None}, True, set()),
    ],
)
def test_transactions_and_connections(settings, database, sqlite, expected):
    settings.DATABASE, settings.SQLITE = database, sqlite
    assert found(checks.transactions_check) == expected


GOOD = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous = FULL;"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (GOOD, set()),
        ({**GOOD, "transaction_mode": "DEFERRED"}, {"bistro.E004"}),
        ({**GOOD, "init_command": "PRAGMA synchronous=FULL"}, {"bistro.E005"}),
        ({**GOOD, "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL"}, {"bistro.E006"}),
        ({}, {"bistro.E004", "bistro.E005", "bistro.E006"}),
    ],
)
def test_what_a_power_cut_needs_of_sqlite(settings, options, expected):
    settings.SQLITE, settings.DATABASE = True, {"OPTIONS": options}
    assert found(checks.sqlite_check) == expected
    settings.SQLITE = False
    assert found(checks.sqlite_check) == set()


def test_the_layer_that_drops_idle_sockets_is_refused(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}
    assert found(checks.layer_check) == {"bistro.E007"}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}
    assert found(checks.layer_check) == set()


@pytest.mark.parametrize(
    ("debug", "hosts", "expected"),
    [
        (True, ["127.0.0.1", "localhost"], set()),
        (True, ["127.0.0.1", "bistro.example"], {"bistro.E008"}),
        (True, ["*"], {"bistro.E008"}),
        (False, ["bistro.example"], set()),
    ],
)
def test_debug_stays_on_this_machine(settings, debug, hosts, expected):
    settings.DEBUG, settings.ALLOWED_HOSTS = debug, hosts
    assert found(checks.debug_check) == expected


@pytest.mark.parametrize("rate", ["", "60", "many/min", "60/", "-1/min", "60/year", "1.5/min"])
def test_a_rate_that_is_none(settings, rate):
    settings.RATE_LIMITS = {"pad-order": rate}
    assert found(checks.limits_check) == {"bistro.E011"}


@pytest.mark.parametrize(("in_flight", "wait"), [(0, 10), (-1, 10), (8, 0)])
def test_a_door_that_lets_nobody_in(settings, in_flight, wait):
    settings.ADMISSION_IN_FLIGHT, settings.ADMISSION_WAIT_SECONDS = in_flight, wait
    assert found(checks.limits_check) == {"bistro.E012"}


def test_more_at_work_than_connections(settings):
    settings.DATABASE = {"OPTIONS": {"pool": {"max_size": 20}}}
    settings.WRITERS, settings.ADMISSION_IN_FLIGHT = 4, 11
    assert found(checks.limits_check) == set()
    settings.ADMISSION_IN_FLIGHT = 12
    assert found(checks.limits_check) == {"bistro.W002"}


@pytest.mark.postgres
@pytest.mark.django_db
def test_an_answer_before_the_commit_is_on_disk_is_refused():
    may_be_missing = {"bistro.E009"}  # a test server may run without fsync
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
        try:
            assert found(checks.durability_check, databases=["default"]) <= may_be_missing
            cursor.execute("SET synchronous_commit TO off")
            assert "bistro.E010" in found(checks.durability_check, databases=["default"])
        finally:
            cursor.execute("RESET synchronous_commit")
    assert found(checks.durability_check, databases=None) == set()


@pytest.mark.parametrize(
    ("sqlite", "owner", "expected"),
    [
        (False, {}, {"bistro.W003"}),
        (False, {"USER": "me"}, {"bistro.W003"}),
        (False, {"USER": "owner"}, set()),
        (True, {}, set()),
    ],
)
def test_one_role_for_server_and_migrations_is_a_warning(settings, sqlite, owner, expected):
    settings.SQLITE, settings.MIGRATE_DATABASE = sqlite, owner
    settings.DATABASE = {**settings.DATABASE, "USER": "me"}
    assert found(checks.audit_check) == expected

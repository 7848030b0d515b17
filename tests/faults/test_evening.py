"""A short form of `make faults`: an evening with faults, and the same without the protections.

By default on SQLite with two processes; on its own PostgreSQL and Redis where the tests run on those.
"""

import shutil

import pytest
from django.conf import settings

from harness.chaos import POSTGRES, REDIS, WORKER
from harness.evening import Load, evening
from harness.installation import Plan
from harness.screens import Rules
from harness.servers import postgres_binaries

pytestmark = pytest.mark.slow

on_sqlite = pytest.mark.skipif(not settings.SQLITE, reason="this run is about PostgreSQL")
lacking = shutil.which("redis-server") is None or postgres_binaries() is None
on_postgres = pytest.mark.skipif(lacking, reason="needs the programs redis-server and postgres")


def all_is_well(outcome):
    assert outcome.problems == [], outcome.complaints
    assert outcome.cut > 0, "no answer was cut: nothing was tried"


@on_sqlite
async def test_on_sqlite_with_two_processes_nothing_is_lost_doubled_or_stale():
    load = Load(orders=250, clients=25, worker_kills=2)
    outcome = await evening(Plan(processes=2), load)
    all_is_well(outcome)
    assert outcome.account.acknowledged == load.orders
    assert outcome.recoveries[WORKER].times == 2


@pytest.mark.long  # in short: tests/machine
@on_sqlite
async def test_while_the_crew_uses_all_of_the_kitchen_nothing_is_lost_doubled_or_stale():
    load = Load(orders=200, clients=25, worker_kills=1, whole_kitchen=True)
    outcome = await evening(Plan(pads=25, hold_courses=True), load)
    all_is_well(outcome)
    assert outcome.account.acknowledged == load.orders
    assert {"push", "hold", "release", "undo", "recall", "plate", "fire", "deliver"} <= outcome.acts.keys()


@on_sqlite
async def test_control_without_keys_and_without_catching_up_the_same_checks_fail():
    load = Load(orders=150, clients=25, worker_kills=1, cut=0.1)
    outcome = await evening(Plan(pads=25), load, keyed=False, rules=Rules(catch_up=False))
    assert outcome.account.doubled
    assert not outcome.account.money_is_equal
    assert outcome.missed > 0
    assert outcome.unequal > 0


@pytest.mark.postgres
@on_postgres
async def test_on_postgresql_and_redis_whatever_dies_nothing_is_lost_doubled_or_stale():
    load = Load(orders=300, clients=25, worker_kills=1, redis_restarts=1, postgres_kills=1)
    outcome = await evening(Plan(processes=2, postgres=True, redis=True, restaurants=2), load)
    all_is_well(outcome)
    assert outcome.account.acknowledged == load.orders
    assert {fault: recovery.times for fault, recovery in outcome.recoveries.items()} == {
        WORKER: 1,
        REDIS: 1,
        POSTGRES: 1,
    }


@pytest.mark.postgres
@on_postgres
async def test_control_on_postgresql_without_keys_orders_are_doubled():
    load = Load(orders=150, clients=25, worker_kills=0, postgres_kills=1, cut=0.1)
    outcome = await evening(Plan(processes=2, postgres=True, redis=True), load, keyed=False)
    assert outcome.account.doubled
    assert not outcome.account.money_is_equal

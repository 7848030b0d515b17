"""A Saturday of the whole room under faults, and a part of it without keys."""

import shutil

import pytest
from django.conf import settings

from harness.chaos import POSTGRES, REDIS, WORKER
from harness.installation import Plan
from harness.room import Mischief, room_evening
from harness.screens import Rules
from harness.servers import postgres_binaries

pytestmark = pytest.mark.slow

on_sqlite = pytest.mark.skipif(not settings.SQLITE, reason="this run is about PostgreSQL")
lacking = shutil.which("redis-server") is None or postgres_binaries() is None
on_postgres = pytest.mark.skipif(lacking, reason="needs the programs redis-server and postgres")


def all_is_well(outcome, faults):
    assert outcome.problems == [], outcome.complaints
    assert (outcome.looks, outcome.room_screens) == (faults + 1, 8)  # after each fault, and at the end
    assert outcome.line.repeated > 0, "nothing was repeated: nothing was tried"


@on_sqlite
async def test_processes_are_killed_during_a_quarter_of_a_saturday():
    outcome = await room_evening(Plan(processes=2), Mischief(kills=1), every=4)
    all_is_well(outcome, 1)
    assert outcome.recoveries[WORKER].times == 1


@on_sqlite
async def test_control_without_keys_guests_orders_or_payments_are_doubled():
    outcome = await room_evening(Plan(processes=2), Mischief(kills=0, cut=0.3), every=4, keyed=False)
    assert any("were made" in problem or "paid" in problem for problem in outcome.problems), outcome.problems


@on_sqlite
async def test_control_screens_that_do_not_catch_up_differ_after_a_fault():
    deaf = Rules(catch_up=False, pause=3.0)
    outcome = await room_evening(Plan(processes=2), Mischief(kills=2, cut=0.0), every=2, rules=deaf, patience=5.0)
    assert outcome.room_unequal > 0
    (problem,) = outcome.problems
    assert "times a screen of the room was not equal to the database" in problem


@pytest.mark.postgres
@pytest.mark.long
@on_postgres
async def test_whatever_dies_on_a_saturday_nobody_loses_a_table_a_party_or_a_cent():
    mischief = Mischief(kills=2, redis_restarts=1, postgres_kills=1)
    outcome = await room_evening(Plan(processes=2, postgres=True, redis=True), mischief)
    all_is_well(outcome, 4)
    done = outcome.ledger.counts
    assert {fault: each.times for fault, each in outcome.recoveries.items()} == {WORKER: 2, REDIS: 1, POSTGRES: 1}
    assert (done["walk-ins"], done["no-shows"], done["bookings"]) == (25, 10, 40)
    assert done["covers"] >= 150
    assert done["parties moved"] + done["tables joined"] >= 1

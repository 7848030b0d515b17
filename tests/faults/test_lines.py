"""Rolling restarts, connections that drop silently, and Redis gone, frozen or emptied: effects on screens and pads.

Every trial has a group of screens without the protection, which must fail it.
"""

import pytest
from django.conf import settings

from harness.evening import opened, watched
from harness.installation import Installation, Plan
from harness.screens import SILENCE, Rules
from harness.trials import (
    AWAY,
    FLUSHED,
    FORGETFUL,
    FROZEN,
    GROUPS_IN_REDIS,
    NEVER,
    NO_POLL,
    STUBBORN,
    behind,
    broken,
    dead_line,
    rolling_restart,
)

pytestmark = pytest.mark.slow
LONG = pytest.mark.long  # Redis away is the short form

BEAT = 5.0


@pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite")
async def test_restarts_and_dead_lines():
    """No order fails, screens return at once from their cursor, and a stale screen is noticed."""
    async with Installation(Plan(processes=2)) as here, opened(here) as client:
        async with watched(here, client, 12, Rules()) as careful, watched(here, client, 8, FORGETFUL) as forgetful:
            (ours, control), hasty = await rolling_restart(here, client, [careful, forgetful], clients=10)
            assert ours.account.problems == []
            assert ours.account.acknowledged > 20, "nobody ordered: nothing was tried"
            assert (ours.server_errors, ours.missed) == (0, 0)
            assert ours.back
            assert ours.share <= 1.2
            assert len(ours.dark) >= len(careful)
            assert max(ours.dark) < BEAT
            assert control.share > 1.2, "without cursors every restart costs a snapshot a screen"
            assert hasty.unanswered, "pads that ask only once notice a restart"
        async with watched(here, client, 8, Rules()) as careful, watched(here, client, 4, STUBBORN) as stubborn:
            ours, control = await dead_line(here, client, [careful, stubborn], patience=SILENCE + 8)
            assert max(ours.seconds) < NEVER
            assert min(ours.dark) > BEAT, "nobody told them: they found out by themselves"
            assert control.seconds == [NEVER] * len(stubborn), "without a watchdog nobody finds out"


async def how_far_behind(how, seconds, environment=None):
    """Measure the lag while pads order at one process and screens watch at the other.

    Only Redis or polling connects the two processes.
    """
    plan = Plan(processes=2, redis=True, settings=environment)
    async with Installation(plan) as here, opened(here) as client:
        first, second = (worker.port for worker in here.workers)
        here.pads_line.upstreams, here.screens_line.upstreams = [first], [second]
        async with watched(here, client, 4, Rules()) as screens:
            well = await behind(here, client, screens, seconds=1)
            async with broken(here.redis, how):
                return well, await behind(here, client, screens, seconds=seconds)


@pytest.mark.redis
@pytest.mark.parametrize(
    ("how", "seconds"), [(AWAY, 8), pytest.param(FROZEN, 8, marks=LONG), pytest.param(FLUSHED, 4, marks=LONG)]
)
async def test_redis_is_optional(how, seconds):
    """Orders go on and screens poll while Redis is frozen, gone or emptied."""
    well, ill = await how_far_behind(how, seconds)
    assert well.furthest < NEVER
    assert ill.furthest < NEVER
    assert (ill.server_errors, ill.busy) == (0, 0)
    assert ill.account.problems == []
    assert ill.account.acknowledged > 20


@pytest.mark.redis
@pytest.mark.parametrize(("how", "environment"), [(AWAY, NO_POLL), pytest.param(FLUSHED, GROUPS_IN_REDIS, marks=LONG)])
async def test_control_without_looking_by_themselves_screens_stay_behind(how, environment):
    well, ill = await how_far_behind(how, 4, environment)
    assert well.furthest < NEVER
    assert ill.furthest == NEVER

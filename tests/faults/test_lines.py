"""Rolling restarts, lines that die without a word, and a Redis that is gone or frozen: what screens and pads notice.

Beside every group of screens stands one without the protection: the same trial must fail it.
"""

import pytest
from django.conf import settings

from tests.faults.evening import opened, watched
from tests.faults.installation import Installation, Plan
from tests.faults.screens import SILENCE, Rules
from tests.faults.trials import FORGETFUL, NEVER, STUBBORN, behind, dead_line, rolling_restart

pytestmark = pytest.mark.slow

BEAT = 5.0
NO_POLL = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings_without_poll"}


@pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite")
async def test_restarts_and_dead_lines():
    """R18 and R11: back before the next beat would have come, from a cursor; and what is stale is found out."""
    async with Installation(Plan(processes=2)) as here, opened(here) as client:
        async with watched(here, client, 12, Rules()) as careful, watched(here, client, 8, FORGETFUL) as forgetful:
            ours, control = await rolling_restart(here, [careful, forgetful])
            assert ours.back
            assert ours.share <= 1.2
            assert len(ours.dark) >= len(careful)
            assert max(ours.dark) < BEAT
            assert control.share > 1.2, "without cursors every restart costs a snapshot a screen"
        async with watched(here, client, 8, Rules()) as careful, watched(here, client, 4, STUBBORN) as stubborn:
            ours, control = await dead_line(here, client, [careful, stubborn], patience=SILENCE + 8)
            assert max(ours.seconds) < NEVER
            assert min(ours.dark) > BEAT, "nobody told them: they found out by themselves"
            assert control.seconds == [NEVER] * len(stubborn), "without a watchdog nobody finds out"


async def how_far_behind(plan, break_it, seconds):
    """Pads order at one process, screens watch at the other: only Redis, or a look by itself, leads across."""
    async with Installation(plan) as here, opened(here) as client:
        first, second = (worker.port for worker in here.workers)
        here.pads_line.upstreams, here.screens_line.upstreams = [first], [second]
        async with watched(here, client, 4, Rules()) as screens:
            well = await behind(here, client, screens, seconds=2)
            break_it(here.redis)
            return well, await behind(here, client, screens, seconds=seconds)


def plan(**more):
    return Plan(processes=2, redis=True, pads=10, **more)


@pytest.mark.redis
@pytest.mark.parametrize("how", ["freeze", "kill"])
async def test_redis_is_optional(how):
    """R4: frozen or gone, orders go on and screens look by themselves."""
    well, ill = await how_far_behind(plan(), lambda redis: getattr(redis, how)(), seconds=8)
    assert well.furthest < NEVER
    assert ill.furthest < NEVER
    assert (ill.server_errors, ill.busy) == (0, 0)
    assert ill.acknowledged > 20


@pytest.mark.redis
async def test_control_without_looking_by_themselves_screens_stay_behind():
    well, ill = await how_far_behind(plan(settings=NO_POLL), lambda redis: redis.kill(), seconds=4)
    assert well.furthest < NEVER
    assert ill.furthest == NEVER

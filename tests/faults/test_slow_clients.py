"""Slow, silent and deaf clients at a server process without a proxy: disconnected, and unnoticed by others."""

import pytest
from django.conf import settings

from harness.evening import opened
from harness.installation import Installation, Plan
from harness.slow_clients import ENDLESS_PATIENCE, SHORT_PATIENCE, SLOW, deaf_screen, slow_clients

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="below the database; shown on SQLite"),
]
STAY = 12.0  # seconds; the limit is two, or three for clients that do not read


async def tried(patience, each):
    async with Installation(Plan(settings=patience)) as here, opened(here) as client:
        crowd = [(slow_client, each) for slow_client in SLOW]
        crowd.append((deaf_screen(here.who.one("integration").authorization), each))
        return await slow_clients(here, client, crowd, seconds=STAY if each > 1 else STAY / 2, quiet=1)


async def test_slow_silent_and_deaf_clients_are_let_go_and_hold_nothing_up():
    found = await tried(SHORT_PATIENCE, each=15)
    assert found.kept == 0, found.stayed
    assert found.account.problems == []
    assert found.server_errors == 0
    assert len(found.waits) > 3, "nobody ordered meanwhile"
    assert found.grown < 100


async def test_control_daphne_as_it_is_keeps_every_one_of_them():
    found = await tried(ENDLESS_PATIENCE, each=1)
    assert found.kept == len(SLOW) + 1, found.stayed

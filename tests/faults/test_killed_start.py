"""A kill -9 at any moment of the first start, repeatedly: the next start works without a manual repair.

`KILLS=200 pytest tests/faults/test_killed_start.py` is the long run.
"""

import asyncio
import contextlib
import os
import random
import sqlite3

import aiohttp
import pytest

from harness.service import Running

pytestmark = [pytest.mark.slow, pytest.mark.database_agnostic]

KILLS = int(os.environ.get("KILLS", "3"))
SECONDS = 6.0  # about the duration of a first start on a busy machine


async def wait_for_half_a_restaurant(running):
    """Wait until the demo restaurant has events, but nobody knows its passwords yet."""
    var = running.folder / "var"
    async with asyncio.timeout(120):
        while True:
            assert running.process.poll() is None, running.log.read_text(errors="replace")[-3000:]
            with (
                contextlib.suppress(sqlite3.Error),
                contextlib.closing(sqlite3.connect(var / "bistro.sqlite3")) as file,
            ):
                if file.execute("SELECT count(*) FROM core_event").fetchone() > (0,):
                    break
            await asyncio.sleep(0.05)
    assert not (var / "demo.json").exists()


async def test_a_start_that_was_killed_is_made_good_by_the_next(tmp_path):
    dice = random.Random(KILLS)
    running = Running(tmp_path)
    for _ in range(KILLS):
        running.start()
        await asyncio.sleep(dice.uniform(0.2, SECONDS))
        running.kill()
    if not (tmp_path / "var" / "demo.json").exists():
        running.start()
        await wait_for_half_a_restaurant(running)
        running.kill()
    with running as service:
        owner = service.demo["staff"]["owner"]
        async with aiohttp.ClientSession(service.url) as session:
            answer = await session.post("/auth/login", json={"email": owner["email"], "password": owner["password"]})
            assert answer.status == 200
        assert service.order("Table 1", Burger=1)["number"] == 1

"""A fake restaurant that tests can play against."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from tools.simulator.credentials import Credentials, Device, Login
from tools.simulator.options import Options
from tools.simulator.service import Evening, play
from tools.simulator.tests.fake_restaurant import FakeRestaurant


@pytest.fixture
def who():
    pads = [Device("pad", f"pad-{n}", f"Table {n}") for n in (1, 2, 3)]
    return Credentials(
        "", 1, {"waiter": Login("w@bistro.example", "x")}, (*pads, Device("kitchen", "k"), Device("integration", "i"))
    )


@pytest.fixture
def serve():
    """Start a restaurant with the given faults."""

    @asynccontextmanager
    async def start(**faults):
        restaurant = FakeRestaurant(**faults)
        server = TestServer(restaurant.app())
        await server.start_server()
        try:
            yield restaurant, str(server.make_url("/")).rstrip("/")
        finally:
            await server.close()

    return start


@pytest.fixture
def evening_at(serve, who):
    """Play one short evening at a restaurant with these faults."""

    async def run(*, history=None, options=None, **faults):
        async with serve(**faults) as (restaurant, url):
            wanted = {"count": 7, "rate": 500.0, "cook_seconds": 0.01, "settle": 2.0, "patience": 5.0}
            evening = Evening()
            settled = Options(var=Path("var"), urls=(url,), **{**wanted, **(options or {})})
            account = await play(settled, who, history, evening)
            return account, evening, restaurant

    return run

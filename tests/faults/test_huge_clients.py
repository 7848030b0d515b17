"""Huge requests to a server process without a proxy: refused early, at little cost."""

import json

import pytest
from django.conf import settings

from harness.evening import opened
from harness.huge import Huge, announced, huge_requests, is_refused, message_ends_socket, refused
from harness.installation import Installation, Plan
from harness.load_clients import LoadClients, read_menu
from harness.slow_clients import ENDLESS_PATIENCE, MEGABYTE
from harness.trials import account_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="before the database; shown on SQLite"),
]
SIZE = 64 * MEGABYTE
LINE = '{"item":1,"quantity":1}'
LARGE_JSON = {
    "many lines": '{"lines":[' + ",".join([LINE] * 40_000) + "]}",
    "fifty deep": '{"lines":' + "[" * 50 + "]" * 50 + "}",
    "half a million deep": "[" * 500_000,
    "a long note": json.dumps({"lines": [{"item": 1, "quantity": 1, "note": "x" * 900_000}]}),
    "a long number": '{"lines":[{"item":' + "9" * 900_000 + ',"quantity":1}]}',
    "many choices": '{"lines":[{"item":1,"quantity":1,"modifiers":[' + ",".join(["1"] * 400_000) + "]}]}",
    "many unknown fields": "{" + ",".join(f'"k{number}":1' for number in range(80_000)) + "}",
}


async def test_whatever_is_too_large_is_refused_early_and_costs_no_memory():
    async with Installation(Plan()) as here, opened(here) as client:
        for huge in huge_requests(SIZE):
            found = await refused(here, huge)
            assert is_refused(huge, found), (huge.name, found)
            assert found.sent < SIZE * 0.75, (huge.name, found)
            assert found.grown < 20, (huge.name, found)
        assert await message_ends_socket(here, [b"x" * 70_000]), "one large frame"
        assert await message_ends_socket(here, [b"x" * 20_000] * 5), "many frames of one large message"
        assert not await message_ends_socket(here, [b"x" * 2000] * 5), "a control: that is not too large"
        await large_json_is_refused(here, client)
        pads = here.who.of_kind("pad")[:3]
        load_clients = LoadClients(client, pads, await read_menu(client, pads[0]))
        await load_clients.order(5)
        assert (await account_of(here, load_clients)).problems == [], "and the house goes on"


async def large_json_is_refused(here, client):
    headers = {"Authorization": here.who.of_kind("pad")[0].authorization, "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{here.workers[0].port}/api/v1/orders"
    for name, body in LARGE_JSON.items():
        headers["Idempotency-Key"] = name
        async with client.session.post(url, data=body.encode(), headers=headers) as answer:
            told = await answer.read()
        assert answer.status in (400, 422), (name, answer.status)
        assert len(told) < 10_000, name


async def test_control_daphne_as_it_is_takes_all_of_it_in():
    async with Installation(Plan(settings=ENDLESS_PATIENCE)) as here:
        body = Huge("body, announced", announced(SIZE), [b"x" * MEGABYTE] * 64)
        found = await refused(here, body)
        assert found.sent > SIZE, "to the last byte"
        assert found.status != 413
        assert found.grown > 20
        assert not await message_ends_socket(here, [b"x" * 20_000] * 5)

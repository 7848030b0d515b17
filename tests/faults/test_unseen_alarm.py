"""A served restaurant without a kitchen screen: the pad receives the alarm for its unseen order without a request.

A second order is confirmed in time and must not raise an alarm.
"""

import asyncio
import json
import shutil

import aiohttp
import pytest
from django.conf import settings

from harness.opened import opened_folder
from harness.service import Running

pytestmark = pytest.mark.slow

PATIENCE = 90  # time limit in seconds; on an idle machine it takes twenty


async def hear(socket, action, order_id):
    """Collect messages of `/ws/orders` up to this action of this order: [(action, order, unseen_at)]."""
    heard = []
    while not heard or heard[-1][:2] != (action, order_id):
        message = json.loads(await socket.receive_str())
        if message["type"] == "order_updated":
            heard.append((message["action"], message["order"]["id"], message["order"]["unseen_at"]))
    return heard


@pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite")
async def test_the_alarm_rings_by_itself_and_only_for_what_nobody_has_seen(tmp_path):
    shutil.copytree(opened_folder(25, 1) / "var", tmp_path / "var")
    with Running(tmp_path) as service:
        program = {"Authorization": f"Device {service.token('integration')}"}
        async with aiohttp.ClientSession(base_url=service.url) as session, asyncio.timeout(PATIENCE):
            person = service.demo["staff"]["manager"]
            words = {"email": person["email"], "password": person["password"]}
            login = await (await session.post("/auth/login", json=words)).json()
            manager = {"Authorization": f"Bearer {login['access_token']}"}
            async with session.ws_connect("/ws/orders", headers=program, protocols=["bistro.v1"]) as socket:
                await socket.send_json({"hello": {}})
                await socket.receive()  # the first snapshot; a later one would include the confirmed order
                seen = await asyncio.to_thread(service.order, "Table 1", Burger=1)
                unseen = await asyncio.to_thread(service.order, "Table 2", Burger=1)
                await session.post(f"/api/v1/orders/{seen['id']}/confirm", headers=manager)
                heard = await hear(socket, "unseen", unseen["id"])
                metrics = await (await session.get("/metrics")).text()
                await session.post(f"/api/v1/orders/{unseen['id']}/confirm", headers=manager)
                end = await hear(socket, "confirmed", unseen["id"])
        assert [word[:2] for word in heard] == [("confirmed", seen["id"]), ("unseen", unseen["id"])]
        assert heard[-1][2] is not None
        assert end == [("confirmed", unseen["id"], None)]
        assert "bistro_orders_unseen 1.0" in metrics

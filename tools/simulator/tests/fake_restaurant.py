"""A fake server with enough of the API and the sockets for a simulation, and with faults on request."""

import asyncio
import json
from collections import defaultdict
from decimal import Decimal

from aiohttp import WSMsgType, web

MENU = {
    "version": "7",
    "currency": "EUR",
    "categories": [
        {
            "id": 1,
            "name": "All",
            "items": [
                {
                    "id": 1,
                    "name": "Burger",
                    "price": "13.90",
                    "available": True,
                    "portions_left": None,
                    "modifier_groups": [
                        {
                            "id": 1,
                            "name": "Extras",
                            "min": 0,
                            "max": 2,
                            "modifiers": [
                                {"id": 11, "name": "Cheddar", "price": "1.50"},
                                {"id": 12, "name": "Bacon", "price": "2.00"},
                                {"id": 13, "name": "Egg", "price": "1.50"},
                            ],
                        }
                    ],
                },
                {
                    "id": 2,
                    "name": "Fries",
                    "price": "4.50",
                    "available": True,
                    "portions_left": None,
                    "modifier_groups": [],
                },
                {
                    "id": 3,
                    "name": "Oysters",
                    "price": "18.00",
                    "available": False,
                    "portions_left": None,
                    "modifier_groups": [],
                },
            ],
        }
    ],
}
PRICES = {1: Decimal("13.90"), 2: Decimal("4.50"), 11: Decimal("1.50"), 12: Decimal("2.00"), 13: Decimal("1.50")}


class FakeRestaurant:
    """A restaurant whose orders are a list; the attributes in capitals of `faults` enable faults."""

    def __init__(self, **faults):
        self.faults = faults
        self.orders = {}
        self.keys = {}
        self.seen_keys = defaultdict(list)
        self.sockets = {"kitchen": [], "orders": []}
        self.seq = 0
        self.taken = 0
        self.reports = []
        self.visits = {"kitchen": 0, "orders": 0}
        self.joined = asyncio.Condition()

    def app(self):
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v1/menu", self.menu),
                web.post("/api/v1/orders", self.place),
                web.get("/api/v1/orders", self.list),
                web.get("/api/v1/tickets", self.tickets),
                web.post("/api/v1/tickets/{id}/bump", self.bump),
                web.post("/api/v1/orders/{id}/deliver", self.deliver),
                web.post("/auth/login", self.login),
                web.get("/ws/kitchen/all/", self.kitchen_socket),
                web.get("/ws/orders", self.orders_socket),
            ]
        )
        return app

    async def menu(self, request):
        return web.json_response(MENU, headers={"ETag": '"7"'})

    async def login(self, request):
        return web.json_response({"access_token": "jwt", "refresh_token": "r", "token_type": "bearer", "user": {}})

    async def place(self, request):
        key = request.headers["Idempotency-Key"]
        self.seen_keys[key].append(request.headers["Authorization"])
        attempt = len(self.seen_keys[key])
        if attempt <= self.faults.get("busy_first", 0):
            return web.json_response({"code": "busy"}, status=503, headers={"Retry-After": "0"})
        if attempt <= self.faults.get("hang_up_first", 0):
            request.transport.close()
            return web.Response()
        if self.faults.get("refuse"):
            return web.json_response({"code": "sold_out"}, status=409)
        order = self.keys.get(key)
        status = 200 if order else 201
        if order is None:
            order = await self.create(await request.json(), key)
        if attempt <= self.faults.get("cut_answer_first", 0):
            request.transport.close()
            return web.Response()
        return web.json_response(order, status=status)

    async def create(self, body, key):
        self.taken += 1
        number = self.taken
        totals = [
            (PRICES[line["item"]] + sum(PRICES[m] for m in line.get("modifiers", []))) * line["quantity"]
            for line in body["lines"]
        ]
        total = sum(totals)
        if number <= self.faults.get("overcharge_first", 0):
            total += Decimal("0.01")
        lines = [
            {"id": 1, "note": line.get("note", ""), "total": str(of_line)}
            for line, of_line in zip(body["lines"], totals, strict=True)
        ]
        order = {"id": number, "status": "placed", "total": str(total), "tax": "0.00", "lines": lines}
        if not self.faults.get("forget_keys"):
            self.keys[key] = order
        if number > self.faults.get("lose_first", 0):
            self.orders[number] = order
        await self.announce("new_order", order)
        if number <= self.faults.get("announce_twice_first", 0):
            await self.announce("new_order", order)
        if number > self.faults.get("hide_first", 0):
            ticket = f'<article class="t" id="ticket-{number}-0" data-order="{number}"></article>'
            html = f'<div id="tickets" hx-swap-oob="beforeend">{ticket}</div>'
            await self.send("kitchen", {"type": "page", "kind": "changes", "html": html})
        return order

    async def announce(self, kind, order):
        await self.send("orders", {"type": kind, "order": order})

    async def send(self, room, message):
        self.seq += 1
        for socket in self.sockets[room]:
            await socket.send_json({**message, "seq": self.seq, "epoch": "e"})

    async def list(self, request):
        assert request.query["since"]
        offset = int(request.query.get("offset", 0))
        orders = list(self.orders.values())
        if status := request.query.get("status"):
            orders = [order for order in orders if order["status"] == status]
        following = (
            f"http://another.name/api/v1/orders?since=x&offset={offset + 3}" if len(orders) > offset + 3 else None
        )
        return web.json_response({"count": len(orders), "next": following, "results": orders[offset : offset + 3]})

    async def tickets(self, request):
        order = request.query.get("order")
        return web.json_response({"results": [{"id": int(order)}] if order else [], "next": None})

    async def bump(self, request):
        order = self.orders.get(int(request.match_info["id"]))
        if order is None:
            return web.json_response({"code": "not_found"}, status=404)
        order["status"] = "ready"
        await self.announce("order_updated", order)
        return web.json_response({})

    async def deliver(self, request):
        assert request.headers["Authorization"] == "Bearer jwt"
        order = self.orders[int(request.match_info["id"])]
        order["status"] = "delivered"
        return web.json_response(order)

    async def kitchen_socket(self, request):
        return await self.socket(request, "kitchen", {"type": "page", "kind": "snapshot", "html": "<main></main>"})

    async def orders_socket(self, request):
        return await self.socket(request, "orders", {"type": "initial", "orders": []})

    async def visited(self, room, times):
        """Wait until a room's socket was opened that often."""
        async with self.joined:
            await self.joined.wait_for(lambda: self.visits[room] >= times)

    async def socket(self, request, room, first):
        socket = web.WebSocketResponse(protocols=("bistro.v1",))
        await socket.prepare(request)
        hello = await socket.receive_json()
        assert set(hello["hello"]) == {"after", "epoch"}
        await socket.send_json({**first, "seq": self.seq, "epoch": "e"})
        async with self.joined:
            self.sockets[room].append(socket)
            self.visits[room] += 1
            self.joined.notify_all()
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self.reports.append(json.loads(frame.data))
        self.sockets[room].remove(socket)
        return socket

"""The open orders and tickets of the restaurants, and a comparison with the screens."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.installation import Installation
from harness.load_clients import Token, log_in
from harness.screens import Pass, Program, Screen, Wall, when_all
from tools.simulator.client import Client, Credential

SETTLE = 60.0
TICKETS = "/api/v1/tickets"
# Fields of the earlier systems, which are not compared: `items` and `created_at` repeat `lines` and `placed_at`,
# the latter in whole seconds, and `table` is the name, which the API gives beside the id.
# All other fields must be equal, including ones that are added later.
OWN_WORDS = frozenset({"items", "created_at", "table_name"})


@dataclass(frozen=True)
class OpenState:
    """The open orders and tickets of a restaurant."""

    orders: dict[int, dict[str, Any]]  # in the form of `compared`
    tickets: set[str]  # "order-course" of each firing, as the board of all stations names them

    def is_shown_by(self, screen: Screen) -> bool:
        """Return True if the screen shows exactly these."""
        if isinstance(screen, Program):
            return {pk: compared(order) for pk, order in screen.orders.items()} == self.orders
        if isinstance(screen, Pass):
            return screen.orders == set(self.orders)  # the first course is fired with the order
        return isinstance(screen, Wall) and screen.tickets == self.tickets


async def log_in_waiters(here: Installation, client: Client) -> list[Token]:
    """Log in one waiter of each restaurant, who may read its open orders."""
    return [await log_in(client, who.login("waiter")) for who in here.houses]


async def settled(
    here: Installation,
    client: Client,
    screens: Sequence[Screen],
    waiters: Sequence[Credential],
    patience: float = SETTLE,
) -> dict[int, OpenState]:
    """Give every screen time to arrive after the last order, then read the expected state of each restaurant."""
    heads = await asyncio.to_thread(here.log.heads)
    await when_all(list(screens), lambda screen: screen.has_come_to(heads), patience)
    await asyncio.sleep(1.5)  # a wall's last tickets may disappear after the last order
    states = {}
    for who, waiter in zip(here.houses, waiters, strict=True):
        orders = {order["id"]: compared(order) for order in await _all(client, "/api/v1/orders?status=open", waiter)}
        shown = [each for what in ("open", "unread") for each in await _all(client, f"{TICKETS}?status={what}", waiter)]
        tickets = {f"{ticket['order']}-{ticket['fired_course'] or 0}" for ticket in shown}
        states[int(who.restaurant_id)] = OpenState(orders, tickets)
    return states


def unequal(screens: Iterable[Screen], states: Mapping[int, OpenState]) -> int:
    """Count the screens that differ from the state of their own restaurant."""
    return sum(not states[screen.restaurant].is_shown_by(screen) for screen in screens)


def compared(order: dict[str, Any]) -> dict[str, Any]:
    """Return an order of the API or of a screen without the fields that only one of them has."""
    kept = {name: value for name, value in order.items() if name not in OWN_WORDS}
    return kept | {"table": order.get("table_name", order["table"])}


async def _all(client: Client, path: str, reader: Credential) -> list[dict[str, Any]]:
    """Read every page of a list that does not change meanwhile."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(f"{path}&limit=200&offset={len(found)}", credential=reader)
        assert answer.ok, answer.body
        found += answer.body["results"]
        if not answer.body["next"]:
            return found

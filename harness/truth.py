"""What stands open in the restaurants, and which screens show something else."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.guests import Token, log_in
from harness.installation import Installation
from harness.screens import Pass, Program, Screen, Wall, when_all
from tools.simulator.client import Client, Credential

SETTLE = 60.0
TICKETS = "/api/v1/tickets"
# Not compared: what an old pad is told in words of its own. `items` and `created_at` repeat `lines` and `placed_at`,
# the latter in whole seconds; its `table` is the name, which the API gives beside the id: no screen is told the id.
# All else is equal, also what is yet to be invented.
OWN_WORDS = frozenset({"items", "created_at", "table_name"})


@dataclass(frozen=True)
class Truth:
    """What stands open in a restaurant."""

    orders: dict[int, dict[str, Any]]  # as `compared` has them
    tickets: set[int]

    def is_shown_by(self, screen: Screen) -> bool:
        """Exactly that, and nothing beside."""
        if isinstance(screen, Program):
            return {pk: compared(order) for pk, order in screen.orders.items()} == self.orders
        if isinstance(screen, Pass):
            return screen.orders == set(self.orders)  # each has something fired: the first course comes with the order
        return isinstance(screen, Wall) and screen.tickets == self.tickets


async def log_in_waiters(here: Installation, client: Client) -> list[Token]:
    """One in each restaurant, who may read all that is open there."""
    return [await log_in(client, who.login("waiter")) for who in here.houses]


async def settled(
    here: Installation,
    client: Client,
    screens: Sequence[Screen],
    waiters: Sequence[Credential],
    patience: float = SETTLE,
) -> dict[int, Truth]:
    """Nobody orders any more: give every screen time to arrive, then read what each restaurant's should show."""
    heads = await asyncio.to_thread(here.log.heads)
    await when_all(list(screens), lambda screen: screen.has_come_to(heads), patience)
    await asyncio.sleep(1.5)  # a wall's last tickets may have gone after the last order came
    truths = {}
    for who, waiter in zip(here.houses, waiters, strict=True):
        orders = {order["id"]: compared(order) for order in await _all(client, "/api/v1/orders?status=open", waiter)}
        shown = [each for what in ("open", "unread") for each in await _all(client, f"{TICKETS}?status={what}", waiter)]
        tickets = {ticket["id"] for ticket in shown}
        truths[int(who.restaurant_id)] = Truth(orders, tickets)
    return truths


def unequal(screens: Iterable[Screen], truths: Mapping[int, Truth]) -> int:
    """How many show something else than their own restaurant's truth."""
    return sum(not truths[screen.restaurant].is_shown_by(screen) for screen in screens)


def compared(order: dict[str, Any]) -> dict[str, Any]:
    """An order of the API or of a screen, without what only one of them says."""
    said = {name: value for name, value in order.items() if name not in OWN_WORDS}
    return said | {"table": order.get("table_name", order["table"])}


async def _all(client: Client, path: str, reader: Credential) -> list[dict[str, Any]]:
    """Every page of a list that stands still."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(f"{path}&limit=200&offset={len(found)}", credential=reader)
        assert answer.ok, answer.body
        found += answer.body["results"]
        if not answer.body["next"]:
            return found

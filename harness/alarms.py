"""False alarms: the share of orders without any fault that raise the alarm for unseen orders.

Nobody cooks, delivers or cancels here, because a closed order cannot raise an alarm.
"""

import asyncio
from dataclasses import dataclass

from harness.checker import Account
from harness.evening import watched
from harness.installation import Installation
from harness.load_clients import LoadClients, read_menu
from harness.screens import Rules
from harness.trials import ENDLESS, account_of
from tools.simulator.client import Client

ALARM_SECONDS = 20.0  # seconds after the order, one for the sweep included
REPORTED = 2.0  # seconds in which the walls have shown and reported the last order
SILENT = Rules(report=False)


@dataclass
class AlarmOutcome:
    """The outcome of some orders."""

    account: Account
    orders: set[int]
    alarmed: set[int]  # orders with an alarm event in the log


async def alarms(
    here: Installation, client: Client, *, orders: int, unseen: int, screens: int = 12, within: float = ALARM_SECONDS
) -> tuple[AlarmOutcome, AlarmOutcome]:
    """Place orders that walls display and report; then, as the control, orders that walls display without reporting."""
    async with watched(here, client, screens, Rules()):
        normal = await _placed(here, client, orders)
        await asyncio.sleep(REPORTED)
    async with watched(here, client, screens, SILENT):
        silent = await _placed(here, client, unseen)
        await asyncio.sleep(within + REPORTED)
    alarmed = await asyncio.to_thread(here.log.alarmed)
    found = []
    for load_clients in (normal, silent):
        ids = {pad_order.order_id for pad_order in load_clients.pad_orders if pad_order.order_id is not None}
        found.append(AlarmOutcome(await account_of(here, load_clients), ids, ids & alarmed))
    return found[0], found[1]


async def _placed(here: Installation, client: Client, orders: int) -> LoadClients:
    """Place that many orders, at most fifty a second."""
    pads = here.who.of_kind("pad")[:25]
    room = asyncio.Semaphore(ENDLESS)
    load_clients = LoadClients(client, pads, await read_menu(client, pads[0]), pause=0.5, room=room)
    await load_clients.order(orders)
    return load_clients

"""False alarms: the share of orders without any fault that raise the alarm for unseen orders.

Nobody cooks, delivers or cancels here, because a closed order cannot raise an alarm.
"""

import asyncio
from dataclasses import dataclass

from harness.checker import Account
from harness.evening import watched
from harness.guests import Guests, read_menu
from harness.installation import Installation
from harness.screens import Rules
from harness.trials import ENDLESS, account_of
from tools.simulator.client import Client

ALARM_SECONDS = 20.0  # seconds after the order, one for the sweep included
REPORTED = 2.0  # seconds in which the walls have shown and reported the last order
SILENT = Rules(report=False)


@dataclass
class Rang:
    """The outcome of some orders."""

    account: Account
    orders: set[int]
    alarmed: set[int]  # orders with an alarm event in the log


async def alarms(
    here: Installation, client: Client, *, orders: int, unseen: int, screens: int = 12, within: float = ALARM_SECONDS
) -> tuple[Rang, Rang]:
    """Place orders that walls display and report; then, as the control, orders that walls display without reporting."""
    async with watched(here, client, screens, Rules()):
        normal = await _placed(here, client, orders)
        await asyncio.sleep(REPORTED)
    async with watched(here, client, screens, SILENT):
        silent = await _placed(here, client, unseen)
        await asyncio.sleep(within + REPORTED)
    alarmed = await asyncio.to_thread(here.log.alarmed)
    found = []
    for guests in (normal, silent):
        ids = {wish.order_id for wish in guests.wishes if wish.order_id is not None}
        found.append(Rang(await account_of(here, guests), ids, ids & alarmed))
    return found[0], found[1]


async def _placed(here: Installation, client: Client, orders: int) -> Guests:
    """Place that many orders, at most fifty a second."""
    pads = here.who.of_kind("pad")[:25]
    room = asyncio.Semaphore(ENDLESS)
    guests = Guests(client, pads, await read_menu(client, pads[0]), pause=0.5, room=room)
    await guests.order(orders)
    return guests

"""The trial of payments: processes die between our call of a provider, its answer, and our commit.

At the end the books must be equal to the ledger of the trial provider's bank, charge by charge.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, cycle, islice
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from harness.checker import server_errors
from harness.installation import Installation
from harness.load_clients import Token, log_in, read_menu
from harness.servers import Worker
from tools.simulator.client import Client, GaveUp

# Places of death: before the bank hears of a charge or refund, after it has answered and before our commit.
CALLED, HEARD, TOLD = "called", "heard", "told"
GIVEN_BACK, RETURNED = "given-back", "returned"
PLACES = (HEARD, CALLED, RETURNED, TOLD, GIVEN_BACK)
LOSSES = {"DUMMY_PROVIDER": "lost=0.2"}  # answers that the bank's line loses besides
MORTAL = LOSSES | {"DJANGO_SETTINGS_MODULE": "harness.settings.mortal"}
UNASKED = LOSSES | {"DJANGO_SETTINGS_MODULE": "harness.settings.mortal_unasked"}
DIES_WITHIN = ENDS_WITHIN = 60.0
BREATH = 0.5  # seconds between two deaths
QUANTITY = 500  # dishes on each bill, more than is paid
REFUND = Decimal("0.50")
REFUNDED_EACH = 4  # every so many payments
CENT = Decimal("0.01")
OPEN = "('created', 'pending', 'authorised', 'unknown')"


def place_file(var: Path, place: str) -> Path:
    """Return the file that orders the next death at a place."""
    return var / f"dies-{place}"


@dataclass
class Paid:
    """The outcome of the payments. Sets hold the amounts, which differ for each payment that was asked for."""

    asked: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    told_paid: set[Decimal] = field(default_factory=set)  # whose answer said that the money had come
    unanswered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refunds: int = 0
    lost: set[Decimal] = field(default_factory=set)  # told to be paid, and not in the books
    doubled: set[Decimal] = field(default_factory=set)  # collected twice by the bank
    differing: int = 0  # charges and refunds that books and bank do not have alike
    waiting: int = 0  # payments and refunds without an end
    booked: Decimal = Decimal(0)
    collected: Decimal = Decimal(0)
    server_errors: int = 0

    @property
    def problems(self) -> list[str]:
        """Return the broken promises in words, or an empty list."""
        counted = {
            "payments lost": len(self.lost),
            "payments doubled": len(self.doubled),
            "rows differ from the bank's": self.differing,
            "payments and refunds without an end": self.waiting,
            "payments never answered": self.unanswered,
            "payments refused": self.refused.total(),
            "server errors": self.server_errors,
        }
        found = [f"{number} {name}" for name, number in counted.items() if number]
        if self.booked != self.collected:
            found.append(f"the books have {self.booked}, the bank {self.collected}")
        return found + ([] if self.told_paid else ["nothing was paid"])


class Payers:
    """Waiters' tablets that pay parts of bills by the trial provider, and give some of it back."""

    def __init__(self, client: Client, manager: Token, parties: Sequence[int], found: Paid, *, keyed: bool) -> None:
        self.client, self.manager, self.parties, self.found, self.keyed = client, manager, parties, found, keyed
        self.numbers = count(1)
        self.over = False

    async def pay(self, payments: int, pause: float) -> None:
        """Pay until so many payments were asked for and all deaths are over."""

        async def one(party: int) -> None:
            while not self.over or self.found.asked < payments:
                await self._pay(party, next(self.numbers))
                await asyncio.sleep(pause)

        await asyncio.gather(*(one(party) for party in self.parties))

    async def _pay(self, party: int, number: int) -> None:
        amount = 1 + number * CENT
        self.found.asked += 1
        key = uuid4().hex if self.keyed else ""
        body = {"method": "dummy", "amount": str(amount)}
        path = f"/api/v1/bills/{party}/payments"
        try:
            answer = await self.client.post(path, body, credential=self.manager, key=key)
            if not answer.ok:
                self.found.refused[answer.code] += 1
                return
            self.found.acknowledged += 1
            if answer.body["state"] == "captured":
                self.found.told_paid.add(amount)
                if number % REFUNDED_EACH == 0:
                    await self._give_back(answer.body["id"])
        except GaveUp:
            self.found.unanswered += 1

    async def _give_back(self, payment: int) -> None:
        key = uuid4().hex if self.keyed else ""
        path = f"/api/v1/payments/{payment}/refunds"
        body = {"amount": str(REFUND), "reason": "cold"}
        answer = await self.client.post(path, body, credential=self.manager, key=key)
        self.found.refunds += answer.ok
        if not answer.ok:
            self.found.refused[answer.code] += 1


async def pay_under_kills(
    here: Installation, client: Client, *, payments: int, deaths: int, clients: int = 10, pause: float = 0.5,
    keyed: bool = True, ends_within: float = ENDS_WITHIN, places: Sequence[str] = PLACES,
) -> Paid:  # fmt: skip
    """Let processes die at the bank while bills are paid, wait for the sweep, and compare books and bank."""
    found, before = Paid(), client.traffic.answers.copy()
    manager = await log_in(client, here.who.login("manager"))
    payers = Payers(client, manager, await _parties(here, client, clients), found, keyed=keyed)
    paying = asyncio.create_task(payers.pay(payments, pause))
    try:
        for place in islice(cycle(places), deaths):
            await _die(here, place, pause=BREATH)
            found.deaths[place] += 1
        payers.over = True
        await paying
    finally:
        paying.cancel()
        await asyncio.gather(paying, return_exceptions=True)
    found.server_errors = server_errors(client.traffic.answers - before)
    await _until_ended(here, ends_within)
    await asyncio.to_thread(_compare, here, found)
    return found


async def _parties(here: Installation, client: Client, clients: int) -> list[int]:
    """Place a large order at each of these pads, and return the parties who pay it."""
    pads = here.who.of_kind("pad")[:clients]
    card = await read_menu(client, pads[0])
    simple = [item for item in card.items if item.available and item.portions_left is None and not item.groups]
    dearest = max(simple, key=lambda item: item.price)
    found = []
    for pad in pads:
        lines = [{"item": dearest.id, "quantity": QUANTITY}]
        answer = await client.post("/api/v1/orders", {"lines": lines}, credential=pad, key=uuid4().hex)
        assert answer.ok, answer.body
        found.append(int(answer.body["party"]))
    return found


async def _die(here: Installation, place: str, pause: float) -> None:
    """Order a death, wait for it, and start the process again."""
    ordered = place_file(here.folder / "var", place)
    await asyncio.to_thread(ordered.touch)
    worker = await _dead(here.workers, place)
    worker.kill()  # reaps it
    await asyncio.to_thread(worker.start)
    await worker.ready()
    await asyncio.sleep(pause)


async def _dead(workers: Sequence[Worker], place: str) -> Worker:
    until = perf_counter() + DIES_WITHIN
    while perf_counter() < until:
        for worker in workers:
            if worker.process is not None and worker.process.poll() is not None:
                return worker
        await asyncio.sleep(0.02)
    raise AssertionError(f"no process died at {place}")


async def _until_ended(here: Installation, seconds: float) -> None:
    """Wait until every payment and refund has an end, at most so many seconds."""
    until = perf_counter() + seconds
    while await asyncio.to_thread(_waiting, here) and perf_counter() < until:  # noqa: ASYNC110 - rows, not an event
        await asyncio.sleep(0.2)


def _waiting(here: Installation) -> int:
    ((payments,),) = here.log.rows(f"SELECT count(*) FROM billing_payment WHERE status IN {OPEN}")
    ((refunds,),) = here.log.rows("SELECT count(*) FROM billing_refund WHERE status IN ('pending', 'unknown')")
    return int(payments) + int(refunds)


def _compare(here: Installation, found: Paid) -> None:
    """Compare the books with the bank's ledger, read from the tables."""
    booked = _amounts(
        here,
        "SELECT a.key, p.amount + p.tip + p.rounding FROM billing_payment p JOIN billing_paymentattempt a"
        " ON a.payment_id = p.id WHERE p.status IN ('captured', 'refunded')",
    )
    collected = _amounts(here, "SELECT key, amount FROM billing_dummycharge WHERE state = 'captured'")
    returned = _amounts(
        here, "SELECT provider_key, amount + tip + rounding FROM billing_refund WHERE status = 'refunded'"
    )
    given_back = _amounts(here, "SELECT key, amount FROM billing_dummyrefund")
    found.waiting = _waiting(here)
    found.lost = found.told_paid - set(booked.values())
    found.doubled = {amount for amount, times in Counter(collected.values()).items() if times > 1}
    found.differing = len(booked.items() ^ collected.items()) + len(returned.items() ^ given_back.items())
    found.booked = sum(booked.values(), Decimal(0)) - sum(returned.values(), Decimal(0))
    found.collected = sum(collected.values(), Decimal(0)) - sum(given_back.values(), Decimal(0))


def _amounts(here: Installation, sql: str) -> dict[str, Decimal]:
    return {key: Decimal(str(amount)).quantize(CENT) for key, amount in here.log.rows(sql)}

"""The end of the evening: bills are split and paid, some money goes back, the till is counted, the day is closed.

The closing's figures must add up to the cent, and the counted till must hold what was put into it.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tools.simulator.client import Answer, Client, GaveUp
from tools.simulator.depositors import Depositors, Deposits, Host
from tools.simulator.prepaid import ACCOUNT, LIMIT, PREPAID, VOUCHER, Prepaid, owed_differences
from tools.simulator.waiters import UNAUTHORISED, Bearer

FLOAT = Decimal(100)
ZERO = Decimal(0)
HANDS = 8
METHODS = ("cash", "terminal", "dummy", "tab", "voucher", "account")
VALUES = (10, 20, 25, 50)  # of vouchers
ENDS = frozenset({"captured", "refunded", "cancelled", "expired"})
HELD = ENDS | {"authorised"}
LOOKS = 240  # at a payment that waits for its provider, half a second apart
MOST_PIECES = 100_000


@dataclass(slots=True)
class Takings:
    """The money of a run. `drawer` is the cash that must be in the till; `problems` are empty if all agrees."""

    bills: int = 0
    payments: int = 0
    refunds: int = 0
    tabs: int = 0
    paid: Decimal = ZERO
    given_back: Decimal = ZERO
    drawer: Decimal = ZERO
    prepaid: Prepaid = field(default_factory=Prepaid)
    deposits: Deposits = field(default_factory=Deposits)
    closing: dict[str, Any] = field(default_factory=dict)
    complaints: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Cashier:
    """A manager who settles the bills of a run and closes the day."""

    def __init__(self, client: Client, bearer: Bearer, seed: int, host: Callable[[str], Host] | None = None) -> None:
        self.client, self.bearer, self.host = client, bearer, host
        self.held: list[int] = []  # tabs that were opened
        self.dice = random.Random(seed)
        self.takings = Takings()
        self.run = secrets.token_hex(4)
        self.keys = 0

    async def close_evening(self, orders: list[int]) -> Takings:
        """Settle the bills of these orders, play deposits if the host can be played, and close the day."""
        try:
            await self.bearer.log_in(self.client)
            till = await self._open_till()
            await self._open_account()
            await self._settle_all(await self._parties(orders))
            if self.host is not None:
                await Depositors(self, self.host(self.run)).play(orders)
            await self._settle_account()
            await self._check_prepaid()
            await self._check_tabs()
            if till:
                await self._count(till)
            await self._close_day()
        except GaveUp as problem:
            self.takings.problems.append(f"the till gave up: {problem}")
        for code, number in self.takings.complaints.items():
            self.takings.problems.append(f"{number} × {code}")
        return self.takings

    async def _parties(self, orders: list[int]) -> list[int]:
        hands = asyncio.Semaphore(HANDS)

        async def party_of(order: int) -> int | None:
            async with hands:
                answer = await self.get(f"/api/v1/orders/{order}")
                return answer.body.get("party") if answer.ok else None

        found = await asyncio.gather(*(party_of(order) for order in orders))
        return sorted({party for party in found if party is not None})

    async def _open_till(self) -> int | None:
        """Open the cashier's own till; None if one is open already, which this run then leaves alone."""
        answer = await self.post("/api/v1/tills", {"float": str(FLOAT)})
        if answer.ok:
            self.takings.drawer = FLOAT
            return int(answer.body["id"])
        self.takings.complaints[f"open the till: {answer.code}"] += 1
        return None

    async def _settle_all(self, parties: list[int]) -> None:
        """Settle several bills at once, because a payment may wait a minute for its provider."""
        hands = asyncio.Semaphore(HANDS)

        async def settle(party: int) -> None:
            async with hands:
                await self.settle(party)

        await asyncio.gather(*(settle(party) for party in parties))

    async def settle(self, party: int) -> None:
        """Split a bill by a random rule, and pay every share by a random method."""
        path = f"/api/v1/bills/{party}"
        bill = await self.get(path)
        if not bill.ok or Decimal(bill.body["due"]) <= 0:
            return
        self.takings.bills += 1
        ways = self.dice.choice((1, 1, 2, 3))
        if ways > 1:
            bill = await self.post(f"{path}/split", {"by": "equal", "ways": ways})
        shares: list[int | None] = [share["id"] for share in bill.body.get("shares", ()) if not share["locked"]]
        for share in shares or [None]:
            await self._pay(path, share, self.dice.choice(METHODS))
        left = await self.get(path)
        if left.ok and Decimal(left.body["due"]):
            await self._pay(path, None, "terminal")

    async def _pay(self, path: str, share: int | None, method: str) -> None:
        if method == "tab":
            await self._pay_from_tab(path, share)
            return
        body = {"method": method, "share": share, "tip": self.dice.choice(("0", "0", "1", "2"))}
        if method in PREPAID:  # neither pays a tip
            more = await self._means_of(method)
            if more is None:
                return
            body |= {"tip": "0", **more}
        answer = await self.post(f"{path}/payments", body)
        if answer.code == "nothing_due":  # equal parts of very little
            return
        if not answer.ok:
            self.takings.complaints[f"pay: {answer.code}"] += 1
            return
        await self._count_payment(await self._ended(answer.body), str(body.get(VOUCHER, "")))

    async def _count_payment(self, payment: Mapping[str, Any], code: str = "") -> None:
        """Count a payment that has ended, and give some of them back. `code` is that of its voucher."""
        if payment["state"] != "captured":  # the provider ended it without money: the rest of the bill is paid later
            return
        amount = sum((Decimal(payment[name]) for name in ("amount", "tip", "rounding")), ZERO)
        self.takings.payments += 1
        self.takings.paid += amount
        if payment["method"] == "cash":
            self.takings.drawer += amount
        self.takings.prepaid.pay(payment, code)
        if self.dice.random() < 0.15:
            await self.refund(payment)

    async def _pay_from_tab(self, path: str, share: int | None) -> None:
        """Let the bank hold more than is due, and charge it; now and then pay in another way, which releases it.

        A tab is for the whole bill: a share, or guests with a tab already, pay by terminal.
        """
        bill = await self.get(path)
        held = str(Decimal(bill.body["due"]) + 5) if bill.ok and share is None else ""
        answer = await self.post(f"{path}/tabs", {"amount": held}) if held else None
        if answer is None or not answer.ok:
            if answer is not None and answer.code != "tab_open":
                self.takings.complaints[f"open a tab: {answer.code}"] += 1
            await self._pay(path, share, "terminal")
            return
        self.held.append(answer.body["id"])
        self.takings.tabs += 1
        tab = await self._ended(answer.body, HELD)
        if tab["state"] != "authorised" or self.dice.random() < 0.3:
            return  # the rest is paid by terminal, and the tab is released
        done = await self.post(f"/api/v1/payments/{tab['id']}/capture", {"tip": self.dice.choice(("0", "1"))})
        if not done.ok:
            self.takings.complaints[f"charge a tab: {done.code}"] += 1
            return
        await self._count_payment(await self._ended(done.body))

    async def _check_tabs(self) -> None:
        """Wait until each tab is charged or released: at the end of the evening no bank holds money for a bill."""
        for tab in self.held:
            answer = await self.get(f"/api/v1/payments/{tab}")
            await self._ended(answer.body)

    async def _open_account(self) -> None:
        body = {"name": f"Simulated {self.run}", "limit": LIMIT}
        answer = await self.post("/api/v1/house-accounts", body)
        if answer.ok:
            self.takings.prepaid.account = int(answer.body["id"])
        else:
            self.takings.complaints[f"open an account: {answer.code}"] += 1

    async def _means_of(self, method: str) -> dict[str, Any] | None:
        """Return the account of the run, or the code of a voucher that is sold now; None if there is none."""
        prepaid = self.takings.prepaid
        if method == ACCOUNT:
            return None if prepaid.account is None else {ACCOUNT: prepaid.account}
        value, sold_for = Decimal(self.dice.choice(VALUES)), self.dice.choice(("cash", "terminal"))
        answer = await self.post("/api/v1/vouchers", {"value": str(value), "method": sold_for})
        if not answer.ok:
            self.takings.complaints[f"sell a voucher: {answer.code}"] += 1
            return None
        prepaid.sell(answer.body["code"], value)
        if sold_for == "cash":
            self.takings.drawer += value
        return {VOUCHER: answer.body["code"]}

    async def _settle_account(self) -> None:
        """Settle about half of what the account owes, in cash."""
        prepaid = self.takings.prepaid
        half = prepaid.owed // 2
        if half <= 0:
            return
        path = f"/api/v1/house-accounts/{prepaid.account}/settlements"
        answer = await self.post(path, {"method": "cash", "amount": str(half)})
        if not answer.ok:
            self.takings.complaints[f"settle the account: {answer.code}"] += 1
            return
        prepaid.owed -= half
        self.takings.drawer += half

    async def _check_prepaid(self) -> None:
        """Compare the balances of the run's vouchers and account with those that they must have."""
        prepaid = self.takings.prepaid
        for code, balance in prepaid.vouchers.items():
            answer = await self.post("/api/v1/vouchers/balance", {"code": code})
            if not answer.ok or Decimal(answer.body["balance"]) != balance:
                self.takings.complaints["a voucher has another balance"] += 1
        if prepaid.account is not None:
            answer = await self.get(f"/api/v1/house-accounts/{prepaid.account}")
            if not answer.ok or Decimal(answer.body["balance"]) != prepaid.owed:
                self.takings.complaints["the account has another balance"] += 1

    async def _ended(self, payment: Mapping[str, Any], ends: frozenset[str] = ENDS) -> Mapping[str, Any]:
        """Wait until the provider has given its last word about a payment."""
        for _look in range(LOOKS):
            if payment["state"] in ends:
                return payment
            await asyncio.sleep(0.5)
            answer = await self.get(f"/api/v1/payments/{payment['id']}")
            payment = answer.body if answer.ok else payment
        self.takings.complaints[f"payment stays {payment['state']}"] += 1
        return payment

    async def refund(self, payment: Mapping[str, Any]) -> Decimal:
        """Give half of a payment back, and return how much that was."""
        half = Decimal(payment["amount"]) // 2 or Decimal(payment["amount"])
        answer = await self.post(
            f"/api/v1/payments/{payment['id']}/refunds", {"amount": str(half), "reason": "simulated"}
        )
        if not answer.ok:
            self.takings.complaints[f"refund: {answer.code}"] += 1
            return ZERO
        self.takings.refunds += 1
        self.takings.given_back += half
        self.takings.prepaid.give_back(payment, half)
        if payment["method"] == "cash":
            self.takings.drawer -= half
        return half

    async def _count(self, till: int) -> None:
        """Count what was put into the till and taken out; the till must agree."""
        counted = await self.post(f"/api/v1/tills/{till}/count", {"pieces": pieces_of(self.takings.drawer)})
        if not counted.ok:
            self.takings.complaints[f"count: {counted.code}"] += 1
            return
        if Decimal(counted.body["difference"]):
            self.takings.problems.append(f"the till differs by {counted.body['difference']}")
        closed = await self.post(f"/api/v1/tills/{till}/close", {"cause": "unknown"})
        if not closed.ok:
            self.takings.complaints[f"close the till: {closed.code}"] += 1

    async def _close_day(self) -> None:
        answer = await self.post("/api/v1/closings", {})
        if not answer.ok:
            self.takings.complaints[f"close the day: {answer.code}"] += 1
            return
        self.takings.closing = answer.body
        self.takings.problems += differences(answer.body)

    async def get(self, path: str) -> Answer:
        answer = await self.client.get(path, credential=self.bearer)
        if answer.status == UNAUTHORISED:
            await self.bearer.log_in(self.client)
            answer = await self.client.get(path, credential=self.bearer)
        return answer

    async def post(self, path: str, body: Any) -> Answer:
        self.keys += 1
        key = f"{self.run}-{self.keys}"
        answer = await self.client.post(path, body, credential=self.bearer, key=key)
        if answer.status == UNAUTHORISED:
            await self.bearer.log_in(self.client)
            answer = await self.client.post(path, body, credential=self.bearer, key=key)
        return answer


def pieces_of(amount: Decimal) -> dict[str, int]:
    """Return notes and coins that make an amount, {value: number}."""
    found, left = {}, amount
    for value in ("500", "100", "10", "1", "0.01", "0.001"):
        number = int(left // Decimal(value))
        if number:
            found[value] = min(number, MOST_PIECES)
            left -= found[value] * Decimal(value)
    return found


def differences(closing: Mapping[str, Any]) -> list[str]:
    """Return what does not add up in a closing: from the dishes to the money, to the cent."""
    figures = {name: Decimal(value) for name, value in closing["figures"].items() if name != "taxes"}
    net = figures["lines"] - figures["adjustments"] - figures["refunds"] + figures["service"]
    owed = net + figures["tax"] + Decimal(closing["tips"]) + Decimal(closing["rounding"])
    carried = Decimal(closing["open_after"]) - Decimal(closing["open_before"]) + figures["written_off"]
    money = Decimal(closing["received"]) - Decimal(closing["given_back"])
    methods = sum((Decimal(each["amount"]) for each in closing["methods"]), ZERO)
    found = []
    if owed - carried != money:
        found.append(f"sales and money differ by {owed - carried - money}")
    if methods != money:
        found.append(f"the methods of payment differ by {methods - money}")
    return found + owed_differences(closing)

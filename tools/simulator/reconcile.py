"""The final report: acknowledged orders compared with the stored ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from tools.simulator.cashiers import Takings
from tools.simulator.client import Client, Credential
from tools.simulator.ledger import Ledger

SOLD_OUT = frozenset({409})
PAGE = 200


class UnreadableOrders(Exception):
    """A list of orders that could not be read, so that no verdict is possible."""


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order in the API's list. `total` is without the tax that is added to prices, which the menu does not show."""

    id: int
    markers: frozenset[str]
    total: Decimal
    status: str


@dataclass(slots=True)
class Account:
    """The verdict. Sets hold order ids, so that a wrong order can be looked up."""

    placed: int
    acknowledged: int
    unanswered: int
    refused: Counter[str] = field(default_factory=Counter)
    turned_away: int = 0
    shown: int = 0
    announced: int = 0
    delivered: int = 0
    not_stored: set[int] = field(default_factory=set)
    not_shown: set[int] = field(default_factory=set)
    not_announced: set[int] = field(default_factory=set)
    doubled: set[int] = field(default_factory=set)
    invented: set[int] = field(default_factory=set)
    expected: Decimal = Decimal("0.00")
    found: Decimal = Decimal("0.00")
    wrong_totals: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    takings: Takings | None = None

    @property
    def lost(self) -> set[int]:
        """Return acknowledged orders that are missing in the books."""
        return self.not_stored

    @property
    def not_shown_yet(self) -> set[int]:
        """Return orders of the books that a kitchen screen or the feed has not shown by the end."""
        return (self.not_shown | self.not_announced) - self.not_stored

    @property
    def money_agrees(self) -> bool:
        """Return True if the sum and every order agree to the cent."""
        return self.expected == self.found and not self.wrong_totals

    @property
    def problems(self) -> list[str]:
        """Return all problems in words, or an empty list."""
        found = []
        if not self.acknowledged:
            found.append("no order was acknowledged")
        if self.lost:
            found.append(f"{len(self.lost)} lost")
        if self.not_shown_yet:
            found.append(f"{len(self.not_shown_yet)} not shown yet")
        if self.doubled:
            found.append(f"{len(self.doubled)} doubled")
        if self.invented:
            found.append(f"{len(self.invented)} stored although refused")
        if not self.money_agrees:
            found.append(f"money differs by {self.found - self.expected} ({len(self.wrong_totals)} orders)")
        if self.unanswered:
            found.append(f"{self.unanswered} never answered")
        if sum(self.refused.values()) > self.turned_away:
            found.append(f"{sum(self.refused.values()) - self.turned_away} refused for another reason than sold out")
        return [*found, *(self.takings.problems if self.takings else ())]


async def list_orders(client: Client, credential: Credential, since: str) -> list[FoundOrder]:
    """Read every order since then, page by page."""
    return [order async for page in _pages(client, credential, since) for order in map(found_order, page)]


async def _pages(client: Client, credential: Credential, since: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Follow `next`; only its path is used, because a proxy's name for the server may differ from ours."""
    path: str | None = f"/api/v1/orders?{urlencode({'since': since, 'limit': PAGE})}"
    while path:
        answer = await client.get(path, credential=credential)
        if not answer.ok:
            raise UnreadableOrders(f"GET {path}: {answer.code}")
        yield answer.body["results"]
        following = urlsplit(answer.body["next"] or "")
        path = f"{following.path}?{following.query}" if following.path else None


def found_order(raw: dict[str, Any]) -> FoundOrder:
    """Parse a listed order; the marker is the note of one of its lines."""
    notes = frozenset(line["note"] for line in raw["lines"] if line.get("note"))
    total, tax = Decimal(raw["total"]), Decimal(raw["tax"])
    is_added = total == sum((Decimal(line["total"]) for line in raw["lines"]), tax)
    return FoundOrder(raw["id"], notes, total - tax if is_added else total, raw["status"])


def reconcile(ledger: Ledger, books: Sequence[FoundOrder]) -> Account:
    """Compare the answers to the pads with the stored orders, the kitchen's wall and the feed."""
    acknowledged = ledger.acknowledged()
    account = Account(
        placed=len(ledger.placements),
        acknowledged=len(acknowledged),
        unanswered=sum(not p.acknowledged and not p.refused for p in ledger.placements),
        refused=Counter(p.problem for p in ledger.placements if p.refused),
        turned_away=sum(p.refused and p.status in SOLD_OUT for p in ledger.placements),
        expected=ledger.expected(),
    )
    by_id = {order.id: order for order in books}
    _follow(ledger, account, by_id)
    _count_money(ledger, account, by_id)
    account.doubled = _doubled(ledger, books)
    refused = {placement.order.marker for placement in ledger.placements if placement.refused}
    account.invented = {order.id for order in books if order.markers & refused}
    return account


def _follow(ledger: Ledger, account: Account, by_id: dict[int, FoundOrder]) -> None:
    """Find every acknowledged order on the walls and in the feed.

    A feed that had to start again cannot know orders that came and went meanwhile.
    """
    feed_is_whole = ledger.announcements.snapshots <= 1
    for order_id in ledger.ours:
        found = by_id.get(order_id)
        if found is None:
            account.not_stored.add(order_id)
        elif found.status == "delivered":
            account.delivered += 1
        if ledger.shown_everywhere(order_id):
            account.shown += 1
        else:
            account.not_shown.add(order_id)
        if ledger.announcements.knows(order_id):
            account.announced += 1
        elif feed_is_whole:
            account.not_announced.add(order_id)


def _count_money(ledger: Ledger, account: Account, by_id: dict[int, FoundOrder]) -> None:
    """Sum the stored totals of our orders, and record every order that differs from the menu's prices."""
    for order_id, placement in ledger.ours.items():
        found = by_id.get(order_id)
        if found is None:
            continue
        account.found += found.total
        if found.total != placement.order.expected:
            account.wrong_totals.append((order_id, placement.order.expected, found.total))


def _doubled(ledger: Ledger, books: Sequence[FoundOrder]) -> set[int]:
    """Return orders that exist twice, that mix two requests, or that were announced twice."""
    ours = {placement.order.marker for placement in ledger.placements}
    first: dict[str, int] = {}
    doubled = ledger.announcements.doubled() & ledger.ours.keys()
    for order in books:
        for marker in order.markers & ours:
            if first.setdefault(marker, order.id) != order.id:
                doubled.add(order.id)
    answered = Counter(placement.order_id for placement in ledger.acknowledged())
    return doubled | {order_id for order_id, times in answered.items() if order_id is not None and times > 1}

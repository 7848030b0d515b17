"""The record of every order, from the pads, the kitchen and the programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from time import perf_counter

from tools.simulator.planned import PlannedOrder


@dataclass(slots=True)
class Placement:
    """An order that a pad placed, under one idempotency key for all its attempts."""

    order: PlannedOrder
    key: str
    sent_at: float = 0.0
    answered_at: float | None = None
    status: int = 0
    order_id: int | None = None
    problem: str = ""

    @property
    def acknowledged(self) -> bool:
        """Return True if the server has confirmed the order."""
        return self.order_id is not None

    @property
    def refused(self) -> bool:
        """Return True if the server has refused the order for good."""
        return self.order_id is None and self.answered_at is not None


@dataclass(slots=True)
class Traffic:
    """Answers by status, and everything that had to be retried."""

    answers: Counter[int] = field(default_factory=Counter)
    retries: int = 0
    lost_connections: int = 0
    timeouts: int = 0
    replayed: int = 0

    @property
    def server_errors(self) -> int:
        """Return the number of 5xx answers except 503."""
        return sum(count for status, count in self.answers.items() if status >= 500 and status != 503)


@dataclass(slots=True)
class Screen:
    """The times at which one kitchen screen first showed each order."""

    name: str
    shown: dict[int, float] = field(default_factory=dict)
    connects: int = 0
    snapshots: int = 0


@dataclass(slots=True)
class Announcements:
    """The place in the feed and the connection at which each order was announced as new."""

    positions: dict[int, dict[int, int]] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    present: set[int] = field(default_factory=set)
    connects: int = 0
    snapshots: int = 0

    def announce(self, order_id: int, position: int, *, connection: int) -> None:
        """Record a new_order. The same place again after a reconnect is a repeat, not a second order."""
        positions = self.positions.setdefault(order_id, {})
        if positions.get(position) == connection:
            self.repeated.add(order_id)
        positions[position] = connection

    def doubled(self) -> set[int]:
        """Return orders that were announced as new at several places, or twice on one connection."""
        return {order_id for order_id, positions in self.positions.items() if len(positions) > 1} | self.repeated

    def knows(self, order_id: int) -> bool:
        """Return True if the order was announced as new, or was part of a connection's first list."""
        return order_id in self.positions or order_id in self.present


@dataclass(slots=True)
class Ledger:
    """The record of one run."""

    placements: list[Placement] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    announcements: Announcements = field(default_factory=Announcements)
    traffic: Traffic = field(default_factory=Traffic)
    ours: dict[int, Placement] = field(default_factory=dict)
    bumped: int = 0
    delivered: set[int] = field(default_factory=set)
    complaints: Counter[str] = field(default_factory=Counter)
    started_at: float = field(default_factory=perf_counter)

    def acknowledge(self, placement: Placement, order_id: int) -> None:
        """Record that the server has this order."""
        placement.order_id = order_id
        self.ours.setdefault(order_id, placement)

    def acknowledged(self) -> list[Placement]:
        """Return the orders that the server has confirmed."""
        return [placement for placement in self.placements if placement.acknowledged]

    def shown_everywhere(self, order_id: int) -> bool:
        """Return True if every connected kitchen screen has shown the order."""
        return bool(self.screens) and all(order_id in screen.shown for screen in self.screens)

    def acknowledge_times(self) -> list[float]:
        """Return the seconds from the first attempt to the answer."""
        return [
            placement.answered_at - placement.sent_at
            for placement in self.placements
            if placement.acknowledged and placement.answered_at is not None
        ]

    def screen_times(self) -> list[float]:
        """Return the seconds from the first attempt to the message that showed the order, on every screen."""
        return [
            screen.shown[order_id] - placement.sent_at
            for order_id, placement in self.ours.items()
            for screen in self.screens
            if order_id in screen.shown
        ]

    def expected(self) -> Decimal:
        """Return the expected total of all acknowledged orders."""
        return sum((placement.order.expected for placement in self.acknowledged()), Decimal("0.00"))


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the nearest-rank percentile, or None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]

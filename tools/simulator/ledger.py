"""What happened to every order, as the guests, the kitchen and the programs saw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from time import perf_counter

from tools.simulator.planned import PlannedOrder


@dataclass(slots=True)
class Placement:
    """One order that a pad placed, under one idempotency key for all its attempts."""

    order: PlannedOrder
    key: str
    sent_at: float = 0.0
    answered_at: float | None = None
    status: int = 0
    order_id: int | None = None
    problem: str = ""

    @property
    def acknowledged(self) -> bool:
        """The server said that it has the order."""
        return self.order_id is not None

    @property
    def refused(self) -> bool:
        """The server said no, and meant it."""
        return self.order_id is None and self.answered_at is not None


@dataclass(slots=True)
class Traffic:
    """What the wire was like: answers by status and everything that had to be tried again."""

    answers: Counter[int] = field(default_factory=Counter)
    retries: int = 0
    lost_connections: int = 0
    timeouts: int = 0
    replayed: int = 0

    @property
    def server_errors(self) -> int:
        """Answers in the five hundreds that are not the polite 503."""
        return sum(count for status, count in self.answers.items() if status >= 500 and status != 503)


@dataclass(slots=True)
class Screen:
    """When one kitchen screen first showed each order."""

    name: str
    shown: dict[int, float] = field(default_factory=dict)
    connects: int = 0
    snapshots: int = 0


@dataclass(slots=True)
class Announcements:
    """Where in the feed each order was announced as new, and on which connection."""

    positions: dict[int, dict[int, int]] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    present: set[int] = field(default_factory=set)
    connects: int = 0
    snapshots: int = 0

    def announce(self, order_id: int, position: int, *, connection: int) -> None:
        """Note one new_order. The same position again after a reconnect is a repeat, not a second order."""
        positions = self.positions.setdefault(order_id, {})
        if positions.get(position) == connection:
            self.repeated.add(order_id)
        positions[position] = connection

    def doubled(self) -> set[int]:
        """Orders announced as new at more than one position, or twice on one connection."""
        return {order_id for order_id, positions in self.positions.items() if len(positions) > 1} | self.repeated

    def knows(self, order_id: int) -> bool:
        """Announced as new, or part of a list that a new connection began with."""
        return order_id in self.positions or order_id in self.present


@dataclass(slots=True)
class Ledger:
    """Everything that one run remembers."""

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
        """The server has this order."""
        placement.order_id = order_id
        self.ours.setdefault(order_id, placement)

    def acknowledged(self) -> list[Placement]:
        """Orders that the server said it has."""
        return [placement for placement in self.placements if placement.acknowledged]

    def shown_everywhere(self, order_id: int) -> bool:
        """Every kitchen screen that listens has shown it."""
        return bool(self.screens) and all(order_id in screen.shown for screen in self.screens)

    def acknowledge_times(self) -> list[float]:
        """Seconds from the first attempt to the answer."""
        return [
            placement.answered_at - placement.sent_at
            for placement in self.placements
            if placement.acknowledged and placement.answered_at is not None
        ]

    def screen_times(self) -> list[float]:
        """Seconds from the first attempt to the message that showed the order, on every screen."""
        return [
            screen.shown[order_id] - placement.sent_at
            for order_id, placement in self.ours.items()
            for screen in self.screens
            if order_id in screen.shown
        ]

    def expected(self) -> Decimal:
        """What all acknowledged orders should cost."""
        return sum((placement.order.expected for placement in self.acknowledged()), Decimal("0.00"))


def percentile(values: Iterable[float], share: float) -> float | None:
    """The nearest-rank percentile, or None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]

"""Planned orders with their expected totals, calculated from the menu alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bistro.core.kernel.names import name_key
from tools.simulator.card import Card, CardItem, CardModifier
from tools.simulator.history import (
    BadRow,
    History,
    PriceDifference,
    SkippedRow,
    SoldLine,
    price_differences,
)

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A quantity of one item with its modifiers and the allergies of its guest."""

    item: CardItem
    quantity: int
    modifiers: tuple[CardModifier, ...] = ()
    allergies: tuple[str, ...] = ()

    @property
    def expected(self) -> Decimal:
        """Return (item + modifiers) × quantity."""
        return self.item.price_with(self.modifiers) * self.quantity


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """A planned order. The marker is sent as the first line's note and always identifies the order."""

    marker: str
    lines: tuple[PlannedLine, ...]

    @property
    def expected(self) -> Decimal:
        """Return the expected total."""
        return sum((line.expected for line in self.lines), NOTHING)

    def body(self) -> dict[str, Any]:
        """Return the body of POST /api/v1/orders."""
        lines: list[dict[str, Any]] = []
        for line in self.lines:
            one: dict[str, Any] = {"item": line.item.id, "quantity": line.quantity}
            if line.modifiers:
                one["modifiers"] = [modifier.id for modifier in line.modifiers]
            if line.allergies:
                one["allergies"] = list(line.allergies)
            lines.append(one)
        lines[0]["note"] = self.marker
        return {"lines": lines}


@dataclass(slots=True)
class Plan:
    """The orders to play, and the rows of the history that are left out."""

    orders: list[PlannedOrder] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    differences: list[PriceDifference] = field(default_factory=list)

    def skipped_by_reason(self) -> Counter[str]:
        """Count the rows that were left out, by reason."""
        return Counter(row.reason for row in self.skipped)


def plan_history(history: History, card: Card, run: str, limit: int | None = None) -> Plan:
    """Turn a history into orders from today's menu. A row that the menu cannot serve is skipped with its reason."""
    plan = Plan(skipped=list(history.skipped))
    by_name = card.by_name()
    prices: dict[int, Decimal] = {}
    played: list[SoldLine] = []
    for sold in history.orders[:limit]:
        lines: list[PlannedLine] = []
        for row in sold.lines:
            try:
                line = _line(row, by_name)
            except BadRow as problem:
                plan.skipped.append(SkippedRow(row.row, str(problem)))
                continue
            lines.append(line)
            played.append(row)
            prices[row.row] = line.item.price_with(line.modifiers)
        if lines:
            plan.orders.append(PlannedOrder(marker(run, len(plan.orders) + 1), tuple(lines)))
    plan.differences = price_differences(played, lambda row: prices[row.row])
    return plan


def marker(run: str, number: int) -> str:
    """Return the text that identifies one order of one run."""
    return f"sim {run} {number}"


def _line(row: SoldLine, by_name: dict[str, CardItem]) -> PlannedLine:
    item = by_name.get(name_key(row.item))
    if item is None:
        raise BadRow("item not on the menu")
    if not item.available:
        raise BadRow("item not available")
    wanted = {name_key(name) for name in row.modifiers}
    chosen: list[CardModifier] = []
    for group in item.groups:
        taken = [modifier for modifier in group.modifiers if name_key(modifier.name) in wanted]
        if len(taken) > group.max:
            raise BadRow("more modifiers than allowed")
        chosen.extend(taken or group.modifiers[: group.min])
    if not wanted <= {name_key(modifier.name) for modifier in chosen}:
        raise BadRow("modifier not on the menu")
    return PlannedLine(item, row.quantity, tuple(chosen))

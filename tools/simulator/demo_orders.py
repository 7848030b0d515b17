"""Plausible orders from the menu; the same seed gives the same evening."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tools.simulator.card import Card, CardGroup, CardItem, CardModifier
from tools.simulator.planned import Plan, PlannedLine, PlannedOrder, marker

LINES = (1, 2, 3, 4, 5)
LINES_WEIGHT = (20, 30, 25, 15, 10)
QUANTITIES = (1, 2, 3, 4)
QUANTITIES_WEIGHT = (70, 20, 6, 4)
TAKES_OPTION = 0.25
HAS_ALLERGY = 0.03
POPULAR_WEIGHT = 4


def plan_demo(card: Card, count: int, run: str, seed: int) -> Plan:
    """Plan `count` orders from the available items.

    Items with counted portions are left out, because they sell out.
    """
    dice = random.Random(seed)  # nosec B311
    items = [item for item in card.items if item.available and item.portions_left is None]
    weights = [POPULAR_WEIGHT if item.popular else 1 for item in items]
    plan = Plan()
    for number in range(1, count + 1 if items else 1):
        how_many = dice.choices(LINES, LINES_WEIGHT)[0]
        picked = {item.id: item for item in dice.choices(items, weights, k=how_many)}
        lines = tuple(_line(item, card.allergens, dice) for item in picked.values())
        plan.orders.append(PlannedOrder(marker(run, number), lines))
    return plan


def _line(item: CardItem, allergens: Sequence[str], dice: random.Random) -> PlannedLine:
    chosen: list[CardModifier] = []
    for group in item.groups:
        chosen.extend(_choose(group, dice))
    quantity = dice.choices(QUANTITIES, QUANTITIES_WEIGHT)[0]
    allergic = bool(allergens) and dice.random() < HAS_ALLERGY
    return PlannedLine(item, quantity, tuple(chosen), (dice.choice(allergens),) if allergic else ())


def _choose(group: CardGroup, dice: random.Random) -> list[CardModifier]:
    """Choose the minimum of a group, sometimes one more."""
    most = min(group.max, len(group.modifiers))
    wanted = group.min
    if wanted < most and dice.random() < TAKES_OPTION:
        wanted += 1
    return dice.sample(group.modifiers, wanted)

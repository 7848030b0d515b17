"""The run behind `manage.py simulate --evening`: a database of its own, evenings one after the other, figures."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from rich.console import Console
from rich.table import Table

from tables.waitlist.accuracy import Accuracy, read_accuracy
from tools.simulator.evening.database import own_database
from tools.simulator.evening.houses import ZONE, House, open_house
from tools.simulator.evening.ledgers import Ledger
from tools.simulator.evening.playing import Evening

FIRST = datetime(2026, 4, 4, 17, 30, tzinfo=ZoneInfo(ZONE))  # a Saturday
WARM_UP = 4  # evenings from which the house learns before quotes are judged
COLD = 10  # houses that judge quotes on their first evening
DAYS_OF_ACCURACY = 30
UNUSED_SEEDS = 5000  # quotes were tuned on seeds below; the judged evenings begin here
GOALS = {"learned": 6.0, "cold": 10.0}


@dataclass(slots=True)
class Result:
    """The account of a run."""

    evenings: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    learned: Accuracy | None = None
    cold: Accuracy | None = None

    def add(self, ledger: Ledger, seed: int) -> None:
        """Add the account of an evening."""
        self.evenings += 1
        self.counts += ledger.counts
        self.problems += [f"evening {seed}: {problem}" for problem in ledger.problems]


def simulate_evenings(given: dict[str, Any]) -> None:
    """Play the evenings and print the account; exit with 1 if it has problems."""
    console = Console()
    seed = UNUSED_SEEDS + int(given["seed"]) * 100
    with own_database(), time_machine.travel(FIRST - timedelta(days=3), tick=False) as clock:
        result = Result()
        evenings = int(given["evenings"] or 1)
        _play_learned(result, evenings, seed, clock, console)
        if evenings > 1:
            _play_cold(result, seed, clock)
    _show(result, console)
    if result.problems:
        sys.exit(1)


def _play_learned(result: Result, evenings: int, seed: int, clock: time_machine.Traveller, console: Console) -> None:
    """Play evenings in one house, which learns from each. The first few are not judged, if there are several."""
    house = open_house("Learned evenings")
    before = WARM_UP if evenings > 1 else 0
    doors = FIRST
    for number in range(-before, evenings):
        ledger = Evening(house, doors, seed + number, clock, quick=evenings > 1).play()
        result.add(ledger, seed + number)
        if not ledger.problems and number >= 0:
            console.print(
                f"evening {number + 1}: {ledger.counts['covers']} covers, {ledger.paid} paid", highlight=False
            )
        doors += timedelta(days=1)
    result.learned = _accuracy(house, doors, days=evenings)


def _play_cold(result: Result, seed: int, clock: time_machine.Traveller) -> None:
    """Play first evenings of houses that have learned nothing yet."""
    found = []
    for number in range(COLD):
        house, doors = open_house(f"First evening {number}"), FIRST + timedelta(days=100 + number)
        result.add(Evening(house, doors, seed + 50 + number, clock, quick=True).play(), seed + 50 + number)
        found.append(_accuracy(house, doors + timedelta(days=1), days=1))
    result.cold = combined(each for each in found if each is not None)


def _accuracy(house: House, end: datetime, days: int) -> Accuracy | None:
    """Return the house's own measure of its quotes of the last days."""
    at = end - timedelta(hours=6) + timedelta(days=DAYS_OF_ACCURACY - min(days, DAYS_OF_ACCURACY))
    return read_accuracy(house.pk, at, ZoneInfo(ZONE)).whole


def combined(found: Iterable[Accuracy]) -> Accuracy | None:
    """Return the accuracy of several houses together."""
    parts = list(found)
    quotes = sum(part.quotes for part in parts)
    if not quotes:
        return None

    def mean(name: str) -> float:
        return sum(getattr(part, name) * part.quotes for part in parts) / quotes

    return Accuracy(quotes, round(mean("error"), 1), round(mean("bias"), 1), round(mean("near")))


def _show(result: Result, console: Console) -> None:
    table = Table(title=f"{result.evenings} evenings", show_header=False)
    for name, number in sorted(result.counts.items()):
        table.add_row(name, str(number))
    console.print(table)
    for name, accuracy in (("learned", result.learned), ("cold", result.cold)):
        if accuracy is not None:
            console.print(
                f"quotes ({name}): {accuracy.quotes}, mean error {accuracy.error} min (goal {GOALS[name]:g}), "
                f"bias {accuracy.bias:+} min, {accuracy.near} % within 5 min of the range (goal 70 %)",
                highlight=False,
            )
    for problem in result.problems[:20]:
        console.print(f"WRONG: {problem}", highlight=False)
    if not result.problems:
        console.print("No table was taken twice, no party was lost, the money agrees.", highlight=False)

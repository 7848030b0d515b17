"""The options of one run."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_RATE = 5.0
DEFAULT_COUNT = 100


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options after parsing."""

    var: Path
    urls: tuple[str, ...]
    orders: Path | None = None
    create_items: bool = False
    rate: float = DEFAULT_RATE
    burst: bool = False
    count: int | None = None
    seconds: float | None = None
    pads: int | None = None
    pad_sockets: bool = False
    cooks: bool = True
    cook_seconds: float = 1.0
    patience: float = 120.0
    settle: float = 30.0
    seed: int = 1
    pay: bool = False
    json: Path | None = None
    quiet: bool = False

    @property
    def pace(self) -> float:
        """Return orders per second; 0 means all at once."""
        return 0.0 if self.burst else self.rate

    def wanted(self, pads: int) -> int:
        """Return the number of orders to make up.

        That is the given number, as many as fit in the time, or one for each pad in a burst.
        """
        if self.count is not None:
            return self.count
        if self.seconds is not None:
            return max(1, math.ceil(self.seconds * self.rate))
        return pads if self.burst else DEFAULT_COUNT

    def limit(self, pads: int) -> int | None:
        """Return the number of orders of a history to play, or None for all."""
        limited = self.count is not None or self.seconds is not None or self.burst
        return self.wanted(pads) if limited else None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `manage.py simulate`."""
    what = parser.add_argument_group("orders")
    what.add_argument(
        "--orders", type=Path, metavar="FILE.csv", help="play this sales history in place of made-up orders"
    )
    what.add_argument("--create-items", action="store_true", help="add missing items and modifiers to the menu first")
    what.add_argument(
        "--count", type=positive_int, metavar="N", help=f"number of orders (made up: {DEFAULT_COUNT}; history: all)"
    )
    what.add_argument("--seconds", type=positive, metavar="S", help="duration in place of a number of orders")
    what.add_argument("--seed", type=int, default=1, help="seed of made-up orders; the same seed gives the same orders")
    how = parser.add_argument_group("load")
    how.add_argument("--rate", type=positive, default=DEFAULT_RATE, metavar="PER_SECOND", help="orders per second")
    how.add_argument("--burst", action="store_true", help="place all orders at once (default: one from every pad)")
    how.add_argument(
        "--pads", type=positive_int, metavar="N", help="use N pads; missing tables and pads are added first"
    )
    how.add_argument("--pad-sockets", action="store_true", help="keep the live socket of every pad open")
    how.add_argument("--no-cooks", action="store_true", help="do not bump or deliver orders")
    how.add_argument("--cook-seconds", type=positive, default=1.0, metavar="S", help="seconds that a ticket cooks")
    how.add_argument("--pay", action="store_true", help="pay the bills, count the till and close the day at the end")
    evening = parser.add_argument_group("a whole evening, in a database of its own and under a simulated clock")
    evening.add_argument(
        "--evening", action="store_true", help="play a Saturday with 180 covers, then check everything"
    )
    evening.add_argument("--evenings", type=positive_int, metavar="N", help="play N of them, and judge the quotes")
    where = parser.add_argument_group("server and report")
    where.add_argument(
        "--url", action="append", metavar="URL", help="address of the server; repeat it for several processes"
    )
    where.add_argument("--patience", type=positive, default=120.0, metavar="S", help="seconds for which a pad retries")
    where.add_argument("--settle", type=positive, default=30.0, metavar="S", help="seconds to wait without changes")
    where.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    where.add_argument("--quiet", action="store_true", help="print only the final report")


def settle(given: dict[str, Any], *, var: Path, port: int) -> Options:
    """Build options from the arguments and the demo's folder."""
    urls = given["url"] or [f"http://127.0.0.1:{port}"]
    return Options(
        var=var,
        urls=tuple(url.rstrip("/") for url in urls),
        cooks=not given["no_cooks"],
        **{name: given[name] for name in SAME_NAME},
    )


SAME_NAME = (
    *("orders", "create_items", "rate", "burst", "count", "seconds", "pads", "pad_sockets"),
    *("cook_seconds", "patience", "settle", "seed", "pay", "json", "quiet"),
)


def positive(text: str) -> float:
    """Parse a number above zero."""
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError("must be above zero")
    return number


def positive_int(text: str) -> int:
    """Parse a whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number

"""The kitchen's walls under load, in Chromium: their tickets, and the time of a bump.

`python -m benchmarks.wall --shots FOLDER`: for 60 orders an hour, 300 an hour and a rush of 80 tickets at once, four
station walls and the pass are open. Cooks press a number and Enter; afterwards each wall must show exactly the open
tickets of the API, none missing and none twice. Times are from the press to the painted change, by the page's own
clock. They are not a test, because one machine runs the browser, the server and the load.
"""

import argparse
import json
import math
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from harness.service import Running, Service

WALL: Any = {"width": 1920, "height": 1080}
DISHES = ("Burger", "Fries", "Onion Soup", "Steak Frites", "Mussels", "Green Salad", "Ice Cream", "Cola", "Lager")
# Milliseconds from Enter until the ticket is painted as sent, and until it is painted as done or gone.
LISTEN = """() => {
  window.pressed = [];
  window.signed = [];
  document.addEventListener("keydown", (event) => {
    const ticket = event.key === "Enter" && document.activeElement?.closest?.(".ticket");
    if (!ticket) return;
    const began = performance.now(), id = ticket.id;
    let painted = false;
    const watch = new MutationObserver(() => {
      const now = document.getElementById(id);
      if (!painted) {
        painted = true;
        requestAnimationFrame(() => window.signed.push(performance.now() - began));
      }
      if (now && !now.hasAttribute("data-leaving")) return;
      watch.disconnect();
      requestAnimationFrame(() => window.pressed.push(performance.now() - began));
    });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
  }, true);
}"""
SHOWN = (
    """() => [...document.querySelectorAll(".lane__tickets > .ticket:not([data-leaving])")].map((each) => each.id)"""
)
ORDERS = """() => [...document.querySelectorAll("#board [data-order]")].map((each) => each.dataset.order)"""


@dataclass(frozen=True)
class Load:
    """The load: initial orders, then orders per hour (0: none). With `alone` a single wall is open.

    In a kitchen each wall has a processor of its own.
    """

    name: str
    standing: int
    per_hour: int
    presses: int
    alone: bool = False


LOADS = (
    Load("60/h", 12, 60, 10),
    Load("300/h", 40, 300, 40),
    Load("rush", 0, 0, 60),
    Load("rush, one wall", 0, 0, 30, alone=True),
)
RUSH_TICKETS = 80


@dataclass
class Outcome:
    """The outcome of one load; times in milliseconds."""

    load: Load
    orders: int = 0
    tickets: int = 0
    missing: int = 0
    doubled: int = 0
    stale: int = 0
    presses: list[float] = field(default_factory=list)
    signs: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Return one row of the table."""
        counts = f"{self.orders} | {self.tickets} | {self.missing} | {self.doubled} | {self.stale}"
        return (
            f"| {self.load.name} | {counts} | {len(self.presses)} | {figures(self.signs)} | {figures(self.presses)} |"
        )


def figures(times: list[float]) -> str:
    """Return median, p95 (nearest rank) and maximum."""
    if not times:
        return "–"
    ranked = sorted(times)
    p95 = ranked[math.ceil(0.95 * len(ranked)) - 1]
    return f"{statistics.median(ranked):.0f} / {p95:.0f} / {ranked[-1]:.0f}"


class Restaurant:
    """A restaurant over HTTP: places orders and reads the open tickets."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.dice = random.Random(7)
        self.placed = 0
        self.lock = threading.Lock()

    def order(self) -> None:
        """Place one order of one to four dishes from the next table's pad."""
        with self.lock:
            self.placed += 1
            table = f"Table {self.placed % 24 + 1}"
            wish = {self.dice.choice(DISHES).replace(" ", "_"): self.dice.randint(1, 3) for _ in range(4)}
        self.service.order(table, **wish)

    def get(self, path: str) -> list[dict[str, Any]]:
        """Read a whole list of the API."""
        token = self.service.token("integration")
        request = urllib.request.Request(self.service.url + path, headers={"Authorization": f"Device {token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
        return results

    def open_tickets(self) -> list[dict[str, Any]]:
        return self.get("/api/v1/tickets?status=open&limit=200")


def open_wall(browser: Browser, service: Service, path: str) -> Page:
    """Open a wall, logged in as a cook, and wait until the wall is live."""
    page = browser.new_context(base_url=service.url, viewport=WALL).new_page()
    person = service.demo["staff"]["kitchen"]
    page.goto("/login/")
    page.locator("input[name=username]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("input[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile(r"/login/"))
    page.goto(path)
    expect(page.locator("#live")).to_have_attribute("data-live", "live", timeout=15_000)
    page.evaluate(LISTEN)
    return page


def let_orders_come(place: Restaurant, load: Load, over: threading.Event) -> None:
    """Place orders at the load's rate until the time is over."""
    while load.per_hour and not over.wait(3600 / load.per_hour):
        place.order()


def rush(place: Restaurant) -> None:
    """Place forty orders in the same second, then single ones until there are that many tickets."""
    with ThreadPoolExecutor(40) as pads:
        list(pads.map(lambda _: place.order(), range(40)))
    while len(place.open_tickets()) < RUSH_TICKETS:
        place.order()


def press(walls: Sequence[Page], load: Load) -> None:
    """Bump tickets on each wall in turn by a number and Enter."""
    pause = min(3.0, 3600 / load.per_hour / 2) if load.per_hour else 0.3
    for turn in range(load.presses):
        wall = walls[turn % len(walls)]
        wall.keyboard.press(str(1 + turn % 3))
        wall.wait_for_timeout(350)  # touches within 0.3 s after a ticket has moved are ignored
        wall.keyboard.press("Enter")
        time.sleep(pause)


def compare(place: Restaurant, stations: dict[int, Page], expo: Page | None, outcome: Outcome) -> None:
    """Compare each wall with the API's tickets after the last change."""
    time.sleep(5)
    truth: dict[int, list[str]] = defaultdict(list)
    orders: set[str] = set()
    for ticket in place.open_tickets():
        truth[ticket["station"]].append(f"ticket-{ticket['id']}")
        orders.add(str(ticket["order"]))
    for pk, page in stations.items():
        shown: list[str] = page.evaluate(SHOWN)
        outcome.missing += len(set(truth[pk]) - set(shown))
        outcome.doubled += len(shown) - len(set(shown))
        outcome.stale += len(set(shown) - set(truth[pk]))
        outcome.presses += page.evaluate("() => window.pressed")
        outcome.signs += page.evaluate("() => window.signed")
    if expo is None:
        return
    on_pass: list[str] = expo.evaluate(ORDERS)
    outcome.missing += len(orders - set(on_pass))
    outcome.doubled += len(on_pass) - len(set(on_pass))


def try_load(browser: Browser, load: Load, shots: Path | None) -> Outcome:
    """Run one load in a restaurant of its own."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        place = Restaurant(stack.enter_context(Running(Path(folder))))
        place.service.order("Table 1", Burger=1, Fries=1, Ice_Cream=1, Lager=1)  # a dish for each station
        for _ in range(load.standing):
            place.order()
        known = sorted({ticket["station"] for ticket in place.open_tickets()})
        known = known[:1] if load.alone else known
        stations = {pk: open_wall(browser, place.service, f"/kitchen/{pk}/") for pk in known}
        expo = None if load.alone else open_wall(browser, place.service, "/kitchen/expo/")
        walls = {f"station-{pk}": page for pk, page in stations.items()} | ({"expo": expo} if expo else {})
        over = threading.Event()
        coming = threading.Thread(target=let_orders_come, args=(place, load, over), daemon=True)
        if load.per_hour:
            coming.start()
        else:
            rush(place)
        time.sleep(2)
        for name, page in walls.items():
            if shots:
                page.screenshot(path=shots / f"{load.name.replace('/', '-')}-{name}.png")
        tickets = len(place.open_tickets())
        press(list(stations.values()), load)
        over.set()
        if load.per_hour:
            coming.join()
        outcome = Outcome(load, orders=place.placed, tickets=tickets)
        compare(place, stations, expo, outcome)
        for page in walls.values():
            page.context.close()
        return outcome


def say(line: str) -> None:
    """Print one line of the table at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[load.name for load in LOADS], action="append")
    parser.add_argument("--shots", type=Path, help="also write a picture of every wall at its fullest")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    if given.shots:
        given.shots.mkdir(parents=True, exist_ok=True)
    say("| load | orders | open tickets | missing | twice | stale | presses | to sign, p50 / p95 / max ms | to board |")
    say("|---|---|---|---|---|---|---|---|---|")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for load in LOADS:
            if not given.only or load.name in given.only:
                say(try_load(browser, load, given.shots).row())


if __name__ == "__main__":
    main()

"""The command `python -m benchmarks.pages --revision REVISION`: server time and bytes of pages, as ratios.

Both revisions are served at once, with the same tables, dishes and tickets, and read in turns; each turn begins with
the other one. Server time is the processor time of the server process for a page.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console

from benchmarks.contenders import Contender, contender_of
from benchmarks.old_house import session_of
from benchmarks.rivals import checked_out
from benchmarks.wire import request
from harness.database import connected
from harness.installation import Installation, Plan
from harness.service import ROOT

PAGES = {
    "floor": "/floor/",
    "table": "/floor/tables/{table}/",
    "order": "/floor/tables/{table}/order/",
    "wall": "/kitchen/",
    "pass": "/kitchen/expo/",
    "menu": "/api/v1/menu",
}


@dataclass(frozen=True)
class Size:
    """The size of a restaurant."""

    tables: int
    dishes: int
    tickets: int

    @property
    def name(self) -> str:
        return f"{self.tables} tables, {self.dishes:,} dishes, {self.tickets} tickets"


SIZES = (Size(24, 60, 12), Size(250, 60, 12), Size(24, 1500, 12), Size(24, 60, 100), Size(250, 1500, 100))


@dataclass
class House:
    """A served revision, with the requests of its pages and the answers that were measured."""

    contender: Contender
    requests: dict[str, bytes]


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    add = parser.add_argument
    add("--revision", required=True, help="the git revision before")
    add("--pairs", type=int, default=5)
    add("--times", type=int, default=10, help="readings of a page in each turn")
    add("--quick", action="store_true", help="only the smallest size, to check the benchmark itself")
    return parser.parse_args(given)


@asynccontextmanager
async def served(checkout: Path, name: str, size: Size) -> AsyncIterator[House]:
    """Serve a checkout with a restaurant of this size."""
    async with Installation(Plan(pads=min(size.tables, 250), checkout=checkout)) as here:
        grow_menu(here.log.address, size.dishes)
        house = contender_of(here, name)
        await house.begin_again()
        line = await house.connect()
        for number in range(size.tickets):
            answer = await line.ask(house.order(number % size.tables))
            assert answer.ok, answer.status
        cookies = {"Cookie": await session_of(house, here.who.login("manager")), "Accept": "text/html"}
        (table,) = here.log.rows("SELECT min(id) FROM tables_table")[0]
        program = dict(house.watcher)
        pages = {
            page: request("GET", path.format(table=table), program if path.startswith("/api/") else cookies)
            for page, path in PAGES.items()
        }
        yield House(house, pages)


def grow_menu(database: str, dishes: int) -> None:
    """Copy dishes until there are this many, in the database itself, because they are only read."""
    with connected(database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM menu_item ORDER BY id LIMIT 1")
        columns = [column[0] for column in cursor.description]
        first = dict(zip(columns, cursor.fetchone(), strict=True))
        cursor.execute("SELECT count(*), max(id) FROM menu_item")
        count, last = cursor.fetchone()
        names = ", ".join(f'"{name}"' for name in columns)
        for number in range(dishes - count):
            row = {**first, "id": last + 1 + number, "name": f"Dish {number + 1}"}
            marks = ", ".join("?" for _ in columns)
            cursor.execute(f"INSERT INTO menu_item ({names}) VALUES ({marks})", list(row.values()))
        cursor.execute("UPDATE menu_menustate SET version = version + 1")


async def read(house: House, page: str, times: int) -> tuple[float, int]:
    """Return the milliseconds of processor time of a page, and its bytes."""
    line, size = await house.contender.connect(), 0
    began = house.contender.busy_seconds()
    for _ in range(times):
        answer = await line.ask(house.requests[page])
        assert answer.ok, f"{page}: {answer.status}"
        size = len(answer.body)
    line.close()
    return (house.contender.busy_seconds() - began) * 1000 / times, size


async def rows(wanted: argparse.Namespace, before: Path) -> AsyncIterator[str]:
    """Yield a row of the table for each size and page."""
    for size in SIZES[:1] if wanted.quick else SIZES:
        async with AsyncExitStack() as stack:
            houses = [
                await stack.enter_async_context(served(checkout, name, size))
                for checkout, name in ((before, "before"), (ROOT, "now"))
            ]
            for page in PAGES:
                for house in houses:
                    await read(house, page, 2)
                taken = [await turns(houses, page, wanted.times, pair) for pair in range(wanted.pairs)]
                then, now = (median(each[place][0] for each in taken) for place in (0, 1))
                ratio = median(each[1][0] / max(each[0][0], 0.01) for each in taken)
                bytes_then, bytes_now = taken[0][0][1], taken[0][1][1]
                cells = [f"{size.name}: {page}", f"{then:.1f}", f"{now:.1f}", f"{ratio:.2f}"]
                cells += [f"{bytes_then / 1000:.0f}", f"{bytes_now / 1000:.0f}", f"{bytes_now / bytes_then:.2f}"]
                yield f"| {' | '.join(cells)} |"


async def turns(houses: list[House], page: str, times: int, pair: int) -> list[tuple[float, int]]:
    """Read a page of both revisions, beginning with the other one each time. Return before and now."""
    found = {}
    for place in (0, 1) if pair % 2 else (1, 0):
        found[place] = await read(houses[place], page, times)
    return [found[0], found[1]]


async def run(wanted: argparse.Namespace) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print("| page | before: ms | now: ms | ratio | before: kB | now: kB | ratio |")
    console.print("|---|--:|--:|--:|--:|--:|--:|")
    with checked_out(wanted.revision) as before:
        async for row in rows(wanted, before):
            console.print(row, markup=False)


def main() -> None:
    """Measure the pages and print the table."""
    asyncio.run(run(options()))


if __name__ == "__main__":
    main()

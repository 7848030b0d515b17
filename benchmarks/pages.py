"""The command `python -m benchmarks.pages --revision REVISION`: server time and bytes of pages, as ratios.

Both revisions are served at once, with the same tables, dishes and tickets, and read in turns; each turn begins with
the other one. Server time is the processor time of the server process for a page.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median
from uuid import uuid4

from rich.console import Console

from benchmarks.contenders import Contender, contender_of
from benchmarks.old_house import session_of
from benchmarks.rivals import checked_out
from harness.database import connected
from harness.installation import Installation, Plan
from harness.service import ROOT
from harness.wire import request

PAGES = {
    "floor": "/floor/",
    "table": "/floor/tables/{table}/",
    "order": "/floor/tables/{table}/order/",
    "counter": "/floor/counter/",
    "evening": "/floor/evening/",
    "wall": "/kitchen/",
    "pass": "/kitchen/expo/",
    "menu": "/api/v1/menu",
}
TICKETS_OF_AN_ORDER = 2  # its two dishes are made at two stations


@dataclass(frozen=True)
class Size:
    """The size of a restaurant."""

    tables: int
    dishes: int
    tickets: int

    @property
    def name(self) -> str:
        return f"{self.tables} tables, {self.dishes:,} dishes, {self.tickets} tickets"


# Houses by their tables; a house grows from one size to the next.
SIZES = (
    (Size(24, 60, 12), Size(24, 60, 100), Size(24, 1500, 100)),
    (Size(250, 60, 12), Size(250, 1500, 100)),
)


@dataclass
class House:
    """A served revision, with the requests of its pages."""

    contender: Contender
    requests: dict[str, bytes]
    orders: int = 0

    async def grow(self, size: Size) -> None:
        """Add dishes and open orders up to this size."""
        grow_menu(self.contender.database, size.dishes)
        line = await self.contender.connect()
        while self.orders * TICKETS_OF_AN_ORDER < size.tickets:
            answer = await line.ask(self.contender.order(self.orders))
            assert answer.ok, answer.status
            self.orders += 1
        line.close()


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    add = parser.add_argument
    add("--revision", required=True, help="the git revision before")
    add("--pairs", type=int, default=3)
    add("--times", type=int, default=10, help="readings of a page in each turn")
    add("--quick", action="store_true", help="only the smallest size, to check the benchmark itself")
    return parser.parse_args(given)


@asynccontextmanager
async def served(checkout: Path, name: str, tables: int) -> AsyncIterator[House]:
    """Serve a checkout with a restaurant of that many tables, without orders."""
    async with Installation(Plan(pads=tables, checkout=checkout)) as here:
        contender = contender_of(here, name)
        cookies = {"Cookie": await session_of(contender, here.who.login("manager")), "Accept": "text/html"}
        program = dict(contender.watcher)
        (table,) = here.log.rows("SELECT min(id) FROM tables_table")[0]
        pages = {
            page: request("GET", path.format(table=table), program if path.startswith("/api/") else cookies)
            for page, path in PAGES.items()
        }
        yield House(contender, pages)


def grow_menu(database: str, dishes: int) -> None:
    """Copy dishes until there are this many, spread over the categories, in the database itself."""
    with connected(database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM menu_item ORDER BY id LIMIT 1")
        columns = [column[0] for column in cursor.description]
        first = dict(zip(columns, cursor.fetchone(), strict=True))
        cursor.execute("SELECT count(*), max(id) FROM menu_item")
        count, last = cursor.fetchone()
        cursor.execute("SELECT id FROM menu_category ORDER BY id")
        categories = [row[0] for row in cursor.fetchall()]
        statement = f"INSERT INTO menu_item ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
        for number in range(1, dishes - count + 1):
            name = f"Dish {count + number}"
            new = {"id": last + number, "uid": uuid4().hex, "name": name, "name_key": name.casefold()}
            new["category_id"] = categories[number % len(categories)]
            cursor.execute(statement, [new.get(column, first[column]) for column in columns])
        cursor.execute("UPDATE menu_menuversion SET version = version + 1")


async def read(house: House, page: str, times: int) -> tuple[float, int] | None:
    """Return the milliseconds of processor time of a page, and its bytes; None if the revision has no such page."""
    line, size = await house.contender.connect(), 0
    began = house.contender.busy_seconds()
    for _ in range(times):
        answer = await line.ask(house.requests[page])
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            line.close()
            return None
        assert answer.ok, f"{page}: {answer.status}"
        size = len(answer.body)
    line.close()
    return (house.contender.busy_seconds() - began) * 1000 / times, size


async def rows(wanted: argparse.Namespace, before: Path) -> AsyncIterator[str]:
    """Yield a row of the table for each size and page."""
    for sizes in (SIZES[0][:1],) if wanted.quick else SIZES:
        async with AsyncExitStack() as stack:
            both = ((before, "before"), (ROOT, "now"))
            entered = [stack.enter_async_context(served(path, name, sizes[0].tables)) for path, name in both]
            houses = await asyncio.gather(*entered)
            for size in sizes:
                for house in houses:
                    await house.grow(size)
                for page in PAGES:
                    yield await row(houses, f"{size.name}: {page}", page, wanted)


async def row(houses: Sequence[House], name: str, page: str, wanted: argparse.Namespace) -> str:
    """Read a page of both revisions in turns, and return its row of the table."""
    known = [await read(house, page, 2) is not None for house in houses]
    taken: list[list[tuple[float, int]]] = [[], []]
    for pair in range(wanted.pairs):
        for place in (0, 1) if pair % 2 else (1, 0):
            found = await read(houses[place], page, wanted.times) if known[place] else None
            if found is not None:
                taken[place].append(found)
    times = [median(each[0] for each in found) if found else None for found in taken]
    sizes = [found[-1][1] / 1000 if found else None for found in taken]
    return f"| {name} | {_cells(times, 1)} | {_cells(sizes, 0)} |"


def _cells(pair: list[float | None], digits: int) -> str:
    """Return before, now and their ratio as cells of a table."""
    before, now = pair
    words = ["–" if each is None else f"{each:.{digits}f}" for each in pair]
    ratio = f"{now / max(before, 0.01):.2f}" if before is not None and now is not None else ""
    return " | ".join((*words, ratio))


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

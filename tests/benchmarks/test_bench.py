"""A small run of `make bench`: figures are correct and losses are counted. Speed is not tested."""

import math

import pytest
import pytest_asyncio
from django.conf import settings

from benchmarks.contenders import Contender
from benchmarks.load import announcing, at_once
from benchmarks.old_house import PAGES, old_house
from benchmarks.scenarios import FAMILIES, Measure, Sizes, interleaved
from harness.database import connected
from harness.installation import Plan
from harness.old_orders import ORIGINALS
from harness.proxy import Faults, Proxy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite"),
]

SMALL = Sizes(
    bursts=(5,),
    clients=2,
    seconds=0.2,
    page_seconds=0.2,
    sockets=(2,),
    rate=20,
    joining=8,
    idle_seconds=0.1,
    parts=2,
    part_seconds=0.2,
)
OLD = 3 * ORIGINALS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house():
    async with old_house(Plan(pads=5), OLD) as house:
        yield house


async def test_an_old_house_is_whole_and_every_page_of_it_opens(house):
    address = house.database
    with connected(address) as connection:
        one = lambda sql: connection.execute(sql).fetchone()[0]  # noqa: E731
        assert one("SELECT count(*) FROM orders_order") == ORIGINALS + OLD
        assert one("SELECT count(*) FROM orders_order WHERE status <> 'delivered'") == 0
        assert one("SELECT count(DISTINCT business_date) FROM orders_order") == 2
        head = one("SELECT max(seq) FROM core_feedhead")
        assert one("SELECT count(*) FROM core_event") == one("SELECT max(seq) FROM core_event") == head
        for table in ("orders_orderline", "kitchen_ticket", "kitchen_ticketline", "tables_party"):
            assert one(f"SELECT count(*) FROM {table}") % (ORIGINALS + OLD) == 0
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    line = await house.connect()
    for page in PAGES:
        assert (await line.ask(house.pages[page])).status == 200, page
    line.close()


async def test_every_measure_gives_figures(house):
    taken = {}
    for family, make in FAMILIES.items():
        for measure in make(SMALL):
            taken[measure.name] = (await interleaved(measure, [house], runs=1))[house.name]
            for figures in taken[measure.name]:
                assert all(math.isfinite(value) for value in figures.values()), (family, measure.name, figures)
    assert all(taken.values())
    assert taken["5 at once"][0]["success"] == 1
    assert taken["2 clients"][0]["failed"] == taken["floor page"][0]["failed"] == 0
    heard = taken["2 sockets, 20 orders/s"][0]
    assert heard["lost"] == heard["refused"] == heard["cut off"] == 0
    assert set(PAGES) < set(taken)


async def test_what_is_lost_on_the_way_is_counted(house):
    """Control: a line that swallows answers, and sockets that receive nothing."""
    async with Proxy(house.ports, seed=3) as proxy:
        proxy.faults = Faults(drop_answers=0.5)
        broken = Contender("broken", [proxy.port], seats=house.seats, watcher=house.watcher)
        figures = await at_once(broken, 40)
        assert 0 < figures["success"] < 1
    first, second = house.seats[:2]
    # A pad receives events of its own table only.
    deaf = Contender("deaf", house.ports, seats=[first], watcher=second.headers)
    figures = await announcing(deaf, sockets=1, rate=10, seconds=0.5, patience=1.0)
    assert (figures["lost"], figures["refused"]) == (5, 0)


async def test_contenders_take_turns_and_one_that_breaks_down_has_fewer_runs():
    took = []

    class Stub(Contender):
        async def warm_up(self):
            """Do nothing, because there is no server."""

    async def take(target):
        took.append(target.name)
        if took.count("b") == 2 and target.name == "b":
            raise TimeoutError
        return {"average ms": len(took)}

    found = await interleaved(Measure("turns", take), [Stub("a", [1]), Stub("b", [2])], runs=3)
    assert took == ["a", "b", "b", "a", "a", "b"]
    assert [len(runs) for runs in found.values()] == [3, 2]
    took.clear()
    found = await interleaved(Measure("fresh", take, once=True), [Stub("a", [1])], runs=3)
    assert [len(runs) for runs in found.values()] == [1]

"""The command `python -m benchmarks.room`: a month of free times, the host's day page and long bills, as ratios.

Each line has the processor time of this process in milliseconds, its ratio to the goal, and its ratio to the same
question in a small house. It makes a database of its own and throws it away.
"""

import argparse
import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import django
from rich.console import Console

from bistro.core.speed.deep_calls import with_room

GOALS = {
    "a month of free times": 150.0,
    "the day page": 80.0,
    "the timeline": 80.0,
    "the bill": 60.0,
    "the bill, split by seat": 60.0,
}
DAYS, SEATS = 31, 6


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.room", description=__doc__)
    add = parser.add_argument
    add("--times", type=int, default=15, help="how often each is measured; the table shows medians")
    add("--tables", type=int, default=60)
    add("--bookings", type=int, default=300, help="of the measured day")
    add("--lines", type=int, default=60, help="of the measured bill")
    return parser.parse_args(given)


class House:
    """A restaurant with tables, combinations of two, and bookings of one evening; the rest of the month has a few."""

    def __init__(self, name: str, tables: int, combinations: int, bookings: int, lines: int) -> None:
        from django.test import Client

        from bistro.core.kernel.actors import Actor
        from bistro.core.models import OpeningHours, Restaurant, Staff
        from bistro.opening.services import open_house
        from menu.models import Category, Item
        from orders.billing.services import split_bill
        from tables.models import Table

        actor = Actor.system(None, "benchmark")
        opened = open_house(name=name, tables=tables, url="", actor=actor, currency="EUR", timezone="Europe/Berlin")
        self.restaurant = Restaurant.objects.get(pk=opened["restaurant_id"])
        for weekday in range(7):
            for opens, closes in ((time(12), time(15)), (time(17), time(23, 30))):
                OpeningHours.objects.create(restaurant=self.restaurant, weekday=weekday, opens=opens, closes=closes)
        self.tables = list(Table.objects.filter(restaurant=self.restaurant))
        self.day = (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=3)).date()
        self._combine(combinations)
        self._book(bookings)
        category = Category.objects.create(restaurant=self.restaurant, name="Dishes")
        self.dish = Item.objects.create(restaurant=self.restaurant, category=category, name="Soup", price="7.50")
        self.party, self.split = (self._order(lines, table.pk) for table in self.tables[:2])
        split_bill(party_id=self.split, by="seat", actor=Actor.system(self.restaurant.pk, "benchmark"))
        self.browser = Client()
        self.browser.force_login(Staff.objects.get(memberships__restaurant=self.restaurant))

    def _combine(self, count: int) -> None:
        from tables.bookings.models import Combination, CombinationTable

        for number in range(count):
            both = Combination.objects.create(restaurant=self.restaurant, name=f"Both {number}", seats=7)
            for table in self.tables[2 * number : 2 * number + 2]:
                CombinationTable.objects.create(restaurant=self.restaurant, combination=both, table=table)

    def _book(self, count: int) -> None:
        """Book the day as full as its hours allow, table by table."""
        from bistro.core.kernel.actors import Actor
        from tables.bookings.placing import Wish
        from tables.bookings.services import Guest, take_booking

        host = Actor.system(self.restaurant.pk, "benchmark")
        starts = [
            datetime.combine(self.day, time(12), ZoneInfo("Europe/Berlin")) + timedelta(minutes=60 * step)
            for step in range(11)
        ]
        for number in range(count):
            table, begin = self.tables[number % len(self.tables)], starts[number // len(self.tables)]
            wish = Wish(starts_at=begin, size=2, ends_at=begin + timedelta(minutes=60), tables=[table.pk], insist=True)
            take_booking(guest=Guest(name=f"Guest {number}", phone=""), wish=wish, actor=host)

    def _order(self, lines: int, table_id: int) -> int:
        """Order so many dishes at a table, ten at a time, for its seats in turn; return the party."""
        from bistro.core.kernel.actors import Actor
        from orders.order_commands import LineRequest, OrderRequest
        from orders.services import place_order

        waiter = Actor.system(self.restaurant.pk, "benchmark")
        for first in range(0, lines, 10):
            some = tuple(
                LineRequest(item=self.dish.pk, quantity=1, note=str(number), seat=number % SEATS + 1)
                for number in range(first, min(first + 10, lines))
            )
            placed = place_order(OrderRequest(actor=waiter, table_id=table_id, lines=some))
        party: int = placed.json["party"]
        return party

    def bill(self, party: int) -> None:
        """Read the page of a bill."""
        answer = self.browser.get(f"/floor/bills/{party}/")
        assert answer.status_code == 200, answer.status_code

    def month(self) -> int:
        """Return the number of slots with a free table in a month."""
        from django.utils import timezone

        from tables.bookings.availability import day_slots
        from tables.bookings.selectors import read_days, read_house

        last = self.day + timedelta(days=DAYS - 1)
        room = read_days(read_house(self.restaurant), self.restaurant.pk, self.day, last, now=timezone.now())
        days = (self.day + timedelta(days=number) for number in range(DAYS))
        return sum(slot.place is not None for day in days for slot in day_slots(room, day, 2))

    def page(self, view: str = "") -> None:
        """Read the host's page of the day."""
        answer = self.browser.get(f"/host/?day={self.day.isoformat()}&view={view}")
        assert answer.status_code == 200, answer.status_code

    def questions(self) -> dict[str, Callable[[], object]]:
        bills = (partial(self.bill, party) for party in (self.party, self.split))
        return dict(zip(GOALS, (self.month, self.page, partial(self.page, "timeline"), *bills), strict=True))


def milliseconds(act: Callable[[], object], times: int) -> float:
    """Return the median processor time of an act, in a frame as deep as the server's."""
    act = with_room(act)
    act()
    taken = []
    for _time in range(times):
        began = process_time()
        act()
        taken.append((process_time() - began) * 1000)
    return median(taken)


def main() -> None:
    """Measure, and print the table."""
    wanted = options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
    django.setup()
    from tools.simulator.evening.database import own_database

    console = Console(soft_wrap=True, highlight=False)
    with own_database():
        large = House("Large", wanted.tables, wanted.tables // 3, wanted.bookings, wanted.lines).questions()
        small = House("Small", 6, 2, 12, lines=4).questions()
        console.print("| question | ms | goal | of the goal | of a small house |")
        console.print("|---|--:|--:|--:|--:|")
        for name, goal in GOALS.items():
            took, reference = (milliseconds(house[name], wanted.times) for house in (large, small))
            console.print(f"| {name} | {took:.1f} | {goal:g} | {took / goal:.2f} | {took / reference:.1f} |")


if __name__ == "__main__":
    main()

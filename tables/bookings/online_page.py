"""Read model of the page on which guests book: free times of a day, or else the nearest days with some."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bistro.core.kernel.numbers import whole_number
from bistro.core.models import Restaurant
from tables.bookings.availability import Room, Slot, day_slots
from tables.bookings.forms import day_of, moment_of
from tables.bookings.selectors import parts_of_room, read_days, read_house

MOST_DAYS = 3  # that are named when a day is full
SEARCHED = timedelta(days=21)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice of a guest so far. `key` belongs to the page, `part` is a section of the room, 0 is any."""

    day: date
    size: int
    part: int
    starts: datetime | None
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the room that guests can ask for, for example the terrace."""

    id: int
    name: str
    tables: frozenset[int]


@dataclass(frozen=True, slots=True)
class OnlinePage:
    """The first step: a day, a number of guests, a part of the room, and the times that are free."""

    choice: Choice
    first: date
    last: date
    sizes: Sequence[int]
    parts: Sequence[Part]
    is_offered: bool  # False in a house without opening hours
    slots: Sequence[Slot]
    next_days: Sequence[date]


def choice_in(sent: Mapping[str, str], today: date) -> Choice:
    """Return what a guest has sent. Nonsense becomes the usual: two guests, today, any part."""
    starts = moment_of(sent.get("starts", "")[:40])
    key = sent.get("hold", "")
    return Choice(
        day=day_of(sent.get("day", "")[:10], today),
        size=whole_number(sent.get("size", ""), least=1, most=500) or 2,
        part=whole_number(sent.get("part", ""), least=1, most=2**62) or 0,
        starts=starts,
        key=key if _KEY.fullmatch(key) else secrets.token_urlsafe(24),
    )


def parts_in(restaurant_id: int) -> list[Part]:
    """Return the parts of the room to choose from, none if there is only one."""
    found = [Part(section, name, tables) for section, (name, tables) in parts_of_room(restaurant_id).items()]
    return found if len(found) > 1 else []


def tables_in(choice: Choice, parts: Sequence[Part]) -> frozenset[int] | None:
    """Return the tables of the chosen part, None for any."""
    return next((part.tables for part in parts if part.id == choice.part), None)


def read_page(restaurant: Restaurant, choice: Choice, now: datetime) -> OnlinePage:
    """Return the page with a constant number of queries."""
    house, parts = read_house(restaurant), parts_in(restaurant.pk)
    first = house.clock.day_of(now)
    last = first + timedelta(days=house.online.days)
    day = min(max(choice.day, first), last)
    until = min(day + SEARCHED, last)
    room = read_days(house, restaurant.pk, day, until, now=now, visitor=choice.key)
    among = tables_in(choice, parts)
    fits = choice.size <= house.online.largest
    slots = free_slots(room, day, choice.size, now, among) if fits else []
    later = _days(room, day, until, choice.size, now, among) if fits and not slots else []
    return OnlinePage(
        choice=Choice(day, choice.size, choice.part if among else 0, choice.starts, choice.key),
        first=first,
        last=last,
        sizes=range(1, house.online.largest + 1),
        parts=parts,
        is_offered=house.clock.has_hours,
        slots=slots,
        next_days=later,
    )


def free_slots(room: Room, day: date, size: int, now: datetime, among: frozenset[int] | None = None) -> list[Slot]:
    """Return the slots of a day that a guest can still book online."""
    places, earliest = room.fitting(size, among), now + room.online.lead
    offered = day_slots(room, day, size, online=True, places=places)
    return [slot for slot in offered if slot.place and slot.starts >= earliest]


def _days(room: Room, day: date, until: date, size: int, now: datetime, among: frozenset[int] | None) -> Sequence[date]:
    """Return the next days with a free time."""
    found: list[date] = []
    each = day + timedelta(days=1)
    while each <= until and len(found) < MOST_DAYS:
        if free_slots(room, each, size, now, among):
            found.append(each)
        each += timedelta(days=1)
    return found

"""Orders of the parties at tables, as the floor needs them: read in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bistro.core.kernel.actors import Actor
from bistro.core.speed.compiled_queries import ActorQuery
from orders.models import Order, OrderLine, PlannedCourse
from orders.transitions import LineStatus, OrderStatus
from tables.models import Occupancy, Table

IN_KITCHEN = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)
COOKING = frozenset({LineStatus.QUEUED, LineStatus.STARTED})


class Guests(NamedTuple):
    """The facts of a party that the floor shows. `table_id` is the head table, `server` a name."""

    pk: int
    table_id: int
    size: int | None
    seated_at: datetime | None
    server_id: int | None
    paid_at: datetime | None
    server: str


class Placed(NamedTuple):
    """The facts of an order that the floor shows."""

    pk: int
    party_id: int
    status: str
    placed_at: datetime
    ready_at: datetime | None
    fired_at: datetime | None
    served_at: datetime | None
    delivered_at: datetime | None


@dataclass(slots=True)
class Round:
    """An order of a party. `courses` holds the statuses of the lines of each course, `plans` the planned firings."""

    order: Placed
    courses: dict[int, set[str]] = field(default_factory=dict)
    plans: dict[int, datetime] = field(default_factory=dict)

    @property
    def is_cooking(self) -> bool:
        """Return whether a line of the order is in the kitchen."""
        return any(found & COOKING for found in self.courses.values())

    @property
    def held(self) -> list[int]:
        """Return the courses on hold, in ascending order."""
        return sorted(course for course, found in self.courses.items() if LineStatus.HELD in found)

    @property
    def waits_for_fire(self) -> bool:
        """Return whether a course is on hold and nothing of the order is in the kitchen."""
        return bool(self.held) and not self.is_cooking

    @property
    def cooking_since(self) -> datetime:
        """Return the time from which the guests wait: of the order, or after a served course of the next firing."""
        if self.order.served_at is None:
            return self.order.placed_at
        return self.order.fired_at or self.order.served_at

    def step(self, course: int) -> str:
        """Return how far a course is: "next" while on hold, "now" until it was served, then "done"."""
        found = self.courses[course]
        if LineStatus.HELD in found:
            return "next"
        if found & COOKING or self.order.status in (OrderStatus.READY, OrderStatus.PLACED):
            return "now"
        served = self.order.status == OrderStatus.DELIVERED or self.order.served_at is not None
        return "done" if served else "now"


@dataclass(frozen=True, slots=True)
class Sitting:
    """A table's party with its orders that were not cancelled."""

    party: Guests | None = None
    rounds: Sequence[Round] = ()

    def with_status(self, *statuses: str) -> list[Round]:
        """Return the orders with one of these statuses."""
        return [each for each in self.rounds if each.order.status in statuses]

    @property
    def courses(self) -> tuple[str, ...]:
        """Return how far each course of the party is, in the order of serving."""
        steps: dict[int, set[str]] = {}
        for each in self.rounds:
            for course in each.courses:
                steps.setdefault(course, set()).add(each.step(course))
        return tuple(_together(steps[course]) for course in sorted(steps))

    @property
    def served_at(self) -> datetime | None:
        """Return the time when something was brought to the table last."""
        times = (time for each in self.rounds for time in (each.order.delivered_at, each.order.served_at) if time)
        return max(times, default=None)

    @property
    def paid_at(self) -> datetime | None:
        """Return the time when the party paid everything, None if it ordered more since."""
        paid = self.party.paid_at if self.party else None
        ordered = max((each.order.placed_at for each in self.rounds), default=None)
        return None if paid is None or (ordered is not None and ordered > paid) else paid


def _together(steps: set[str]) -> str:
    """Return how far a course is whose parts are in several orders."""
    return "now" if "now" in steps or len(steps) > 1 else next(iter(steps))


def sittings(actor: Actor, tables: Sequence[Table]) -> Mapping[int, Sitting]:
    """Return {table id: its sitting} of the occupied ones of these tables, in four queries."""
    parties = _parties(actor, tables)
    rounds = _rounds(actor, {party.pk for party in parties.values()})
    return {table: Sitting(party, rounds.get(party.pk, ())) for table, party in parties.items()}


def _parties(actor: Actor, tables: Sequence[Table]) -> dict[int, Guests]:
    """Return {table id: its party}. A party that holds several tables is there for each of them."""
    rows = _stays(actor, [table.pk for table in tables])
    return {table: Guests._make((*party, name or email or "")) for table, *party, name, email in rows}


def _rounds(actor: Actor, parties: Iterable[int]) -> dict[int, list[Round]]:
    """Return {party id: its orders with their courses}."""
    rounds = {row[0]: Round(Placed._make(row)) for row in _orders(actor, parties)}
    for order_id, course, status in _courses(actor, rounds):
        rounds[order_id].courses.setdefault(course, set()).add(status)
    for order_id, course, fire_at in _plans(actor, rounds):
        rounds[order_id].plans[course] = fire_at
    found: dict[int, list[Round]] = {}
    for each in rounds.values():
        found.setdefault(each.order.party_id, []).append(each)
    return found


# The floor is read for each page and each push, and has hundreds of rows (docs/speed.md).
_stays = ActorQuery(
    lambda actor, tables: (
        Occupancy.objects.visible_to(actor)
        .open()
        .filter(table_id__any_of=tables)
        .order_by()
        .values_list(
            "table_id",
            *("party_id", "party__table_id", "party__size", "party__seated_at", "party__server_id"),
            "party__paid_at",
            *("party__server__name", "party__server__email"),
        )
    )
)
_orders = ActorQuery(
    lambda actor, parties: (
        Order.objects.visible_to(actor)
        .kept()
        .filter(party_id__any_of=parties)
        .order_by("pk")
        .values_list(*Placed._fields)
    )
)
_courses = ActorQuery(
    lambda actor, orders: (
        OrderLine.objects.visible_to(actor)
        .filter(order_id__any_of=orders)
        .order_by()
        .values_list("order_id", "course", "status")
        .distinct()
    )
)
_plans = ActorQuery(
    lambda actor, orders: (
        PlannedCourse.objects.visible_to(actor)
        .filter(order_id__any_of=orders)
        .order_by()
        .values_list("order_id", "course", "fire_at")
    )
)

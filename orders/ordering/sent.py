"""The sent part of a check: the orders of the party at a table, by course, with their state in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display
from bistro.core.kernel.roles import Permission
from orders.allergies import AllergyMark, allergy_marks, choice_names
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.ordering.place import Place
from orders.owing import Owed, owed
from orders.transitions import OPEN, LineStatus, OrderStatus

# The state of a course: (name of the mark, words). The first that fits counts.
STATES = {
    "held": ("held", gettext_lazy("On hold")),
    "cancelled": ("done", gettext_lazy("Cancelled")),
    "served": ("done", gettext_lazy("Served")),
    "ready": ("ready", gettext_lazy("Food ready")),
    "cooking": ("cooking", gettext_lazy("Cooking")),
    "received": ("waiting", gettext_lazy("Kitchen has it")),
    "sent": ("soon", gettext_lazy("Not on a kitchen screen yet")),
}


@dataclass(frozen=True, slots=True)
class SentLine:
    """A sent line. `url` opens it for a change; "" if nothing can be changed."""

    id: int
    seat: int | None
    quantity: int
    name: str
    choices: list[str]
    allergies: list[AllergyMark]
    note: str
    price_words: str
    total: str
    url: str


@dataclass(frozen=True, slots=True)
class SentCourse:
    """The lines of one course of an order, in one state."""

    order_id: int
    number: int
    course: int
    state: str
    since: datetime | None
    by: str
    lines: list[SentLine]
    can_fire: bool
    can_deliver: bool

    @property
    def mark(self) -> str:
        return STATES[self.state][0]

    @property
    def words(self) -> str:
        return str(STATES[self.state][1])


@dataclass(frozen=True, slots=True)
class SentCheck:
    """Everything that the party has ordered, and what guests owe for it."""

    courses: list[SentCourse]
    owed: Owed
    orders: Sequence[Order]

    @property
    def stamp(self) -> str:
        """Return a text that changes whenever an order changes."""
        return f"{len(self.orders)}.{sum(order.version for order in self.orders)}"

    @property
    def last_course(self) -> int:
        """Return the highest course that was sent, 0 for none."""
        return max((each.course for each in self.courses if each.state != "cancelled"), default=0)


def read_sent(place: Place, actor: Actor, locale: str) -> SentCheck:
    """Read the sent part of a check in two queries."""
    if place.party is None:
        return SentCheck([], owed([]), [])
    orders = list(Order.objects.visible_to(actor).filter(party=place.party).with_lines().order_by("pk"))
    courses = [course for order in orders for course in _courses(order, actor, locale)]
    return SentCheck(courses, owed(orders), orders)


def _courses(order: Order, actor: Actor, locale: str) -> Iterator[SentCourse]:
    lines = list(order.lines.all())
    for number in sorted({line.course for line in lines}):
        mine = [line for line in lines if line.course == number]
        state = _state(order, mine)
        over = order.status not in OPEN
        yield SentCourse(
            order_id=order.pk,
            number=order.number,
            course=number,
            state=state,
            since=order.ready_at if state == "ready" else order.placed_at,
            by=order.placed_by,
            lines=[_line(line, order, locale, open_=not over) for line in mine],
            can_fire=state == "held" and actor.may(Permission.FIRE_COURSE),
            can_deliver=state == "ready" and actor.may(Permission.DELIVER_ORDER),
        )


def _state(order: Order, lines: Sequence[OrderLine]) -> str:
    statuses = {line.status for line in lines}
    if order.status == OrderStatus.CANCELLED:
        return "cancelled"
    if LineStatus.HELD in statuses:
        return "held"
    if statuses == {LineStatus.DONE}:
        return "ready" if order.status == OrderStatus.READY else "served" if _is_served(order) else "cooking"
    if LineStatus.STARTED in statuses or LineStatus.DONE in statuses:
        return "cooking"
    return "sent" if order.status == OrderStatus.PLACED else "received"


def _is_served(order: Order) -> bool:
    return order.status == OrderStatus.DELIVERED or order.served_at is not None


def _line(line: OrderLine, order: Order, locale: str, *, open_: bool) -> SentLine:
    return SentLine(
        id=line.pk,
        seat=line.seat,
        quantity=line.quantity,
        name=line.name,
        choices=choice_names(line),
        allergies=allergy_marks(line),
        note=line.note,
        price_words=_price_words(line),
        total=display(line.total, order.currency, locale),
        url=reverse("ordering:line", args=[line.pk]) if open_ else "",
    )


def _price_words(line: OrderLine) -> str:
    """Return why a line has a typed price and who approved it, or ""."""
    by = gettext("approved by %(name)s") % {"name": line.approved_by} if line.approved_by else ""
    return " · ".join(filter(None, (line.price_reason, by)))


def last_round(sent: SentCheck) -> list[LineRequest]:
    """Return the lines of the newest order that was not cancelled, to repeat them: drinks first of all."""
    for order in reversed(sent.orders):
        if order.is_kept and order.lines.all():
            return [_again(line) for line in order.lines.all()]
    return []


def _again(line: OrderLine) -> LineRequest:
    return LineRequest(
        item=line.item_id,
        quantity=line.quantity,
        modifiers=tuple(each["id"] for each in line.modifiers),
        allergies=tuple(line.own_allergies),
        note=line.note,
        seat=line.seat,
        course=line.course,
        **_open_item(line),
    )


def _open_item(line: OrderLine) -> dict[str, Any]:
    """Return what was typed for an open item. The price of another dish was for that time only."""
    if not line.price_reason or line.list_price is not None:
        return {}
    return {"name": line.name, "price": line.unit_price, "price_reason": line.price_reason}


def typed_facts(line: LineRequest) -> dict[str, str]:
    """Return the typed name, price and reason of a line as a draft keeps them."""
    if line.price is None:
        return {}
    price = f"{line.price.normalize():f}"
    return {"name": line.name, "price": price, "price_reason": line.price_reason}


def kitchen_effect(line: OrderLine, order: Order) -> str:
    """Return what a change of a sent line means for the kitchen, in a sentence."""
    if line.status == LineStatus.HELD:
        return gettext("The kitchen does not have it yet: the course is on hold.")
    if line.status == LineStatus.QUEUED and order.status == OrderStatus.PLACED:
        return gettext("No kitchen screen has shown it yet: the ticket changes.")
    if line.status == LineStatus.QUEUED:
        return gettext("The kitchen has it and has not started: the cook sees the change.")
    if line.status == LineStatus.STARTED:
        return gettext("The cook has started. A dish taken off now is waste.")
    return gettext("The dish is made. A dish taken off now is waste.")

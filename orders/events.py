"""What happens to an order. Each event carries the rows for reactions and the JSON for everybody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Self, TypedDict

from bistro.core.kernel.events import EVERYBODY, Audience, DomainEvent
from bistro.core.kernel.money import text
from orders.allergies import allergies, choice_names
from orders.models import Order, OrderLine
from orders.representations import line_json, order_json, private_notes
from orders.transitions import LineStatus


@dataclass(frozen=True, kw_only=True)
class AboutOrder(DomainEvent):
    """Its subject is `order`."""

    order: Order

    @property
    def subject(self) -> str:
        return f"order:{self.order.pk}"

    @property
    def table_id(self) -> int:
        return self.order.table_id


@dataclass(frozen=True, kw_only=True)
class OrderEvent(AboutOrder):
    """Something happened to `order`, which now has `lines`."""

    type: ClassVar[str] = "order_updated"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    lines: tuple[OrderLine, ...]
    table_name: str

    @classmethod
    def of(cls, order: Order, **more: Any) -> Self:
        """From a row that was read `with_lines()`."""
        return cls(order=order, lines=tuple(order.lines.all()), table_name=order.table.name, **more)

    def data(self) -> Mapping[str, Any]:
        return order_json(self.order, self.lines, table_name=self.table_name)

    def private(self) -> Mapping[str, Any] | None:
        return private_notes(self.order, self.lines)


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """A round was ordered."""

    type: ClassVar[str] = "order_created"
    action: ClassVar[str] = "placed"
    course: ClassVar[int] = 0  # what was fired with the order

    @property
    def fired(self) -> tuple[OrderLine, ...]:
        """The lines that the kitchen begins with; later courses may wait."""
        return tuple(line for line in self.lines if line.status != LineStatus.HELD)


@dataclass(frozen=True, kw_only=True)
class CourseFired(OrderEvent):
    """The `fired` lines of a held course go to the kitchen now."""

    action: ClassVar[str] = "course_fired"
    course: int
    fired: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class CoursePlanned(OrderEvent):
    """A held course will fire by itself, at another time, or not any more."""

    action: ClassVar[str] = "course_planned"


@dataclass(frozen=True, kw_only=True)
class CourseServed(OrderEvent):
    """What was ready is on the table; something of the order is still to come."""

    action: ClassVar[str] = "course_served"


@dataclass(frozen=True, kw_only=True)
class CourseDropped(OrderEvent):
    """A held course left the order: what screens are told. `CourseLeftOut` keeps what was in it."""

    action: ClassVar[str] = "course_dropped"


@dataclass(frozen=True, kw_only=True)
class CourseLeftOut(AboutOrder):
    """The same for the audit trail: which lines left the bill, by how much it shrank, and why."""

    type: ClassVar[str] = "bill_reduced"
    action: ClassVar[str] = "course_left_out"

    course: int
    lines: tuple[OrderLine, ...]
    total_before: Decimal
    reason: str

    def data(self) -> Mapping[str, Any]:
        return {
            "order": self.order.pk,
            "number": self.order.number,
            "course": self.course,
            "lines": [line_json(line) for line in self.lines],
            "total_before": text(self.total_before),
            "total_after": text(self.order.total),
        }

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.reason}


class OldLine(TypedDict):
    """A line before an edit. `chosen`: the ids of all its modifiers."""

    name: str
    quantity: int
    modifiers: list[str]
    allergies: list[str]
    chosen: list[int]


def as_it_is(line: OrderLine) -> OldLine:
    """Copy what a line says now, for the message that it has changed."""
    return {
        "name": line.name,
        "quantity": line.quantity,
        "modifiers": choice_names(line),
        "allergies": allergies(line),
        "chosen": [each["id"] for each in line.modifiers],
    }


@dataclass(frozen=True, kw_only=True)
class OrderEdited(OrderEvent):
    """Its lines were replaced before anybody began. `removed` are the lines' ids that are gone, `other_dish` those that
    changed into another item, `was` tells what every line said before."""

    action: ClassVar[str] = "edited"
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    other_dish: tuple[int, ...] = ()
    was: Mapping[int, OldLine] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(OrderEvent):
    """The kitchen has received it, and needs not be told."""

    action: ClassVar[str] = "confirmed"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY - {Audience.KITCHEN}


@dataclass(frozen=True, kw_only=True)
class OrderUnseen(OrderEvent):
    """The kitchen has not seen it in time. Its screens would have shown it if they could."""

    action: ClassVar[str] = "unseen"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY - {Audience.KITCHEN}


@dataclass(frozen=True, kw_only=True)
class OrderProgressed(OrderEvent):
    """A cook started, finished or recalled something of it."""

    action: ClassVar[str] = "progressed"


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(OrderEvent):
    """It is on the table."""

    action: ClassVar[str] = "delivered"


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """It will not be made, or not finished."""

    action: ClassVar[str] = "cancelled"


@dataclass(frozen=True, kw_only=True)
class OrderWithdrawn(OrderEvent):
    """Who placed it took it back before anybody began; it is gone for readers."""

    action: ClassVar[str] = "withdrawn"

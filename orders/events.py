"""Events of orders. Each event holds the rows for reactions, and the JSON for the event log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Self, TypedDict

from bistro.core.kernel.events import EVERYBODY, Audience, DomainEvent
from bistro.core.kernel.money import text
from orders.allergies import choice_names
from orders.models import Order, OrderLine
from orders.representations import line_json, order_json, private_notes
from orders.transitions import LineStatus


@dataclass(frozen=True, kw_only=True)
class AboutOrder(DomainEvent):
    """An event whose subject is `order`."""

    order: Order

    @property
    def subject(self) -> str:
        return f"order:{self.order.pk}"

    @property
    def table_id(self) -> int | None:
        return self.order.table_id


@dataclass(frozen=True, kw_only=True)
class OrderEvent(AboutOrder):
    """An event with the whole order as data. `lines` are the order's lines after the event."""

    type: ClassVar[str] = "order_updated"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    lines: tuple[OrderLine, ...]
    table_name: str

    @classmethod
    def of(cls, order: Order, **more: Any) -> Self:
        """Create the event for an order that was read `with_lines()`."""
        return cls(order=order, lines=tuple(order.lines.all()), table_name=order.table_name, **more)

    def data(self) -> Mapping[str, Any]:
        return order_json(self.order, self.lines, table_name=self.table_name)

    def private(self) -> Mapping[str, Any] | None:
        return private_notes(self.order, self.lines)


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """A new order."""

    type: ClassVar[str] = "order_created"
    action: ClassVar[str] = "placed"
    course: ClassVar[int] = 0  # the order itself, in place of a fired course

    @property
    def fired(self) -> tuple[OrderLine, ...]:
        """The lines that go to the kitchen with the order; later courses may be on hold."""
        return tuple(line for line in self.lines if line.status != LineStatus.HELD)

    @cached_property
    def _logged(self) -> Mapping[str, Any]:
        return super().data()

    def data(self) -> Mapping[str, Any]:
        """Return the order as it is when this is first called: after all reactions. Its answer is the same."""
        return self._logged


@dataclass(frozen=True, kw_only=True)
class CourseFired(OrderEvent):
    """The firing of a held course. `fired` are its lines."""

    action: ClassVar[str] = "course_fired"
    course: int
    fired: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class OrderSent(OrderEvent):
    """The sending of an order that waited as a whole, for its pick-up time or on hold. `fired` are its lines."""

    action: ClassVar[str] = "sent"
    course: ClassVar[int] = 0  # the order itself, as with OrderPlaced
    fired: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class PickupChanged(OrderEvent):
    """Another pick-up time or name of an order."""

    action: ClassVar[str] = "pickup_changed"


@dataclass(frozen=True, kw_only=True)
class CoursePlanned(OrderEvent):
    """A new, changed or removed plan of a held course."""

    action: ClassVar[str] = "course_planned"


@dataclass(frozen=True, kw_only=True)
class CourseServed(OrderEvent):
    """The delivery of a course, with a later course of the order not served yet."""

    action: ClassVar[str] = "course_served"


@dataclass(frozen=True, kw_only=True)
class CourseRemoved(OrderEvent):
    """The removal of a held course, for screens. `BillReduced` has its lines."""

    action: ClassVar[str] = "course_removed"


@dataclass(frozen=True, kw_only=True)
class BillReduced(AboutOrder):
    """Lines that left an order after it was sent, for the audit trail: the lines, both totals, the reason.

    `course` is the removed course, None for voided lines. `approver` is the manager who approved the void, or "".
    """

    type: ClassVar[str] = "bill_reduced"
    action: ClassVar[str] = "lines_removed"

    course: int | None
    lines: tuple[OrderLine, ...]
    total_before: Decimal
    reason: str
    approver: str = ""

    def data(self) -> Mapping[str, Any]:
        return {
            "order": self.order.pk,
            "number": self.order.number,
            "course": self.course,
            "lines": [line_json(line, self.order.currency) for line in self.lines],
            "total_before": text(self.total_before, self.order.currency),
            "total_after": text(self.order.total, self.order.currency),
            "approver": self.approver,
        }

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.reason}


class OldLine(TypedDict):
    """A line before an edit. `chosen` has the ids of all its modifiers."""

    name: str
    quantity: int
    modifiers: list[str]
    allergies: list[str]
    chosen: list[int]


def line_before_edit(line: OrderLine) -> OldLine:
    """Copy the facts of a line before an edit, for the notice of the change."""
    return {
        "name": line.name,
        "quantity": line.quantity,
        "modifiers": choice_names(line),
        "allergies": list(line.allergies),
        "chosen": [each["id"] for each in line.modifiers],
    }


@dataclass(frozen=True, kw_only=True)
class OrderEdited(OrderEvent):
    """The replacement of an order's lines before the kitchen started.

    `removed`, `changed` and `added` are ids of lines. `other_dish` are the changed lines that now have another item.
    `more_of` has the added lines that are more of a line that stays, {added: line}. `was` has every line before the
    edit, by id.
    """

    action: ClassVar[str] = "edited"
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    other_dish: tuple[int, ...] = ()
    more_of: Mapping[int, int] = field(default_factory=dict)
    was: Mapping[int, OldLine] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LinesVoided(OrderEvent):
    """The removal of quantities of sent lines, for screens and the kitchen. `BillReduced` has the reason.

    `removed` are ids of lines that left as a whole. `voided` has every reduced line by id, with the quantity that left.
    """

    action: ClassVar[str] = "lines_voided"
    removed: tuple[int, ...]
    voided: Mapping[int, OldLine]


@dataclass(frozen=True, kw_only=True)
class AllergiesChanged(OrderEvent):
    """New allergies of lines, because guests of the party declared them. `changed` are the ids of these lines."""

    action: ClassVar[str] = "allergies_changed"
    changed: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class OrderMoved(OrderEvent):
    """The move of an order with its party to another table, or of the whole order to another party.

    `moved_from` is the table before, whose pad hears of it too. Lines and amounts are unchanged.
    """

    action: ClassVar[str] = "moved"
    moved_from: int | None

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "moved_from": self.moved_from}


@dataclass(frozen=True, kw_only=True)
class LinesMoved(OrderEvent):
    """The departure of lines to the order `to`, which has them under their own price and tax.

    `whole` are the lines that left, `parts` the lines of which a part left, {line: the new line in `to`}.
    """

    action: ClassVar[str] = "lines_moved"
    to: Order
    whole: tuple[int, ...]
    parts: Mapping[int, int]

    def data(self) -> Mapping[str, Any]:
        moved = {"order": self.to.pk, "number": self.to.number, "lines": [*self.whole, *self.parts.values()]}
        return {**super().data(), "moved_to": moved}


@dataclass(frozen=True, kw_only=True)
class OrderSplitOff(OrderEvent):
    """A new order with lines that another order had. Its tickets come from the tickets of that order."""

    type: ClassVar[str] = "order_created"
    action: ClassVar[str] = "split_off"


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(OrderEvent):
    """The confirmation of an order, for all audiences but the kitchen."""

    action: ClassVar[str] = "confirmed"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY - {Audience.KITCHEN}


@dataclass(frozen=True, kw_only=True)
class OrderUnseen(OrderEvent):
    """The alarm of an order that the kitchen did not confirm in time, for all audiences but the kitchen."""

    action: ClassVar[str] = "unseen"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY - {Audience.KITCHEN}


@dataclass(frozen=True, kw_only=True)
class OrderProgressed(OrderEvent):
    """The start, end or recall of lines in the kitchen."""

    action: ClassVar[str] = "progressed"


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(OrderEvent):
    """The delivery of a whole order."""

    action: ClassVar[str] = "delivered"


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """The cancellation of an order. `approver` is the manager who approved the void of cooked dishes, or ""."""

    action: ClassVar[str] = "cancelled"
    approver: str = ""

    def private(self) -> Mapping[str, Any] | None:
        """Return the notes and the approver, which guests' screens do not get."""
        notes = super().private()
        return {**(notes or {}), "approver": self.approver} if self.approver else notes


@dataclass(frozen=True, kw_only=True)
class OrderWithdrawn(OrderEvent):
    """The withdrawal of an order before the kitchen started. Readers no longer see the order."""

    action: ClassVar[str] = "withdrawn"

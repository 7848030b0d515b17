"""A sent line for the form that changes or voids it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Membership
from menu.compiled import menu_now
from orders.models import Order, OrderLine
from orders.order_commands import MAX_QUANTITY, LineRequest
from orders.ordering.approval import approvers
from orders.ordering.sent import kitchen_effect
from orders.transitions import EDITABLE, UNTOUCHED, CancelReason, LineStatus


@dataclass(frozen=True, slots=True)
class SentLineForm:
    """A sent line with what may be done to it. `groups` are (group, chosen ids) of the dish on today's menu.

    `notes` are those of the house. `managers` can approve the void of what a cook has begun; `asks_manager` says that
    it needs one of them.
    """

    line: OrderLine
    order: Order
    effect: str
    groups: Sequence[tuple[Any, frozenset[int]]]
    can_change: bool
    can_void: bool
    started: bool
    reasons: Sequence[tuple[str, str]]
    notes: Sequence[str]
    asks_manager: bool
    managers: Sequence[Membership]


def read_line(order: Order, line_id: int, actor: Actor) -> SentLineForm:
    """Return the form of a line of an order that was read `with_lines()`."""
    lines = list(order.lines.all())
    line = next(each for each in lines if each.pk == line_id)
    menu = menu_now(order.restaurant_id).menu
    item = menu.by_id.get(line.item_id)
    chosen = frozenset(each["id"] for each in line.modifiers)
    begun = line.status not in UNTOUCHED and not actor.may(Permission.VOID_COOKED)
    untouched = order.status in EDITABLE and all(each.status in UNTOUCHED for each in lines)
    return SentLineForm(
        line=line,
        order=order,
        effect=kitchen_effect(line, order),
        groups=[(group, chosen) for group in item.groups] if item else [],
        can_change=untouched and actor.may(Permission.EDIT_ORDER),
        can_void=actor.may(Permission.CANCEL_ORDER),
        started=line.status == LineStatus.STARTED,
        reasons=[(value, str(label)) for value, label in CancelReason.choices],
        notes=menu.restaurant.kitchen_notes.splitlines(),
        asks_manager=begun,
        managers=approvers(actor, Permission.VOID_COOKED) if begun else [],
    )


def changed_lines(form: SentLineForm, data: QueryDict) -> list[LineRequest]:
    """Return all lines of the order, with the one of the form as it says. Raises InvalidInput for a bad quantity."""
    return [
        _as_typed(line, form, data) if line.pk == form.line.pk else _as_it_is(line) for line in form.order.lines.all()
    ]


def _as_it_is(line: OrderLine) -> LineRequest:
    return LineRequest(
        item=line.item_id, quantity=line.quantity, note=line.note, seat=line.seat, course=line.course, id=line.pk
    )


def _as_typed(line: OrderLine, form: SentLineForm, data: QueryDict) -> LineRequest:
    quantity = whole_number(data.get("quantity", ""), least=1, most=MAX_QUANTITY)
    if quantity is None:
        message = gettext("Type a quantity from 1 to %(most)s, or take the dish off below.") % {"most": MAX_QUANTITY}
        raise InvalidInput(message, fields={"quantity": [message]})
    return LineRequest(
        item=line.item_id,
        quantity=quantity,
        modifiers=_choices(form, data),
        note=clean_text(data.get("note", ""))[:200],
        seat=_seat(data),
        course=line.course,
        id=line.pk,
    )


def _choices(form: SentLineForm, data: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Return the chosen ids with those sold that the form cannot show, or None if the dish left the menu.

    A choice that left the menu, such as "no nuts", stays on the line: nobody has taken it off.
    """
    if not form.groups:
        return None
    names = [f"choice-{group.id}" for group, _chosen in form.groups]
    values = [value for name in names for value in data.getlist(name)]  # type: ignore[attr-defined]
    offered = {choice.id for group, _chosen in form.groups for choice in group.modifiers}
    kept = [each["id"] for each in form.line.modifiers if each["id"] not in offered]
    return (*(key for value in values if (key := whole_number(value)) is not None), *kept)


def _seat(data: QueryDict) -> int | None:
    """Return the seat, None for nobody's. Raises InvalidInput, because the seat says whose allergies count."""
    typed = data.get("seat", "").strip()
    seat = whole_number(typed, least=1, most=999)
    if typed and seat is None:
        message = gettext("“%(typed)s” is not a seat. Use a number, or nothing.") % {"typed": typed[:20]}
        raise InvalidInput(message, fields={"seat": [message]})
    return seat

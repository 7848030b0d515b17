"""New rows of priced lines."""

from bistro.core.speed.bulk_insert import new_row
from orders.allergies import effective_allergies
from orders.models import Order, OrderLine
from orders.pricing import PricedOrder
from tables.declarations import Declared


def line_rows(order: Order, priced: PricedOrder, declared: Declared) -> tuple[OrderLine, ...]:
    """Return the unsaved rows of a priced order, with copies of the facts that must not change with the menu.

    `declared` are the allergies of the order's party.
    """
    return tuple(
        new_row(
            OrderLine,
            restaurant_id=order.restaurant_id,
            order=order,
            item_id=line.item.id,
            position=position,
            name=line.name,
            quantity=line.request.quantity,
            unit_price=line.unit_price,
            total=line.total,
            tax=line.tax,
            taxes=[tax.json(priced.menu.currency) for tax in line.taxes],
            modifiers=line.modifier_copies(priced.menu.currency),
            stated=line.item.stated,
            own_allergies=list(line.allergies),
            allergies=effective_allergies(line.allergies, declared, line.request.seat),
            prep_minutes=line.item.prep_minutes,
            list_price=line.list_price,
            price_reason=line.request.price_reason if line.request.price is not None else "",
            approved_by=line.approved_by,
            note=line.request.note,
            seat=line.request.seat,
            course=line.request.course or line.item.course,
        )
        for position, line in enumerate(priced.lines)
    )

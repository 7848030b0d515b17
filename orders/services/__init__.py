"""Services of orders. Each function is one unit of work."""

from orders.services.alarming import raise_unseen_alarms
from orders.services.batch import PlacedOrder, TokenEnded
from orders.services.clearing import clear_table
from orders.services.declaring import declare_allergies
from orders.services.editing import replace_lines, withdraw_order
from orders.services.firing import fire_course, remove_course
from orders.services.moving import cancel_order, confirm_order, deliver_order
from orders.services.placing import place_order, place_order_from_loop, place_orders
from orders.services.planning import fire_due_courses, plan_course

__all__ = [
    "PlacedOrder",
    "TokenEnded",
    "cancel_order",
    "clear_table",
    "confirm_order",
    "declare_allergies",
    "deliver_order",
    "fire_course",
    "fire_due_courses",
    "place_order",
    "place_order_from_loop",
    "place_orders",
    "plan_course",
    "raise_unseen_alarms",
    "remove_course",
    "replace_lines",
    "withdraw_order",
]

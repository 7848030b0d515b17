"""Services of orders. Each function is one unit of work."""

from orders.services.alarming import raise_unseen_alarms
from orders.services.batch import PlacedOrder, TokenEnded
from orders.services.clearing import clear_table
from orders.services.declaring import declare_allergies
from orders.services.drafting import SavedDraft, change_draft
from orders.services.editing import replace_lines, withdraw_order
from orders.services.firing import fire_course, remove_course, send_order
from orders.services.moving import cancel_order, confirm_order, deliver_order, deliver_ready
from orders.services.picking_up import change_pickup
from orders.services.placing import place_order, place_order_from_loop, place_orders
from orders.services.planning import fire_due_courses, plan_course
from orders.services.voiding import void_lines

__all__ = [
    "PlacedOrder",
    "SavedDraft",
    "TokenEnded",
    "cancel_order",
    "change_draft",
    "change_pickup",
    "clear_table",
    "confirm_order",
    "declare_allergies",
    "deliver_order",
    "deliver_ready",
    "fire_course",
    "fire_due_courses",
    "place_order",
    "place_order_from_loop",
    "place_orders",
    "plan_course",
    "raise_unseen_alarms",
    "remove_course",
    "replace_lines",
    "send_order",
    "void_lines",
    "withdraw_order",
]

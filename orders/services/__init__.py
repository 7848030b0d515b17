"""Services of orders. Each function is one unit of work."""

from bistro.core.kernel.once import Once
from orders.services.alarming import raise_unseen_alarms
from orders.services.batch import PlacedOrder
from orders.services.clearing import clear_table
from orders.services.declaring import declare_allergies
from orders.services.drafting import SavedDraft, change_draft
from orders.services.editing import replace_lines, withdraw_order
from orders.services.firing import fire_course, remove_course, send_order
from orders.services.handing_over import hand_over_parties
from orders.services.joining import join_parties, separate_guests
from orders.services.known_devices import TokenEnded
from orders.services.moving import cancel_order, confirm_order, deliver_order, deliver_ready
from orders.services.moving_lines import LineShare, move_lines
from orders.services.picking_up import change_pickup
from orders.services.placing import place_order, place_order_from_loop, place_orders
from orders.services.planning import fire_due_courses, plan_course
from orders.services.rearranging import join_table, move_party, part_table
from orders.services.seating import change_party, seat_party, seat_party_once, set_covers, take_over
from orders.services.voiding import void_lines

__all__ = [
    "LineShare",
    "Once",
    "PlacedOrder",
    "SavedDraft",
    "TokenEnded",
    "cancel_order",
    "change_draft",
    "change_party",
    "change_pickup",
    "clear_table",
    "confirm_order",
    "declare_allergies",
    "deliver_order",
    "deliver_ready",
    "fire_course",
    "fire_due_courses",
    "hand_over_parties",
    "join_parties",
    "join_table",
    "move_lines",
    "move_party",
    "part_table",
    "place_order",
    "place_order_from_loop",
    "place_orders",
    "plan_course",
    "raise_unseen_alarms",
    "remove_course",
    "replace_lines",
    "seat_party",
    "seat_party_once",
    "send_order",
    "separate_guests",
    "set_covers",
    "take_over",
    "void_lines",
    "withdraw_order",
]

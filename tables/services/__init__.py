"""Services of the floor. Each function is one unit of work."""

from tables.services.calls import call_staff, close_call, release_call, ring_again, take_call, withdraw_call
from tables.services.escalating import escalate_calls
from tables.services.floor import add_pads, add_rows_of_tables, create_section, place_pad
from tables.services.plans import add_layout, remove_layout, save_plan, use_layout

__all__ = [
    "add_layout",
    "add_pads",
    "add_rows_of_tables",
    "call_staff",
    "close_call",
    "create_section",
    "escalate_calls",
    "place_pad",
    "release_call",
    "remove_layout",
    "ring_again",
    "save_plan",
    "take_call",
    "use_layout",
    "withdraw_call",
]

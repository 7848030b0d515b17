"""Services of bookings. Each function is one unit of work."""

from tables.bookings.services.changing import (
    cancel_booking,
    change_booking,
    confirm_booking,
    mark_no_show,
    seat_booking,
    undo_no_show,
)
from tables.bookings.services.sweeping import follow_overstays, mark_late
from tables.bookings.services.taking import Guest, Once, take_booking

__all__ = [
    "Guest",
    "Once",
    "cancel_booking",
    "change_booking",
    "confirm_booking",
    "follow_overstays",
    "mark_late",
    "mark_no_show",
    "seat_booking",
    "take_booking",
    "undo_no_show",
]

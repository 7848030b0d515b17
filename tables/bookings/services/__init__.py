"""Services of bookings. Each function is one unit of work."""

from tables.bookings.bookers import Guest
from tables.bookings.services.changing import (
    cancel_booking,
    change_booking,
    confirm_booking,
    mark_no_show,
    seat_booking,
    undo_no_show,
)
from tables.bookings.services.delaying import announce_delay
from tables.bookings.services.deposit_rules import add_deposit_rule, remove_deposit_rule
from tables.bookings.services.learning import learn_turns
from tables.bookings.services.online import book_online, drop_lapsed_holds, end_link, keep_time, renew_link
from tables.bookings.services.sweeping import cancel_unpaid, follow_overstays, mark_late, mark_missing, remind_guests
from tables.bookings.services.taking import Origin, take_booking

__all__ = [
    "Guest",
    "Origin",
    "add_deposit_rule",
    "announce_delay",
    "book_online",
    "cancel_booking",
    "cancel_unpaid",
    "change_booking",
    "confirm_booking",
    "drop_lapsed_holds",
    "end_link",
    "follow_overstays",
    "keep_time",
    "learn_turns",
    "mark_late",
    "mark_missing",
    "mark_no_show",
    "remind_guests",
    "remove_deposit_rule",
    "renew_link",
    "seat_booking",
    "take_booking",
    "undo_no_show",
]

"""Every write of the kitchen: one function per action of a cook, each one unit of work."""

from kitchen.services.alarming import raise_unseen_ticket_alarms
from kitchen.services.cooking import bump_line, bump_ticket, start_ticket
from kitchen.services.display_settings import change_display_settings
from kitchen.services.holding import hold_ticket, read_changes_of, release_ticket
from kitchen.services.plating import plate_line
from kitchen.services.pushing import push_line, push_ticket
from kitchen.services.recalling import recall_line, recall_ticket, undo_bump, undo_line
from kitchen.services.seeing import acknowledge_tickets, confirm_ticket

__all__ = [
    "acknowledge_tickets",
    "bump_line",
    "bump_ticket",
    "change_display_settings",
    "confirm_ticket",
    "hold_ticket",
    "plate_line",
    "push_line",
    "push_ticket",
    "raise_unseen_ticket_alarms",
    "read_changes_of",
    "recall_line",
    "recall_ticket",
    "release_ticket",
    "start_ticket",
    "undo_bump",
    "undo_line",
]

"""The wiring between apps: reactions to events, alarms and health checks of higher apps, sweeps.

Apps know nothing of the apps above them; this module does.
"""

_SLIPS = "kitchen.printing.steps.write_slips"  # after the steps that change tickets

# {event: steps that run in its transaction, in this order} (ADR 0001)
EVENT_REACTIONS: dict[str, list[str]] = {
    "orders.events.OrderPlaced": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.CourseFired": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.OrderEdited": ["kitchen.steps.rewrite_tickets", _SLIPS],
    "orders.events.AllergiesChanged": ["kitchen.steps.mark_allergies", _SLIPS],
    "orders.events.OrderCancelled": ["kitchen.steps.close_tickets", _SLIPS],
    "orders.events.OrderWithdrawn": ["kitchen.steps.close_tickets", _SLIPS],
    "kitchen.events.TicketPushed": [_SLIPS],
    "menu.events.ChoicesCopied": ["kitchen.steps.route_copies"],
    "bistro.core.writing.people_events.RestaurantOpened": ["menu.steps.add_catalogues"],
    "bistro.core.writing.configuration_events.RestaurantChanged": ["menu.steps.restaurant_changed"],
}

# Alarms of higher apps on the floor plan, each a function of the actor.
FLOOR_ALARMS: list[str] = [
    "kitchen.alarms.unseen_tickets",
    "kitchen.printing.alarms.printer_alarms",
    "bistro.backup.alarms.backup_alarms",
]

# Strips of higher apps on the kitchen's boards: (restaurant id, events or None) -> HTML, or "" for no change.
WALL_STRIPS: list[str] = ["kitchen.printing.strip.printers_strip"]

# Checks of higher apps on /health, each a function of `now`. They can degrade an installation.
HEALTH_CHECKS: list[str] = ["kitchen.printing.health.printer_backlog"]

# Services that run once a second in every server process. Conditional UPDATEs decide which process acts.
SWEEPS: list[str] = [
    "menu.services.end_pauses",
    "menu.files.services.import_due",
    "orders.services.raise_unseen_alarms",
    "kitchen.services.raise_unseen_ticket_alarms",
    "orders.services.fire_due_courses",
    "kitchen.printing.services.print_due",
    "bistro.backup.schedule.back_up_when_due",
    "bistro.core.services.sealing.seal_events",
    "bistro.core.services.upkeep.refresh_statistics",
    "bistro.core.ops.integrity.check_after_unclean_start",
    "bistro.core.auth.rate_limits.reconnect_cache",
]

# (compiled menu, now) -> {item: minutes until it would be ready if ordered now}, for the waiter's order form.
ORDER_QUOTES = "kitchen.load.quotes"

"""Which steps follow which event, what the clock causes, what a lower app asks of a higher one: apps know nothing of
those above them, this file does."""

_SLIPS = "kitchen.printing.steps.write_slips"  # after the steps that change tickets

# In the same transaction, in this order (DESIGN section 4).
EVENT_REACTIONS: dict[str, list[str]] = {
    "orders.events.OrderPlaced": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.CourseFired": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.OrderEdited": ["kitchen.steps.rewrite_tickets", _SLIPS],
    "orders.events.OrderCancelled": ["kitchen.steps.close_tickets", _SLIPS],
    "orders.events.OrderWithdrawn": ["kitchen.steps.close_tickets", _SLIPS],
    "kitchen.events.TicketPushed": [_SLIPS],
    "bistro.core.writing.configuration_events.RestaurantChanged": ["menu.steps.restaurant_changed"],
}

# Beside the floor's own: what apps above have to tell waiters, each a function of the actor.
FLOOR_ALARMS: list[str] = ["kitchen.alarms.unseen_tickets", "kitchen.printing.alarms.printer_alarms"]

# Once a second in every server process. Each decides by a conditional UPDATE which process was first.
SWEEPS: list[str] = [
    "menu.services.end_pauses",
    "orders.services.raise_unseen_alarms",
    "kitchen.services.raise_unseen_ticket_alarms",
    "orders.services.fire_due_courses",
    "kitchen.printing.services.print_due",
    "bistro.core.services.upkeep.refresh_statistics",
    "bistro.core.auth.rate_limits.reconnect_cache",
]

# (menu in force, now) -> {item: minutes until it would be ready if it were ordered now}. The waiter's order form asks.
ORDER_QUOTES = "kitchen.load.quotes"

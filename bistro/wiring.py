"""Which steps follow which event, and what the clock causes: apps know nothing of those above them, this file does."""

# In the same transaction, in this order (DESIGN section 4).
EVENT_REACTIONS: dict[str, list[str]] = {
    "orders.events.OrderPlaced": ["kitchen.steps.open_tickets"],
    "orders.events.CourseFired": ["kitchen.steps.open_tickets"],
    "orders.events.OrderEdited": ["kitchen.steps.rewrite_tickets", "orders.steps.forget_removed_lines"],
    "orders.events.OrderCancelled": ["kitchen.steps.close_tickets"],
    "orders.events.OrderWithdrawn": ["kitchen.steps.close_tickets"],
    "bistro.core.configuration_events.RestaurantChanged": ["menu.steps.restaurant_changed"],
}

# Once a second in every server process. Each decides by a conditional UPDATE which process was first.
SWEEPS: list[str] = [
    "orders.services.raise_unseen_alarms",
    "orders.services.fire_due_courses",
    "bistro.core.services.upkeep.refresh_statistics",
    "bistro.core.services.upkeep.find_cache_again",
]

"""Every write of the kitchen: one function per thing a cook does, each one whole unit of work."""

from kitchen.services.cooking import (
    bump_line,
    bump_ticket,
    push_ticket,
    recall_line,
    recall_ticket,
    start_ticket,
)
from kitchen.services.seeing import acknowledge_tickets

__all__ = [
    "acknowledge_tickets",
    "bump_line",
    "bump_ticket",
    "push_ticket",
    "recall_line",
    "recall_ticket",
    "start_ticket",
]

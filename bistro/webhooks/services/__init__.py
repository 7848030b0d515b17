"""Services of webhooks: what managers do with them, and the sweep that sends events."""

from bistro.webhooks.services.delivering import deliver, deliver_due
from bistro.webhooks.services.managing import (
    add_hook,
    change_hook,
    pause_hook,
    resume_hook,
    rotate_secret,
    set_position,
)
from bistro.webhooks.services.testing import send_test

__all__ = [
    "add_hook",
    "change_hook",
    "deliver",
    "deliver_due",
    "pause_hook",
    "resume_hook",
    "rotate_secret",
    "send_test",
    "set_position",
]

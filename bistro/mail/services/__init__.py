"""Services of messages: the sweep that sends them, and what people do with them."""

from bistro.mail.services.asking import dismiss, send_again, send_test
from bistro.mail.services.sending import send_due, send_next

__all__ = ["dismiss", "send_again", "send_due", "send_next", "send_test"]

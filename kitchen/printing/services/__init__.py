"""Every write about slips: requests by people, printing by the worker, printing by a browser."""

from kitchen.printing.services.asking import dismiss_failed, print_again, print_test, retry_failed
from kitchen.printing.services.browsing import slip_printed, take_slip
from kitchen.printing.services.printing import print_due, serve_printer

__all__ = [
    "dismiss_failed",
    "print_again",
    "print_due",
    "print_test",
    "retry_failed",
    "serve_printer",
    "slip_printed",
    "take_slip",
]

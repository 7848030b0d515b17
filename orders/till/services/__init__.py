"""Services of tills and closings. Each function is one unit of work."""

from orders.till.services.closing_periods import close_period
from orders.till.services.counting import close_till, count_till, reopen_till
from orders.till.services.moving import move_money
from orders.till.services.opening import hand_over_till, open_till
from orders.till.services.sharing_tips import correct_tips, share_pool

__all__ = [
    "close_period",
    "close_till",
    "correct_tips",
    "count_till",
    "hand_over_till",
    "move_money",
    "open_till",
    "reopen_till",
    "share_pool",
]

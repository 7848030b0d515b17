"""Services of bills. Each function is one unit of work; those about providers call them between units."""

from orders.billing.services.accounts import Settlement, change_account, open_account, settle_account
from orders.billing.services.adjusting import add_adjustment, remove_adjustment, write_off
from orders.billing.services.asking import ask_due, ask_next
from orders.billing.services.correcting import correct_method, undo_payment
from orders.billing.services.ending import (
    ask_again,
    cancel_payment,
    give_unassigned_back,
    settle_by_hand,
    settle_refused_refund,
)
from orders.billing.services.paying import take_payment
from orders.billing.services.receiving import receive_event
from orders.billing.services.refunding import refund_payment
from orders.billing.services.splitting import Claim, present_bill, split_bill
from orders.billing.services.starting import start_payment
from orders.billing.services.tabs import capture_tab, open_tab, release_tab
from orders.billing.services.tenders import Taken, Tender
from orders.billing.services.vouchers import Sale, sell_voucher, void_voucher

__all__ = [
    "Claim",
    "Sale",
    "Settlement",
    "Taken",
    "Tender",
    "add_adjustment",
    "ask_again",
    "ask_due",
    "ask_next",
    "cancel_payment",
    "capture_tab",
    "change_account",
    "correct_method",
    "give_unassigned_back",
    "open_account",
    "open_tab",
    "present_bill",
    "receive_event",
    "refund_payment",
    "release_tab",
    "remove_adjustment",
    "sell_voucher",
    "settle_account",
    "settle_by_hand",
    "settle_refused_refund",
    "split_bill",
    "start_payment",
    "take_payment",
    "undo_payment",
    "void_voucher",
    "write_off",
]

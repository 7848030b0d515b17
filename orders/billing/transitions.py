"""States of payments and refunds with their moves, methods, kinds of adjustments and of shares."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.transitions import Moves


class PaymentState(TextChoices):
    """The state of a payment. Cash and the bank's terminal begin as captured; those of a provider as created."""

    CREATED = "created", _("Not yet with the provider")
    PENDING = "pending", _("Waiting for the guest")
    AUTHORISED = "authorised", _("Promised by the bank")
    CAPTURED = "captured", _("Paid")
    REFUNDED = "refunded", _("Given back")
    DECLINED = "declined", _("Declined by the bank")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    UNKNOWN = "unknown", _("No answer from the provider")


_ANSWERS = frozenset(
    {
        PaymentState.PENDING,
        PaymentState.AUTHORISED,
        PaymentState.CAPTURED,
        PaymentState.DECLINED,
        PaymentState.CANCELLED,
        PaymentState.EXPIRED,
    }
)
PAYMENT_MOVES: Moves = {
    PaymentState.CREATED: _ANSWERS | {PaymentState.UNKNOWN},
    PaymentState.PENDING: _ANSWERS - {PaymentState.PENDING} | {PaymentState.UNKNOWN},
    PaymentState.UNKNOWN: _ANSWERS,
    PaymentState.AUTHORISED: frozenset({PaymentState.CAPTURED, PaymentState.CANCELLED, PaymentState.EXPIRED}),
    PaymentState.DECLINED: _ANSWERS - {PaymentState.DECLINED},  # a guest may try another card with the same intent
    PaymentState.CAPTURED: frozenset({PaymentState.REFUNDED}),
    PaymentState.REFUNDED: frozenset(),
    PaymentState.CANCELLED: frozenset(),
    PaymentState.EXPIRED: frozenset(),
}
# The amount is held, but the money has not arrived.
RESERVING = frozenset({PaymentState.CREATED, PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.UNKNOWN})
# The money has arrived; what went back since are rows of their own.
ARRIVED = frozenset({PaymentState.CAPTURED, PaymentState.REFUNDED})


ASKED_ABOUT = RESERVING | {PaymentState.DECLINED}  # the provider may still change these


class RefundKind(TextChoices):
    """The reason why money of a payment went back.

    Undone and corrected payments went back as a whole, with their tip, and are due again: they were a mistake.
    """

    REFUND = "refund", _("Refund")
    UNDONE = "undone", _("Undone")
    CORRECTED = "corrected", _("Wrong method")


class RefundState(TextChoices):
    """The state of a refund. Those of cash and terminal are refunded at once."""

    PENDING = "pending", _("Not yet with the provider")
    UNKNOWN = "unknown", _("No answer from the provider")
    REFUNDED = "refunded", _("Given back")
    FAILED = "failed", _("Refused by the provider")


REFUND_MOVES: Moves = {
    RefundState.PENDING: frozenset({RefundState.UNKNOWN, RefundState.REFUNDED, RefundState.FAILED}),
    RefundState.UNKNOWN: frozenset({RefundState.REFUNDED, RefundState.FAILED}),
    RefundState.REFUNDED: frozenset(),
    RefundState.FAILED: frozenset(),
}


class Trouble(TextChoices):
    """A difference between a payment and what its provider has. Nobody assigns such money without a person."""

    AMOUNT = "amount", _("The provider has another amount.")
    CURRENCY = "currency", _("The provider has another currency.")
    ACCOUNT = "account", _("The money went to another account.")
    BILL = "bill", _("The provider names another bill.")
    LATE = "late", _("The money came after the payment had ended.")


class Method(TextChoices):
    """A way to pay. `terminal` is the bank's own device: Bistro records what it did. The last three are providers.

    A `reader` is a card reader that a provider drives for us.
    `deposit` is what guests paid for their booking. Nobody chooses it: it is taken off the bill automatically.
    """

    CASH = "cash", _("Cash")
    TERMINAL = "terminal", _("Card terminal")
    VOUCHER = "voucher", _("Voucher")
    ACCOUNT = "account", _("House account")
    DEPOSIT = "deposit", _("Deposit")
    DUMMY = "dummy", _("Trial payment")
    STRIPE = "stripe", _("Online")
    READER = "reader", _("Card reader")


PROVIDERS = frozenset({Method.DUMMY, Method.STRIPE, Method.READER})
# Methods of one company, whose messages come to one address.
COMPANIES = {Method.DUMMY: frozenset({Method.DUMMY}), Method.STRIPE: frozenset({Method.STRIPE, Method.READER})}
TO_CHOOSE = [method.value for method in Method if method != Method.DEPOSIT]
BY_BALANCE = frozenset({Method.VOUCHER, Method.DEPOSIT})  # paid before, and owed until they are spent


class DepositState(TextChoices):
    """The state of the deposit of a booking."""

    WANTED = "wanted", _("Not paid yet")
    UNDER_WAY = "under_way", _("Being paid")
    PAID = "paid", _("Paid")
    RETURNING = "returning", _("On its way back")
    RETURNED = "returned", _("Given back")
    FAILED = "failed", _("The provider refused to give it back")
    KEPT = "kept", _("Kept by the house")
    LAPSED = "lapsed", _("Not paid, and not wanted any more")


_D = DepositState
DEPOSIT_MOVES: Moves = {
    _D.WANTED: frozenset({_D.UNDER_WAY, _D.LAPSED}),
    _D.UNDER_WAY: frozenset({_D.WANTED, _D.PAID, _D.LAPSED}),
    _D.PAID: frozenset({_D.RETURNING, _D.KEPT}),
    _D.RETURNING: frozenset({_D.RETURNED, _D.FAILED}),
    _D.RETURNED: frozenset({_D.RETURNING}),
    _D.FAILED: frozenset({_D.RETURNING, _D.RETURNED}),  # returned: by hand
    _D.KEPT: frozenset({_D.PAID}),  # a no-show that was undone
    _D.LAPSED: frozenset(),
}


class VoucherState(TextChoices):
    """The state of a voucher on a business day, which follows from its row."""

    OPEN = "open", _("Can be spent")
    SPENT = "spent", _("Spent")
    EXPIRED = "expired", _("Expired")
    VOID = "void", _("Cancelled")


class VoucherMoveKind(TextChoices):
    """The reason why the balance of a voucher changes."""

    SOLD = "sold", _("Sold")
    SPENT = "spent", _("Spent")
    RETURNED = "returned", _("Refunded to the voucher")
    PAID_BACK = "paid_back", _("Cancelled and paid back")
    LAPSED = "lapsed", _("Cancelled, kept by the house")
    DEPOSIT = "deposit", _("Deposit of a booking paid")
    GIVEN_BACK = "back", _("Deposit given back")
    KEPT = "kept", _("Deposit kept by the house")


class AccountMoveKind(TextChoices):
    """The reason why a house account owes more or less."""

    CHARGED = "charged", _("Bill")
    RETURNED = "returned", _("Refund")
    SETTLED = "settled", _("Settled")


class AdjustmentKind(TextChoices):
    """A reason to pay less than usual.

    A comp is free as a kindness, a discount is a lower price, `service` is a service charge that is not charged.
    """

    COMP = "comp", _("Comp")
    DISCOUNT = "discount", _("Discount")
    SERVICE = "service", _("Service charge taken off")


class TipTo(TextChoices):
    """The recipient of a tip. The pool of a day is shared among the people who worked."""

    PERSON = "person", _("The person who serves")
    POOL = "pool", _("Pool")
    HOUSE = "house", _("House")


class ShareKind(TextChoices):
    """The rule by which a share of a bill is computed."""

    EQUAL = "equal", _("Equal part")
    SEAT = "seat", _("Seat")
    ITEMS = "items", _("Chosen dishes")
    AMOUNT = "amount", _("Amount")
    REST = "rest", _("The rest")

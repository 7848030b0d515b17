"""States of tills, kinds of moves and of closings, causes of differences."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TillState(TextChoices):
    """The state of a till. Cash goes only into an open one."""

    OPEN = "open", _("In use")
    COUNTED = "counted", _("Counted")
    CLOSED = "closed", _("Closed")


# A counted till can be counted again, by a second person too, or opened again for more guests.
TILL_MOVES: dict[str, frozenset[str]] = {
    TillState.OPEN: frozenset({TillState.COUNTED}),
    TillState.COUNTED: frozenset({TillState.OPEN, TillState.COUNTED, TillState.CLOSED}),
    TillState.CLOSED: frozenset(),
}


class MoveKind(TextChoices):
    """The reason why money moves. Sales and refunds come from payments, most others from people at a till.

    Money for a voucher or a deposit is no sale: the house owes it until guests spend it. Money for an account was
    a sale before. A lapsed voucher moves no money.
    """

    SALE = "sale", _("Sale")
    REFUND = "refund", _("Refund")
    PAY_IN = "pay_in", _("Pay-in")
    PAY_OUT = "pay_out", _("Pay-out")
    DROP = "drop", _("Drop to the safe")
    TIP_OUT = "tip_out", _("Tips paid out")
    VOUCHER = "voucher", _("Voucher or deposit paid, or paid back")
    ACCOUNT = "account", _("House account settled")
    LAPSED = "lapsed", _("Voucher or deposit kept by the house")


class TipMoveKind(TextChoices):
    """The reason why tips go to somebody else."""

    SHARE = "share", _("Share of the pool")
    CORRECTION = "correction", _("Correction")


BY_HAND = (MoveKind.PAY_IN, MoveKind.PAY_OUT, MoveKind.DROP, MoveKind.TIP_OUT)
HAND_KINDS = [kind.value for kind in BY_HAND]


class Cause(TextChoices):
    """The cause of a difference between the count and what the till should hold."""

    CHANGE = "change", _("Wrong change")
    NOT_BOOKED = "not_booked", _("A payment was not booked, or by the wrong method")
    FLOAT = "float", _("The float was wrong")
    MISSING = "missing", _("Money is missing")
    UNKNOWN = "unknown", _("Unknown")


class ClosingKind(TextChoices):
    """The time that a closing is for."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")

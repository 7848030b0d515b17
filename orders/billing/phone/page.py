"""The read models of the pages on which guests pay."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language_bidi

from bistro.core.kernel.money import ZERO, Rounding, display, text, units_of
from orders.allergies import choice_names
from orders.billing.page import tip_of
from orders.billing.phone.choices import Choice, has_only_guests_shares
from orders.billing.statements import Statement

PARTS = (2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A dish on the guest's page. One that somebody pays for already cannot be chosen."""

    id: int
    quantity: int
    name: str
    details: str
    amount: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class GuestShare:
    """A share that staff have made, or an equal part of the bill."""

    number: int
    label: str
    amount: str
    is_paid: bool


@dataclass(frozen=True, slots=True)
class GuestBill:
    """The bill as guests see it. `reserved` is being paid on other phones; `service` is "" without a service charge."""

    house: str
    table: str
    lines: list[GuestLine]
    shares: list[GuestShare]
    parts: list[GuestShare]
    can_choose: bool
    service_words: str
    service: str
    total: str
    paid: str
    deposit: str
    reserved: str
    due: str
    is_due: bool
    is_trial: bool


@dataclass(frozen=True, slots=True)
class GuestTip:
    """A tip to choose; 0 percent is no tip."""

    percent: int
    amount: str


@dataclass(frozen=True, slots=True)
class GuestTips:
    """The tips for a choice. `base` is what the percentages are of: the guest's part without tax and service charge.

    `service` is the service charge that is in the part already, "" without one.
    """

    choice: Choice
    amount: str
    base: str
    service_words: str
    service: str
    tips: list[GuestTip]


@dataclass(frozen=True, slots=True)
class GuestPayment:
    """The payment that the guest is about to make.

    The plain amounts go with the form; `expected` is refused if the bill changed.
    """

    choice: Choice
    amount: str
    service_words: str
    service: str
    tip: str
    to_pay: str
    expected: str
    plain_tip: str


def read_bill(statement: Statement) -> GuestBill:
    """Return the page of a bill."""
    free = statement.free_parts(line.pk for line in statement.lines)
    party = statement.party
    return GuestBill(
        house=statement.restaurant.name,
        table=party.table.name if party.table else "",
        lines=[
            GuestLine(
                id=line.pk,
                quantity=line.quantity,
                name=line.name,
                details=", ".join(choice_names(line)),
                amount=_show(statement.owed.lines[line.pk], statement),
                is_free=free.get(line.pk, 0) == 1 and statement.owed.lines[line.pk] > ZERO,
            )
            for line in statement.lines
        ],
        shares=[
            GuestShare(state.share.pk, state.share.words, _show(state.due, statement), not state.due)
            for state in statement.shares
            if not state.share.by_guest
        ],
        parts=[
            GuestShare(ways, str(ways), _show(Choice("part", ways).amount(statement), statement), False)
            for ways in PARTS
        ],
        can_choose=has_only_guests_shares(statement),
        service_words=statement.service.words,
        service=_show(statement.service.amount, statement) if statement.service.lines else "",
        total=_show(statement.total, statement),
        paid=_show(statement.paid, statement) if statement.paid else "",
        deposit=_show(statement.deposit, statement) if statement.deposit else "",
        reserved=_show(statement.reserved, statement) if statement.reserved else "",
        due=_show(statement.due, statement),
        is_due=statement.due > ZERO,
        is_trial=statement.restaurant.online_payments == "dummy",
    )


def read_tips(statement: Statement, choice: Choice) -> GuestTips:
    """Return the tips for a choice: no tip first, all of one size, none chosen."""
    amount = choice.amount(statement)
    percents = (0, *statement.restaurant.tips)
    return GuestTips(
        choice=choice,
        amount=_show(amount, statement),
        base=_show(tip_of(amount, 100, statement), statement),
        service_words=statement.service.words,
        service=_service_in(amount, statement),
        tips=[GuestTip(each, _show(tip_of(amount, each, statement), statement)) for each in percents],
    )


def read_payment(statement: Statement, choice: Choice, percent: int, typed: Decimal | None) -> GuestPayment:
    """Return what the guest is about to pay, with a tip in percent or a typed one."""
    amount, currency = choice.amount(statement), statement.restaurant.currency
    tip = tip_of(amount, percent, statement) if typed is None else typed
    return GuestPayment(
        choice=choice,
        amount=_show(amount, statement),
        service_words=statement.service.words,
        service=_service_in(amount, statement),
        tip=_show(tip, statement) if tip else "",
        to_pay=_show(amount + tip, statement),
        expected=text(amount, currency),
        plain_tip=text(tip, currency),
    )


def _service_in(amount: Decimal, statement: Statement) -> str:
    """Return the service charge in a part of the bill, rounded to the smallest unit, or "" without one."""
    if not statement.service.lines:
        return ""
    rounding = Rounding(statement.restaurant.rounding.digits)
    whole = units_of(statement.total, rounding)
    units = units_of(amount, rounding) * units_of(statement.service.amount, rounding)
    return _show(rounding.amount(rounding.units(units, whole)), statement)


def shown(amount: Decimal, currency: str, locale: str) -> str:
    """Return an amount for a guest. In a sentence from right to left it keeps its own direction."""
    words = display(amount, currency, locale)
    return f"\u2068{words}\u2069" if get_language_bidi() else words


def _show(amount: Decimal, statement: Statement) -> str:
    return shown(amount, statement.restaurant.currency, statement.restaurant.locale)

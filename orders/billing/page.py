"""The read model of the bill's page: lines by seat, shares, the panel that takes money, and the payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, Rounding, short, text, to_coin, to_step, units_of
from bistro.core.kernel.roles import Permission
from bistro.core.models import Membership
from orders.billing.accounts.selectors import accounts_to_charge
from orders.billing.amounts import PERCENT
from orders.billing.cash_page import Given, keypad_terms, notes_for
from orders.billing.columns import Column, can_move, columns_of, shown_shares
from orders.billing.models import Adjustment, CardReader, HouseAccount, Payment
from orders.billing.page_lines import Group, groups_of, shower
from orders.billing.readers import readers_of, state_words
from orders.billing.services.correcting import CAN_BE_UNDONE, UNDO_TIME
from orders.billing.statements import ShareState, Statement
from orders.billing.tab_page import PageTab, can_open_tab, page_tab
from orders.billing.transitions import ASKED_ABOUT, PROVIDERS, AdjustmentKind, Method, PaymentState
from orders.ordering.approval import approvers

TIPS = (5, 10, 15)  # percent of what is to pay, without its tax
EQUAL_PARTS = (2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Wish:
    """The tip that the guests wish: an amount, or else a percentage."""

    percent: int = 0
    amount: Decimal | None = None


NO_TIP = Wish()


@dataclass(frozen=True, slots=True)
class PageShare:
    """A share as a tab of the pay panel."""

    id: int
    label: str
    due: str
    is_paid: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip to choose. `percent` 0 is no tip."""

    percent: int
    amount: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PayPanel:
    """The amounts to pay now, for the whole bill or the chosen share. `key` makes a second tap harmless."""

    label: str
    share: int | None
    due: str
    tip: str
    is_other: bool  # a typed tip
    tips: list[Tip]
    card: str
    cash: str
    given: list[Given]
    keypad: str  # its amounts and words, as JSON
    key: str


@dataclass(frozen=True, slots=True)
class PagePayment:
    """A payment. `words` is its method; `left` fills the field of its refund, "" if nothing can go back.

    `tip_left` is what of its tip can go back, "" for nothing; `can_refund` is true if one of both can.
    `other` is the method that was meant if this one is wrong.
    """

    id: int
    words: str
    amount: str
    tip: str
    change: str
    payment: Payment
    left: str
    tip_left: str
    refunded: str
    can_undo: bool
    other: Method | None
    state: str  # "" for a payment that has arrived
    can_cancel: bool
    key: str  # makes a second tap on its refund harmless
    tab: PageTab | None  # while it is open

    @property
    def can_refund(self) -> bool:
        return bool(self.left or self.tip_left)

    @property
    def part(self) -> str:
        """Return the name of its form, for a refusal beside it."""
        return f"refund-{self.id}"

    @property
    def method_part(self) -> str:
        """Return the name of the form that corrects its method."""
        return f"method-{self.id}"


@dataclass(frozen=True, slots=True)
class PageAdjustment:
    """A comp or discount, with the dish that it is for, or "" for the whole bill.

    A service charge that was taken off has no amount: the dishes do not contain it.
    """

    id: int
    words: str
    dish: str
    amount: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class PageService:
    """The service charge on the page."""

    words: str
    amount: str


@dataclass(frozen=True, slots=True)
class BillPage:
    """The page of a bill."""

    statement: Statement
    groups: list[Group]
    adjustments: list[PageAdjustment]
    service: PageService | None
    taxes: list[str]
    shares: list[PageShare]
    columns: list[Column]  # the shares with their dishes, if they have any
    panel: PayPanel | None
    payments: list[PagePayment]
    total: str
    paid: str
    due: str
    excess: str
    written_off: str
    added: str  # what came since the guests saw the bill, "" for nothing
    can_adjust: bool
    can_refund: bool
    managers: list[Membership]
    accounts: Sequence[HouseAccount]  # that the guests may pay on
    tab_key: str  # of a new tab, "" where none can be opened
    deposit: str  # not spent yet, "" for none
    readers: Sequence[CardReader]
    ways: tuple[int, ...] = EQUAL_PARTS

    @property
    def other_groups(self) -> list[Group]:
        """Return the dishes that stand in no column."""
        shown = {each.line.id for column in self.columns for group in column.seat_groups for each in group.lines}
        found = [
            Group(group.seat, [line for line in group.lines if line.id not in shown or line.voided])
            for group in self.groups
        ]
        return [group for group in found if group.lines]

    @property
    def ticks_dishes(self) -> bool:
        """Return whether dishes can be ticked, to make a share of them or to move them between the columns."""
        return self.panel is not None and (not self.columns or can_move(self.statement))

    @property
    def shares_dishes(self) -> bool:
        """Return whether there are two columns or more to share a dish."""
        return sum(column.takes_dishes for column in self.columns) > 1

    @property
    def has_seats(self) -> bool:
        return any(group.seat is not None for group in self.groups)


def read_page(statement: Statement, actor: Actor, *, share_id: int | None = None, tip: Wish = NO_TIP) -> BillPage:
    """Return the page of a bill, with a chosen share and tip."""
    show = shower(statement)
    chosen, groups = _chosen(statement, share_id), groups_of(statement)
    return BillPage(
        statement=statement,
        groups=groups,
        adjustments=_adjustments(statement),
        service=_service(statement),
        taxes=[f"{tax.name} {short(tax.percent)} %: {show(tax.amount)}" for tax in statement.owed.taxes],
        shares=[_page_share(state, chosen, show) for state in shown_shares(statement)],
        columns=columns_of(statement, groups, chosen),
        panel=_panel(statement, chosen, tip),
        payments=_payments(statement),
        total=show(statement.total),
        paid=show(statement.paid) if statement.captured else "",
        due=show(max(statement.open - statement.deposit, ZERO)),
        excess=show(statement.excess) if statement.excess else "",
        written_off=show(statement.written_off) if statement.written_off else "",
        added=_added(statement),
        can_adjust=actor.may(Permission.ADJUST_BILL),
        can_refund=actor.may(Permission.REFUND),
        managers=approvers(actor, Permission.APPROVE_BILL),
        accounts=accounts_to_charge(actor),
        tab_key=uuid4().hex if can_open_tab(statement) else "",
        deposit=show(statement.deposit) if statement.deposit else "",
        readers=readers_of(statement.restaurant.pk),
    )


def tip_of(due: Decimal, percent: int, statement: Statement) -> Decimal:
    """Return a tip in percent of what is to pay without tax and service charge, rounded to the smallest unit."""
    rounding = statement.restaurant.rounding
    whole = units_of(statement.total, rounding)
    if not whole or not percent:
        return ZERO
    net = units_of(statement.total - statement.owed.tax - statement.service.net, rounding)
    exact = units_of(due, rounding) * net * percent * 10_000
    return Rounding(rounding.digits).amount(Rounding(rounding.digits).units(exact, whole * PERCENT))


def _chosen(statement: Statement, share_id: int | None) -> ShareState | None:
    """Return the chosen share while something of it is due, else the first share that owes something, or None."""
    wanted = statement.share(share_id) if share_id is not None else None
    if wanted is not None and wanted.due:
        return wanted
    return next((state for state in statement.shares if state.due), None)


def _adjustments(statement: Statement) -> list[PageAdjustment]:
    names = {line.pk: line.name for line in statement.lines}
    show = shower(statement)
    return [
        PageAdjustment(
            id=row.pk,
            words=_adjusted(row),
            dish=names.get(row.line_id, "") if row.line_id else "",
            amount=show(-statement.taken.get(row.pk, ZERO)) if row.kind != AdjustmentKind.SERVICE else "",
            reason=row.reason,
            by=row.approved_by or row.made_by,
        )
        for row in statement.adjustments
    ]


def _service(statement: Statement) -> PageService | None:
    service = statement.service
    return PageService(service.words, shower(statement)(service.amount)) if service.lines else None


def _adjusted(row: Adjustment) -> str:
    """Return the kind of an adjustment with its percentage; a service charge is mostly taken off as a whole."""
    is_plain = not row.percent or (row.kind == AdjustmentKind.SERVICE and row.percent == 100)
    return str(row.get_kind_display()) if is_plain else f"{row.get_kind_display()} {short(row.percent)} %"


def _page_share(state: ShareState, chosen: ShareState | None, show: Any) -> PageShare:
    return PageShare(
        id=state.share.pk,
        label=state.share.words,
        due=show(state.due),
        is_paid=state.paid > 0 and not state.due,
        is_chosen=state is chosen,
    )


def _panel(statement: Statement, chosen: ShareState | None, wish: Wish) -> PayPanel | None:
    """Return the panel that takes money, or None if nothing is due."""
    due = statement.due if chosen is None else min(chosen.due, statement.due)
    if due <= ZERO:
        return None
    show, restaurant = shower(statement), statement.restaurant
    offered = {each: tip_of(due, each, statement) for each in (0, *TIPS)}
    tip = offered[wish.percent] if wish.amount is None else to_step(wish.amount, restaurant.currency)
    percent = wish.percent if wish.amount is None else next((each for each in offered if offered[each] == tip), None)
    to_pay = due + tip
    cash = to_coin(to_pay, restaurant.cash_rounding)
    return PayPanel(
        label=chosen.share.words if chosen else gettext("Whole bill"),
        share=chosen.share.pk if chosen else None,
        due=show(due),
        tip=_typed(tip, statement),
        is_other=percent is None,
        tips=[Tip(each, show(amount), each == percent) for each, amount in offered.items()],
        card=show(to_pay),
        cash=show(cash),
        given=notes_for(cash, restaurant),
        keypad=keypad_terms(due, tip, restaurant),
        key=uuid4().hex,
    )


def _typed(amount: Decimal, statement: Statement) -> str:
    return text(amount, statement.restaurant.currency)


def _payments(statement: Statement) -> list[PagePayment]:
    show = shower(statement)
    found = []
    for payment in statement.payments:
        left, tip_left = statement.left_of(payment), statement.tip_left_of(payment)
        refunded = payment.to_pay - left - tip_left
        found.append(
            PagePayment(
                id=payment.pk,
                words=str(Method(payment.method).label) if payment.authorised is None else gettext("Tab"),
                amount=show(payment.amount),
                tip=show(payment.tip) if payment.tip else "",
                change=show(payment.change) if payment.change else "",
                payment=payment,
                left=text(left, payment.currency) if left > 0 and payment.has_arrived else "",
                tip_left=text(tip_left, payment.currency) if tip_left > 0 and payment.has_arrived else "",
                refunded=show(refunded) if refunded else "",
                state=state_words(payment),
                can_undo=_is_fresh(payment),
                other=None if refunded else _other_method(payment),
                can_cancel=payment.method in PROVIDERS and payment.status in ASKED_ABOUT and not payment.capture_at,
                key=uuid4().hex,
                tab=page_tab(payment, statement),
            )
        )
    return found


def _is_fresh(payment: Payment) -> bool:
    """Return whether a payment can be undone: one of the last seconds, by a method without a bank."""
    can_be = payment.method in CAN_BE_UNDONE and payment.status == PaymentState.CAPTURED
    return can_be and timezone.now() - payment.taken_at < UNDO_TIME


def _other_method(payment: Payment) -> Method | None:
    """Return the method by which a payment could have been booked wrongly, None for one that cannot be corrected."""
    other = {Method.CASH: Method.TERMINAL, Method.TERMINAL: Method.CASH}.get(Method(payment.method))
    return other if payment.status == PaymentState.CAPTURED else None


def _added(statement: Statement) -> str:
    """Return what the bill grew by since the guests saw it, or ""."""
    seen = statement.bill.presented_total if statement.bill else None
    return shower(statement)(statement.total - seen) if seen is not None and statement.total > seen else ""

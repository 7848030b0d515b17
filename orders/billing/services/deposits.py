"""Services of deposits: a provider collects what a booking needs, and gives it back.

Each follows the steps of a payment: decide under a lock, call the provider outside of it, record the answer.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.deposit_events import DepositGivenBack, DepositTaken
from orders.billing.models import Deposit, Voucher
from orders.billing.provider_calls import (
    FIRST_ASK,
    Answer,
    cancel_call,
    pause_after,
    refund_call,
    start_call,
    status_call,
)
from orders.billing.providers import provider
from orders.billing.providers.base import Collect, Found, FoundRefund, GiveBack
from orders.billing.services.locking import require_reason
from orders.billing.services.spending import add_move
from orders.billing.transitions import (
    DEPOSIT_MOVES,
    DepositState,
    Method,
    PaymentState,
    RefundState,
    Trouble,
    VoucherMoveKind,
)
from orders.billing.vouchers.codes import new_code
from tables.bookings.deposit_steps import deposit_paid
from tables.bookings.hold_steps import lock_book
from tables.bookings.models import Booking

PATIENCE = timedelta(minutes=10)  # then an open charge is cancelled at the provider


def start_deposit(*, booking_id: int, restaurant_id: int) -> Deposit:
    """Let the restaurant's provider collect the deposit of a booking, for its guest. One under way is returned.

    Locks: the book, the deposit. Raises InvalidInput (`no_deposit`, `method_not_offered`), LostRace (`deposit_over`).
    """
    actor = Actor.system(restaurant_id, "guest")
    with UnitOfWork(actor) as work:
        lock_book(work)
        booking = Booking.objects.of_restaurant(restaurant_id).select_related("restaurant").get(pk=booking_id)
        row = locked_deposit(booking_id, work)
        if row is None:
            raise InvalidInput(_("This booking needs no deposit."), code="no_deposit")
        if row.status != DepositState.WANTED:
            return row
        if not booking.waits_for_deposit or booking.deposit_until <= work.now:
            raise LostRace(_("This booking is over. Please book again."), code="deposit_over")
        if not booking.restaurant.online_payments:
            message = _("This restaurant does not offer this way to pay.")
            raise InvalidInput(message, code="method_not_offered")
        change_status(row, DepositState.UNDER_WAY, DEPOSIT_MOVES, what="Deposit")
        row.method, row.key, row.provider_ref, row.pay_url = booking.restaurant.online_payments, uuid4().hex, "", ""
        row.ask_at, row.asked, row.cancel_at = work.now + FIRST_ASK, 0, work.now + PATIENCE
        row.save()
    return _settle(row.pk, start_call(charge_of(row), row.method), row.ask_at)


def ask_about_deposit(*, deposit: Deposit, now: datetime) -> None:
    """Ask the provider about a deposit, or to give it back once more, and record the answer."""
    next_ask = now + pause_after(deposit.asked)
    with UnitOfWork(Actor.system(deposit.restaurant_id, "provider")):
        mine = Deposit.objects.filter(pk=deposit.pk, ask_at=deposit.ask_at)
        claimed = mine.update(ask_at=next_ask, asked=F("asked") + 1)
    if claimed != 1:
        return
    row = Deposit.objects.select_related("booking__restaurant").get(pk=deposit.pk)
    if row.status == DepositState.RETURNING:
        assert row.back_amount is not None
        back = GiveBack(charge_of(row), row.back_key, row.back_ref, row.back_amount)
        _record_back(row, refund_call(back, row.method), next_ask)
    elif row.status == DepositState.UNDER_WAY:
        over = row.cancel_at is not None and row.cancel_at <= now
        _settle(row.pk, (cancel_call if over else status_call)(charge_of(row), row.method), next_ask)
    else:
        Deposit.objects.filter(pk=row.pk, ask_at=next_ask).update(ask_at=None)


def settle_deposit(*, deposit_id: int, reason: str, actor: Actor, in_cash: bool = False) -> Deposit:
    """End a deposit that needed somebody, because it was looked into at the provider.

    One that the provider refused to give back was given back by hand: nothing is owed of it any more. With `in_cash`
    the money leaves the person's till. Locks: the deposit, the voucher, the till. Raises InvalidInput without a
    reason, LostRace (`settled`), NotPermitted, NotYours.
    """
    actor.require(Permission.APPROVE_BILL)
    note = require_reason(reason)
    with UnitOfWork(actor) as work:
        row = Deposit.objects.of_restaurant(work.restaurant_id).filter(pk=deposit_id).locked().first()
        if row is None:
            raise NotYours(_("There is no such deposit."), code="deposit_not_found")
        if row.settled_by or not (row.trouble or row.status == DepositState.FAILED):
            raise LostRace(_("This deposit needs nobody any more."), code="settled")
        row.settled_by, row.settled_note, row.ask_at = actor.label[:120], note, None
        row.save(update_fields=["settled_by", "settled_note", "ask_at"])
        if row.status == DepositState.FAILED:
            _book_back(row, row.balance, work, reason=note, method=Method.CASH if in_cash else "")
    return row  # type: ignore[no-any-return]


def give_back(row: Deposit, work: UnitOfWork) -> None:
    """Let the sweep give the balance of a locked deposit back. One that is on its way is finished first."""
    require_transaction()
    if not row.balance or row.status == DepositState.RETURNING:
        return
    change_status(row, DepositState.RETURNING, DEPOSIT_MOVES, what="Deposit")
    row.back_key, row.back_ref, row.back_amount = uuid4().hex, "", row.balance
    row.ask_at, row.asked = work.now, 0
    row.settled_by = row.settled_note = ""  # the move of what was given back by hand keeps the note
    row.save()


def locked_deposit(booking_id: int, work: UnitOfWork) -> Deposit | None:
    """Return the locked deposit of a booking, or None."""
    require_transaction()
    rows = Deposit.objects.of_restaurant(work.restaurant_id).filter(booking=booking_id).locked()
    return next(iter(rows), None)


def charge_of(row: Deposit) -> Collect:
    """Return what a provider is asked to collect for a deposit."""
    return Collect(
        restaurant_id=row.restaurant_id,
        key=row.key or "",
        ref=row.provider_ref,
        amount=row.amount,
        currency=row.currency,
        account=provider(row.method).account(row.restaurant_id),
        bill=f"deposit-{row.pk}",
        words=row.booking.restaurant.name,
        return_url=f"{settings.PUBLIC_URL}{reverse('pay:deposit', args=[row.booking.token])}",
    )


def _settle(deposit_id: int, answer: Answer, ask_at: datetime | None) -> Deposit:
    """Record an answer about a charge. A late or double one changes nothing. Locks: the book, the deposit."""
    known = Deposit.objects.get(pk=deposit_id)
    with UnitOfWork(Actor.system(known.restaurant_id, "provider")) as work:
        lock_book(work)
        rows = Deposit.objects.filter(pk=deposit_id).select_related("booking__restaurant")
        row: Deposit = rows.locked().get()
        found = answer.found
        if row.status != DepositState.UNDER_WAY or row.trouble:
            return row
        if found is not None:
            row.provider_ref, row.pay_url = found.ref, found.pay_url
            _record_found(row, found, work)
        elif answer.refused:
            _end_charge(row, work)
        final = row.trouble or row.status not in (DepositState.UNDER_WAY, DepositState.RETURNING)
        if final and row.ask_at == ask_at:
            row.ask_at = None
        row.save()
    return row


def _record_found(row: Deposit, found: Found, work: UnitOfWork) -> None:
    if (trouble := _trouble_of(charge_of(row), found)) is not None:
        row.trouble = trouble
    elif found.state == PaymentState.CAPTURED:
        _take(row, work)
    elif found.state in (PaymentState.CANCELLED, PaymentState.EXPIRED):
        _end_charge(row, work)
    elif found.state == PaymentState.DECLINED:  # the guest tries again with a new charge
        row.cancel_at = row.ask_at = work.now


def _trouble_of(charge: Collect, found: Found) -> Trouble | None:
    if found.account != charge.account:
        return Trouble.ACCOUNT
    if found.bill != charge.bill:
        return Trouble.BILL
    if found.currency != charge.currency:
        return Trouble.CURRENCY
    return Trouble.AMOUNT if found.amount != charge.amount else None


def _take(row: Deposit, work: UnitOfWork) -> None:
    """Put the money on a voucher of its own. Guests who are not expected any more get it back."""
    change_status(row, DepositState.PAID, DEPOSIT_MOVES, what="Deposit")
    row.pay_url = ""
    row.voucher = Voucher.objects.create(
        restaurant_id=work.restaurant_id,
        code=new_code(),
        currency=row.currency,
        value=row.amount,
        balance=row.amount,
        method=row.method,
        sold_at=work.now,
        sold_by=row.booking.guest_name[:120],
        credential=work.actor.credential,
    )
    row.save()
    move = add_move(row.voucher, VoucherMoveKind.DEPOSIT, row.amount, work)
    work.record(DepositTaken(voucher=row.voucher, move=move))
    if not deposit_paid(row.booking_id, work):
        give_back(row, work)


def _end_charge(row: Deposit, work: UnitOfWork) -> None:
    """End a charge without money: the guest may try again while the table is kept."""
    booking: Booking = row.booking
    booking.refresh_from_db()
    new = DepositState.WANTED if booking.waits_for_deposit else DepositState.LAPSED
    change_status(row, new, DEPOSIT_MOVES, what="Deposit")
    row.pay_url, row.cancel_at = "", None


def _record_back(known: Deposit, found: FoundRefund, ask_at: datetime) -> None:
    """Record what became of the money that goes back. Locks: the deposit, the voucher."""
    with UnitOfWork(Actor.system(known.restaurant_id, "provider")) as work:
        row: Deposit = Deposit.objects.filter(pk=known.pk).select_related("booking__restaurant").locked().get()
        if row.status != DepositState.RETURNING or row.back_key != known.back_key:
            return
        row.back_ref = found.ref
        if found.state == RefundState.FAILED:
            change_status(row, DepositState.FAILED, DEPOSIT_MOVES, what="Deposit")
            row.ask_at = None
        elif found.state == RefundState.REFUNDED:
            _give(row, work)
        row.save()


def _give(row: Deposit, work: UnitOfWork) -> None:
    _book_back(row, row.back_amount or ZERO, work)
    give_back(row, work)  # what came back from the bill meanwhile


def _book_back(row: Deposit, amount: Decimal, work: UnitOfWork, *, reason: str = "", method: str = "") -> None:
    """Take what went back off the voucher of a locked deposit. `method` is "" for the way in which it was paid."""
    assert row.voucher_id is not None  # it was paid
    voucher: Voucher = Voucher.objects.filter(pk=row.voucher_id).locked().get()
    voucher.balance -= amount
    voucher.save(update_fields=["balance"])
    row.voucher = voucher
    move = add_move(voucher, VoucherMoveKind.GIVEN_BACK, -amount, work, reason=reason)
    work.record(DepositGivenBack(voucher=voucher, move=move, by=method))
    change_status(row, DepositState.RETURNED, DEPOSIT_MOVES, what="Deposit")
    row.ask_at = None
    row.save()

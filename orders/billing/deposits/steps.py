"""Steps of units of work about deposits: what bookings want, and what becomes of the money."""

from collections.abc import Sequence
from decimal import Decimal

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.deposit_events import DepositKept
from orders.billing.events import BillPaid
from orders.billing.models import Deposit, Voucher
from orders.billing.services.deposits import give_back, locked_deposit
from orders.billing.services.locking import lock_bill
from orders.billing.services.spending import add_move
from orders.billing.services.using_deposits import spend_deposit
from orders.billing.transitions import DEPOSIT_MOVES, DepositState, VoucherMoveKind
from orders.billing.voucher_events import VoucherReturned
from tables.bookings.events import BookingCancelled, BookingMovedOn, DepositWanted
from tables.bookings.models import Booking
from tables.bookings.transitions import BookingStatus
from tables.events import PartyCompleted
from tables.families import family_of


def want_deposits(events: Sequence[DepositWanted], work: UnitOfWork) -> None:
    """Note the deposits that bookings need; their guests pay them on a page of their own."""
    require_transaction()
    currency = restaurant_by_id(work.restaurant_id).currency
    for event in events:
        amount = event.booking.deposit
        assert amount is not None  # the event says so
        Deposit.objects.create(
            restaurant_id=work.restaurant_id,
            booking=event.booking,
            amount=amount,
            currency=currency,
            wanted_at=work.now,
        )


def end_deposits(events: Sequence[BookingCancelled], work: UnitOfWork) -> None:
    """Give the deposits of cancelled bookings back, or keep those of guests who cancelled too late.

    When the house cancels, the guests get it back in any case.
    """
    require_transaction()
    for event in events:
        row = locked_deposit(event.booking.pk, work)
        if row is None:
            continue
        until = event.booking.deposit_refundable_until
        in_time = until is None or work.now <= until
        if row.status == DepositState.PAID and (in_time or work.actor.kind != "system"):
            give_back(row, work)
        elif row.status == DepositState.PAID:
            _keep(row, work)
        else:
            _end_unpaid(row, work)


def follow_guests(events: Sequence[BookingMovedOn], work: UnitOfWork) -> None:
    """Keep the deposits of guests who did not come, and undo that with the no-show. Seated guests owe none any more."""
    require_transaction()
    for event in events:
        status = event.booking.status
        undone = event.before == BookingStatus.NO_SHOW
        if status not in (BookingStatus.NO_SHOW, BookingStatus.SEATED) and not undone:
            continue
        row = locked_deposit(event.booking.pk, work)
        if row is None:
            continue
        if status == BookingStatus.NO_SHOW and row.status == DepositState.PAID:
            _keep(row, work)
        elif undone and row.status == DepositState.KEPT:
            _unkeep(row, work)
        elif not undone:
            _end_unpaid(row, work)


def spend_deposits(events: Sequence[BillPaid], work: UnitOfWork) -> None:
    """Take the deposit off a bill whose rest is paid."""
    require_transaction()
    for event in events:
        statement = event.statement
        if statement.deposit and statement.lines and statement.open > ZERO and not statement.due + statement.reserved:
            spend_deposit(lock_bill(statement.party.pk, work), work)


def close_deposits(events: Sequence[PartyCompleted], work: UnitOfWork) -> None:
    """Take deposits off the bills of guests who have left, and give back what is left of them."""
    require_transaction()
    for event in events:
        family = family_of(event.party)
        seated = Booking.objects.of_restaurant(work.restaurant_id).filter(party__in=family)
        found = list(seated.filter(deposit_paid_at__isnull=False).values_list("pk", flat=True))
        if found and event.party.joined_to_id is None:
            spend_deposit(lock_bill(event.party.pk, work), work)
        for booking in found:
            row = locked_deposit(booking, work)
            if row is not None and row.status == DepositState.PAID:
                give_back(row, work)


def give_returned_back(events: Sequence[VoucherReturned], work: UnitOfWork) -> None:
    """Give what a refund of the bill put back on a deposit to the guests."""
    require_transaction()
    for event in events:
        rows = Deposit.objects.of_restaurant(work.restaurant_id).filter(voucher=event.voucher)
        row = next(iter(rows.select_related("voucher").locked()), None)
        if row is not None and row.status in (DepositState.PAID, DepositState.RETURNED, DepositState.FAILED):
            give_back(row, work)


def _end_unpaid(row: Deposit, work: UnitOfWork) -> None:
    """Want a deposit no more. A charge under way is cancelled by the sweep."""
    if row.status == DepositState.WANTED:
        change_status(row, DepositState.LAPSED, DEPOSIT_MOVES, what="Deposit")
        row.save()
    elif row.status == DepositState.UNDER_WAY:
        row.cancel_at = row.ask_at = work.now
        row.save()


def _keep(row: Deposit, work: UnitOfWork) -> None:
    _move(row, -row.balance, DepositState.KEPT, work)


def _unkeep(row: Deposit, work: UnitOfWork) -> None:
    kept = row.voucher.moves.filter(kind=VoucherMoveKind.KEPT).last() if row.voucher else None
    if kept is not None:
        _move(row, -kept.amount, DepositState.PAID, work)


def _move(row: Deposit, amount: Decimal, new: DepositState, work: UnitOfWork) -> None:
    assert row.voucher_id is not None  # it was paid
    voucher: Voucher = Voucher.objects.filter(pk=row.voucher_id).locked().get()
    voucher.balance += amount
    voucher.save(update_fields=["balance"])
    change_status(row, new, DEPOSIT_MOVES, what="Deposit")
    row.voucher = voucher
    row.save()
    work.record(DepositKept(voucher=voucher, move=add_move(voucher, VoucherMoveKind.KEPT, amount, work)))

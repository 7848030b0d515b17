"""The service that takes payments in cash, with a voucher or on an account, or records those of the card terminal."""

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.events import BillPaid, PaymentTaken
from orders.billing.services.locking import lock_bill, touch_bill
from orders.billing.services.on_account import account_in, charge, with_account_name
from orders.billing.services.spending import limited_to_balance, spend, voucher_in
from orders.billing.services.starting import start_payment
from orders.billing.services.tenders import Taken, Tender, checked, insert_payment, lock_share, share_of, taken_before
from orders.billing.transitions import PROVIDERS, Method
from orders.services import Once
from tables.transitions import PartyStatus


def take_payment(*, party_id: int, tender: Tender, actor: Actor, once: Once | None = None) -> Taken:
    """Take a payment for the bill of a party. One by a provider is only started.

    Guests at the table pay with a voucher, or by a provider. Locks: table, party, bill. Raises LostRace (`nothing_due`;
    `amount_taken` with `due` and `reserved`), InvalidInput (`amount_above_due`, `tendered_too_small`, `party_left` for
    guests), those of vouchers and accounts, ReusedKey, NotPermitted, NotYours.
    """
    if tender.method in PROVIDERS:
        return start_payment(party_id=party_id, tender=tender, actor=actor, once=once)
    try:
        return _take(party_id, tender, actor, once)
    except IntegrityError:  # a request with this key for another party was first
        return _take(party_id, tender, actor, once)


def _take(party_id: int, tender: Tender, actor: Actor, once: Once | None) -> Taken:
    _require_right(tender, actor)
    with UnitOfWork(actor) as work:
        if (known := taken_before(once, work)) is not None:
            return Taken(known, True)
        locked = lock_bill(party_id, work)
        if (known := taken_before(once, work)) is not None:  # while this request waited for the lock
            return Taken(known, True)
        if actor.is_guest and locked.party.status != PartyStatus.SEATED:
            raise InvalidInput(_("This bill is closed."), code="party_left")
        share = share_of(tender, locked.statement)
        voucher = voucher_in(tender, locked.restaurant, work)
        account = account_in(tender, locked.restaurant, work)
        offered = checked(tender, share, locked)
        if voucher is not None:
            offered = limited_to_balance(offered, voucher, is_typed=tender.amount is not None)
        if account is not None:
            offered = with_account_name(offered, account)
        payment = insert_payment(offered, locked, work, once)
        if voucher is not None:
            spend(voucher, payment, work)
        if account is not None:
            charge(account, payment, work)
        if share is not None:
            lock_share(share, locked.statement)
        touch_bill(locked.bill)
        work.record(PaymentTaken(payment=payment, table=locked.party.table_id))
        work.record(BillPaid(statement=locked.read_again()))
    return Taken(payment, False)


def _require_right(tender: Tender, actor: Actor) -> None:
    """Refuse people without a right; guests at the table may pay with a voucher alone. Raises NotPermitted."""
    if not (actor.is_guest and tender.method == Method.VOUCHER):
        actor.require(Permission.TAKE_PAYMENT)

"""The service that settles a bill with the deposit of its guests, where that is enough."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.events import BillPaid, PaymentTaken
from orders.billing.models import Voucher
from orders.billing.services.locking import Locked, lock_bill, touch_bill
from orders.billing.services.spending import spend
from orders.billing.services.tenders import Tender, insert_payment
from orders.billing.statements import Statement
from orders.billing.transitions import Method


def use_deposit(*, party_id: int, actor: Actor) -> Statement:
    """Take the deposit off a bill now. It also happens when the rest is paid, or when the guests leave.

    Locks: table, party, bill, voucher. Raises LostRace (`nothing_due`), NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        if locked.statement.deposit <= ZERO or locked.statement.open - locked.statement.reserved <= ZERO:
            raise LostRace(_("Nothing is due."), code="nothing_due")
        spend_deposit(locked, work)
        return locked.read_again()


def spend_deposit(locked: Locked, work: UnitOfWork) -> None:
    """Pay a bill from the deposits of its guests, as far as they go. The caller holds the lock of the bill."""
    require_transaction()
    left, spent = locked.statement.open - locked.statement.reserved, False
    for voucher in Voucher.objects.filter(pk__in=[row.pk for row in locked.statement.deposits]).order_by("pk"):
        amount = min(left, voucher.balance)
        if amount > ZERO:
            payment = insert_payment(Tender(Method.DEPOSIT, amount=amount), locked, work, None)
            spend(voucher, payment, work)
            work.record(PaymentTaken(payment=payment, table=locked.party.table_id))
            left, spent = left - amount, True
    if spent:
        touch_bill(locked.bill)
        work.record(BillPaid(statement=locked.read_again()))

"""The service that settles a bill with the deposit of its guests, where that is enough."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.deposits.steps import spend_deposit
from orders.billing.services.locking import lock_bill
from orders.billing.statements import Statement


def use_deposit(*, party_id: int, actor: Actor) -> Statement:
    """Take the deposit off a bill now. By itself that happens when the rest is paid, or when the guests leave.

    Locks: table, party, bill, voucher. Raises LostRace (`nothing_due`), NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        if locked.statement.deposit <= ZERO or locked.statement.open - locked.statement.reserved <= ZERO:
            raise LostRace(_("Nothing is due."), code="nothing_due")
        spend_deposit(locked, work)
        return locked.read_again()

"""Parts of the services of bills: the lock, the limits of a role, and the checks of amounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours, Stale
from bistro.core.kernel.money import display, fits
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.events import BillPresented
from orders.billing.models import Bill
from orders.billing.statements import Statement, read_statement
from orders.services.seating import Versions
from tables.families import family_of
from tables.models import Party
from tables.phase_steps import note_bill_asked
from tables.stay_steps import lock_stay


@dataclass(frozen=True, slots=True)
class Locked:
    """The locked bill of a party, with everything that it says now."""

    party: Party
    bill: Bill
    restaurant: Restaurant
    statement: Statement

    def read_again(self) -> Statement:
        """Read the bill again, with the changes of this unit of work."""
        return read_statement(self.party, self.restaurant)


def lock_bill(party_id: int, work: UnitOfWork, versions: Versions = None) -> Locked:
    """Lock the bill of a party; the first call makes its row.

    Locks: table, party, bill. Raises NotYours, Stale, InvalidInput (`party_joined`) for guests who joined others.
    """
    require_transaction()
    party = lock_stay(party_id, work).party
    if party.joined_to_id is not None:
        message = _("These guests joined others. Their bill is with them.")
        raise InvalidInput(message, code="party_joined", party=party.joined_to_id)
    rows = list(Bill.objects.of_restaurant(work.restaurant_id).filter(party__in=family_of(party)).locked())
    own = next((bill for bill in rows if bill.party_id == party.pk), None)
    if own is None:
        own = Bill.objects.create(restaurant_id=work.restaurant_id, party=party)
    restaurant = Restaurant.objects.get(pk=work.restaurant_id)
    statement = read_statement(party, restaurant)
    if versions is not None and statement.version not in versions:
        raise Stale(_("Someone changed this bill. Load it again."), current_version=statement.version)
    return Locked(party, own, restaurant, statement)


def mark_presented(locked: Locked, work: UnitOfWork) -> Statement:
    """Mark the bill as presented to the guests as it is now, and return it."""
    require_transaction()
    bill = locked.bill
    bill.presented_at, bill.presented_total = work.now, locked.statement.total
    touch_bill(bill, "presented_at", "presented_total")
    note_bill_asked(locked.party.pk, work)
    after = locked.read_again()
    work.record(BillPresented(statement=after))
    return after


def touch_bill(bill: Bill, *fields: str) -> None:
    """Save these fields and raise the version."""
    require_transaction()
    bill.version += 1
    bill.save(update_fields=[*fields, "version"])


def require_money(amount: Decimal, currency: str, field: str, *, zero: bool = False) -> None:
    """Refuse a negative amount, nothing unless `zero`, or more decimals than the currency has. Raises InvalidInput."""
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 10 or not fits(amount, currency):
        message = _("This is not an amount in %(currency)s.") % {"currency": currency}
    elif amount < 0 or (amount == 0 and not zero):
        message = _("The amount must be above zero.")
    else:
        return
    raise InvalidInput(message, fields={field: [message]})


def require_reason(text: str) -> str:
    """Return a reason without white space around it. Raises InvalidInput if there is none."""
    reason = clean_text(text)[:200]
    if not reason:
        message = _("Give a reason.")
        raise InvalidInput(message, fields={"reason": [message]})
    return reason


def require_approval(*, amount: Decimal, restaurant: Restaurant, actor: Actor, approver: Actor | None) -> str:
    """Return the name of the person who approved an amount, or "" if it is within the restaurant's limit.

    Raises InvalidInput (`approval_required`) above the restaurant's limit without a manager.
    """
    limit = restaurant.price_limit
    if actor.may(Permission.APPROVE_BILL):
        return actor.label[:120]
    if limit is None or amount <= limit:
        return ""
    if approver is None or not approver.may(Permission.APPROVE_BILL):
        shown = display(limit, restaurant.currency, restaurant.locale)
        message = _("A manager must approve more than %(limit)s.") % {"limit": shown}
        raise InvalidInput(message, code="approval_required", fields={"approval": [message]})
    return approver.label[:120]


def require_lines(lines: Iterable[int], statement: Statement) -> None:
    """Refuse lines that are not dishes of the bill. Raises NotYours (`line_not_found`)."""
    if not statement.owed.with_service.keys() >= set(lines):
        raise NotYours(_("There is no such line on this bill."), code="line_not_found")

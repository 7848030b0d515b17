"""Steps of units of work that keep bills with their guests."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, display, text
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.events import BillAdjusted, BillPaid, BillWrittenOff
from orders.billing.models import Bill, Payment, ServiceRule, Share
from orders.billing.selectors import service_rules
from orders.billing.statements import Statement, counted, read_statement
from orders.billing.transitions import RESERVING
from orders.events import BillReduced, LinesMoved, OrderCancelled, OrderEdited, OrderWithdrawn
from tables.events import PartyCompleted, PartyJoined, PartySeated
from tables.families import family_of
from tables.models import Party
from tables.phase_steps import note_not_paid, note_paid

Lowered = BillReduced | LinesMoved | OrderCancelled | OrderEdited | OrderWithdrawn


def carry_bills(events: Sequence[PartySeated], work: UnitOfWork) -> None:
    """Move the bill of guests who separated from a joined party to their new party."""
    require_transaction()
    for event in events:
        if event.continues is not None:
            _shift_seats(event.continues, -event.continues.seat_shift)
            Bill.objects.of_restaurant(work.restaurant_id).filter(party=event.continues).update(party=event.party)


def note_paid_stays(events: Sequence[BillPaid], work: UnitOfWork) -> None:
    """Note the phase of the stays whose guests have paid everything, and take it back when money is due again."""
    require_transaction()
    for event in events:
        note = note_paid if event.statement.open <= ZERO else note_not_paid
        note(event.statement.party.pk, work)


def release_tabs(events: Sequence[BillPaid | BillWrittenOff], work: UnitOfWork) -> None:
    """Let the sweep release the tabs of bills of which nothing is left to pay."""
    require_transaction()
    for event in events:
        statement = event.statement
        if statement.state in ("settled", "written_off"):
            _release([payment.pk for payment in statement.payments if payment.is_open_tab], work)


def release_left_tabs(events: Sequence[PartyCompleted], work: UnitOfWork) -> None:
    """Let the sweep release the tabs of guests who have left."""
    require_transaction()
    for event in events:
        tabs = Payment.objects.of_restaurant(work.restaurant_id).filter(authorised__isnull=False, capture_at=None)
        own = tabs.filter(bill__party__in=family_of(event.party), status__in=RESERVING)
        _release(list(own.values_list("pk", flat=True)), work)


def _release(payments: Sequence[int], work: UnitOfWork) -> None:
    if payments:
        Payment.objects.filter(pk__in=payments).update(cancel_at=work.now, ask_at=work.now)


def count_seats_on(events: Sequence[PartyJoined], work: UnitOfWork) -> None:
    """Count the seats of shares on, as those of the guests who joined."""
    require_transaction()
    for event in events:
        _shift_seats(event.party, event.party.seat_shift)


def _shift_seats(guests: Party, shift: int) -> None:
    """Add to the seats of the shares of guests, and of those who joined them."""
    shares = Share.objects.filter(bill__party__in=family_of(guests), seat__isnull=False)
    shares.update(seat=F("seat") + shift)


def require_paid(party: Party, work: UnitOfWork) -> None:
    """Refuse to clear the table of guests who owe money, where the restaurant wants that.

    The caller holds the lock of the party, which every payment takes too. Raises InvalidInput (`bill_open`).
    """
    require_transaction()
    restaurant = restaurant_by_id(work.restaurant_id)
    if not restaurant.bills_required:
        return
    statement = read_statement(party, restaurant)
    left = statement.open - statement.deposit
    if left > ZERO:
        message = _("%(amount)s is still to pay. Take the payment, or write it off on the bill.")
        shown = display(left, restaurant.currency, restaurant.locale)
        raise InvalidInput(message % {"amount": shown}, code="bill_open", due=text(left, restaurant.currency))


def keep_service_charge(party: Party, size: int | None, work: UnitOfWork) -> None:
    """Refuse a number of guests that ends a service charge which they have seen or paid for, or an unknown number.

    Such a charge is taken off on the bill, with a reason and an approval. The caller holds the lock of the party, which
    every payment takes too. Raises InvalidInput (`service_charged`).
    """
    require_transaction()
    is_lower = party.size is not None and (size is None or size < party.size)
    if not is_lower or not ServiceRule.objects.of_restaurant(work.restaurant_id).filter(from_size__gt=0).exists():
        return
    statement = read_statement(party, restaurant_by_id(work.restaurant_id))
    rule = service_rules([order for order in statement.orders if order.is_kept]).get(party.pk)
    if rule is None or rule.is_for(size) or not statement.service.amount:
        return
    if size is None:
        message = _("Enter the number of all guests first: the service charge depends on it.")
    elif statement.state != "open" or counted(statement.payments):
        message = _("The guests have seen their bill with a service charge. Take it off on the bill, with a reason.")
    else:
        return
    raise InvalidInput(message, code="service_charged", fields={"size": [message]})


def lower_for_orders(events: Sequence[Lowered], work: UnitOfWork) -> None:
    """Lower the write-offs of guests whose dishes were voided, moved or cancelled.

    Costs three queries for a party without a write-off.
    """
    require_transaction()
    known = {event.order.party_id for event in events if event.order.party_id is not None}
    for party in Party.objects.of_restaurant(work.restaurant_id).filter(pk__in=known).order_by("pk"):
        if Bill.objects.filter(party__in=family_of(party), written_off__gt=ZERO).exists():
            _lower(read_statement(party, restaurant_by_id(work.restaurant_id)))


def lower_for_bills(events: Sequence[BillAdjusted | BillPaid], work: UnitOfWork) -> None:
    """Lower the write-off of a bill that was reduced, or paid after all."""
    require_transaction()
    for event in events:
        _lower(event.statement)


def _lower(statement: Statement) -> None:
    """Take what was given up too much from the newest write-offs. Another process may have done it already."""
    too_much = statement.given_up - statement.written_off
    for bill in sorted(statement.bills, key=lambda each: -each.pk):
        part = min(too_much, bill.written_off)
        if part > ZERO:
            rows = Bill.objects.filter(pk=bill.pk, written_off=bill.written_off)
            rows.update(written_off=bill.written_off - part, version=F("version") + 1)
            too_much -= part

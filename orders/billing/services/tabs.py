"""Services of tabs: an amount that the bank holds for a bill, captured when the guests pay, else released.

A tab is a payment that is only authorised. It takes nothing off the bill until its capture is asked for, and counts as
paid when it is captured. It is never authorised again.
"""

from dataclasses import replace
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.access import holder_of, payment_for
from orders.billing.events import BillPaid, PaymentChanged, PaymentStarted
from orders.billing.models import Payment, PaymentAttempt
from orders.billing.provider_calls import FIRST_ASK, Answer, cancel_call, capture_call, charge_of
from orders.billing.providers import provider
from orders.billing.services.locking import Locked, lock_bill, require_money, touch_bill
from orders.billing.services.settling import settle_payment
from orders.billing.services.starting import PATIENCE, add_attempt, call_provider, require_offered
from orders.billing.services.tenders import Taken, Tender, checked, insert_payment, taken_before, tip_recipient
from orders.billing.transitions import ASKED_ABOUT, Method, PaymentState
from orders.services import Once


def open_tab(*, party_id: int, amount: Decimal, actor: Actor, once: Once | None = None) -> Taken:
    """Let the restaurant's provider hold an amount for the bill of a party, for staff or a guest at the table.

    A lost answer leaves it unknown, and the sweep asks. A guest who does not go on within ten minutes has no tab.
    Locks: table, party, bill. Raises InvalidInput (`method_not_offered`, `no_tabs`, `party_left`), LostRace
    (`tab_open`), ReusedKey, NotPermitted, NotYours.
    """
    if not actor.is_guest:
        actor.require(Permission.TAKE_PAYMENT)
    try:
        taken = _open(party_id, amount, actor, once)
    except IntegrityError:  # a request with this key for another party was first
        taken = _open(party_id, amount, actor, once)
    return taken if taken.replayed else call_provider(taken=taken, actor=actor)


def capture_tab(*, payment_id: int, actor: Actor, amount: Decimal | None = None, tip: Decimal = ZERO) -> Payment:
    """Collect what the guests pay from their tab; the rest of it is released. Once is enough.

    Without an `amount` all that is due is captured, as far as it and the `tip` fit into the tab. A second call for the
    same is the first one. The amount is reserved before the provider is called; without an answer the sweep asks.
    Locks: table, party, bill, payment. Raises InvalidInput (`not_a_tab`, `tab_too_small`, `amount_above_due`), LostRace
    (`tab_over`, `tab_captured`, `capture_refused`, `nothing_due`, `amount_taken`), NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_PAYMENT)
    payment = payment_for(actor, payment_id)
    with UnitOfWork(actor) as work:
        locked = lock_bill(holder_of(payment.bill), work)
        row = _tab(payment, work)
        if row.capture_at is not None:
            return _captured_before(row, amount, tip)
        _require_open(row, work)
        tender = _from_tab(row, amount, tip, locked)
        assert tender.amount is not None
        row.amount, row.tip, row.capture_at = tender.amount, tip, work.now
        for name, value in tip_recipient(tip, locked, work).items():
            setattr(row, name, value)
        row.taken_by, row.taken_by_staff_id = work.actor.label[:120], work.actor.id if work.actor.is_staff else None
        row.ask_at = work.now + FIRST_ASK
        row.save()
        _touch(row, locked, work)
    row = _settled(row, actor, capture=True)
    if row.status == PaymentState.AUTHORISED and row.capture_at is None:
        raise LostRace(_("The bank did not pay from this tab. Take another payment."), code="capture_refused")
    return row


def release_tab(*, payment_id: int, actor: Actor) -> Payment:
    """Give a tab back without taking anything. Without an answer the sweep releases it.

    Locks: table, party, bill, payment. Raises InvalidInput (`not_a_tab`), LostRace (`already_paid`, `tab_captured`),
    NotPermitted, NotYours.
    """
    if not actor.is_guest:
        actor.require(Permission.TAKE_PAYMENT)
    payment = payment_for(actor, payment_id)
    with UnitOfWork(actor) as work:
        lock_bill(holder_of(payment.bill), work)
        row = _tab(payment, work)
        if row.has_arrived:
            raise LostRace(_("This was paid already. Give the money back with a refund."), code="already_paid")
        if row.is_reserving and row.capture_at is not None:
            raise LostRace(_("This tab is being charged at this moment."), code="tab_captured")
        if row.status not in ASKED_ABOUT:
            return row
        row.cancel_at, row.ask_at = work.now, work.now + FIRST_ASK  # from here on the sweep releases it
        row.save(update_fields=["cancel_at", "ask_at"])
    return _settled(row, actor, capture=False)


def _open(party_id: int, amount: Decimal, actor: Actor, once: Once | None) -> Taken:
    with UnitOfWork(actor) as work:
        if (known := taken_before(once, work)) is not None:
            return Taken(known, True)
        locked = lock_bill(party_id, work)
        if (known := taken_before(once, work)) is not None:  # while this request waited for the lock
            return Taken(known, True)
        restaurant = locked.restaurant
        if not restaurant.online_payments:
            raise InvalidInput(_("This restaurant does not offer this way to pay."), code="method_not_offered")
        tender = Tender(method=Method(restaurant.online_payments), amount=amount)
        require_offered(tender=tender, locked=locked, actor=actor)
        if not provider(tender.method).can_hold:
            raise InvalidInput(_("This provider cannot hold money for a tab."), code="no_tabs")
        require_money(amount, restaurant.currency, "amount")
        if any(each.is_open_tab for each in locked.statement.payments):
            raise LostRace(_("These guests have a tab already."), code="tab_open")
        payment = insert_payment(tender, locked, work, once)
        payment.authorised = amount
        payment.ask_at, payment.cancel_at = work.now + FIRST_ASK, work.now + PATIENCE
        payment.save(update_fields=["authorised", "ask_at", "cancel_at"])
        add_attempt(payment, locked, work)
        touch_bill(locked.bill)
        work.record(PaymentStarted(payment=payment, table=locked.party.table_id))
    return Taken(payment, False)


def _tab(payment: Payment, work: UnitOfWork) -> Payment:
    """Return the locked row of a tab. Raises InvalidInput (`not_a_tab`)."""
    row: Payment = Payment.objects.of_restaurant(work.restaurant_id).locked().get(pk=payment.pk)
    if row.authorised is None:
        raise InvalidInput(_("This payment is no tab."), code="not_a_tab")
    return row


def _captured_before(row: Payment, amount: Decimal | None, tip: Decimal) -> Payment:
    """Return a tab whose capture was asked for before. Raises LostRace (`tab_captured`) for another amount."""
    same = amount in (None, row.amount) and tip == row.tip
    if not same or not (row.is_reserving or row.has_arrived):
        raise LostRace(_("This tab was charged already."), code="tab_captured")
    return row


def _require_open(row: Payment, work: UnitOfWork) -> None:
    """Refuse a tab that is not held, or that is being released. Raises LostRace (`tab_over`)."""
    over = row.capture_before is not None and row.capture_before <= work.now
    if row.status != PaymentState.AUTHORISED or row.cancel_at is not None or row.trouble or over:
        raise LostRace(_("This tab is not open. Take another payment."), code="tab_over")


def _from_tab(row: Payment, amount: Decimal | None, tip: Decimal, locked: Locked) -> Tender:
    """Return what is taken from a tab. Raises InvalidInput (`tab_too_small`)."""
    assert row.authorised is not None
    require_money(tip, row.currency, "tip", zero=True)
    tender = checked(Tender(method=Method(row.method), amount=amount, tip=tip), None, locked)
    assert tender.amount is not None
    if amount is None:
        tender = replace(tender, amount=min(tender.amount, row.authorised - tip))
    if tender.amount is None or tender.amount <= ZERO or tender.amount + tip > row.authorised:
        shown = display(row.authorised, row.currency, locked.restaurant.locale)
        message = _("Only %(amount)s is held on this tab.") % {"amount": shown}
        raise InvalidInput(message, code="tab_too_small", fields={"amount": [message]})
    return tender


def _touch(row: Payment, locked: Locked, work: UnitOfWork) -> None:
    touch_bill(locked.bill)
    work.record(PaymentChanged(payment=row, table=locked.party.table_id))
    work.record(BillPaid(statement=locked.read_again()))


def _settled(row: Payment, actor: Actor, *, capture: bool) -> Payment:
    """Ask the provider for what was decided, and record its answer."""
    attempts = PaymentAttempt.objects.select_related("payment__bill__party__table", "payment__restaurant")
    attempt = attempts.filter(payment=row).latest("number")
    call = capture_call if capture else cancel_call
    answer: Answer = call(charge_of(attempt), row.method)
    return settle_payment(attempt_id=attempt.pk, answer=answer, actor=actor, ask_at=row.ask_at)

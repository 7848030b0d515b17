"""The service that lets a provider collect a payment: reserve the amount, call the provider, record the answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.events import BillPaid, PaymentStarted
from orders.billing.links import payment_link
from orders.billing.models import Payment, PaymentAttempt, Share, claims_json
from orders.billing.provider_calls import charge_of, first_ask, start_call
from orders.billing.services.locking import Locked, lock_bill, require_lines, touch_bill
from orders.billing.services.reading import require_reader, require_ready
from orders.billing.services.settling import settle_payment
from orders.billing.services.tenders import Taken, Tender, checked, insert_payment, lock_share, share_of, taken_before
from orders.billing.splitting import Parts
from orders.billing.transitions import Method, ShareKind
from orders.services import Once
from tables.transitions import PartyStatus

PATIENCE = timedelta(minutes=10)  # then an open payment is cancelled at the provider and its amount is free again
READER_PATIENCE = timedelta(minutes=3)  # the guests stand before it


def start_payment(
    *,
    party_id: int,
    tender: Tender,
    actor: Actor,
    once: Once | None = None,
    dishes: Sequence[int] = (),
) -> Taken:
    """Start a payment by the restaurant's provider, for staff or a guest at the table.

    The amount is reserved first; the provider is called outside of any unit of work. A lost answer leaves the payment
    unknown, and the sweep asks. `dishes` are lines that a guest pays for, and become a share of their own.
    Locks: table, party, bill. Raises LostRace (`nothing_due`, `amount_taken`, `bill_changed`, `dish_taken`,
    `reader_busy`), InvalidInput (`amount_above_due`, `method_not_offered`, `reader_not_found`, `party_left`),
    ProviderMissing for a reader without Stripe's package or key, ReusedKey, NotPermitted, NotYours.
    """
    if not actor.is_guest:
        actor.require(Permission.TAKE_PAYMENT)
    require_ready(tender=tender)
    try:
        taken = _reserve(party_id, tender, actor, once, dishes)
    except IntegrityError:  # a request with this key for another party was first, or one at this reader
        taken = _reserve(party_id, tender, actor, once, dishes)
    return taken if taken.replayed else call_provider(taken=taken, actor=actor)


def call_provider(*, taken: Taken, actor: Actor) -> Taken:
    """Call the provider for a payment that was just reserved, and record its answer."""
    attempt = PaymentAttempt.objects.select_related("payment__bill__party").get(payment=taken.payment)
    answer = start_call(charge_of(attempt), attempt.payment.method)
    payment = settle_payment(attempt_id=attempt.pk, answer=answer, actor=actor, ask_at=taken.payment.ask_at)
    return Taken(payment, False)


def _reserve(party_id: int, tender: Tender, actor: Actor, once: Once | None, dishes: Sequence[int]) -> Taken:
    """Insert the payment and its first attempt. From here on the sweep ends it, whatever happens."""
    with UnitOfWork(actor) as work:
        if (known := taken_before(once, work)) is not None:
            return Taken(known, True)
        locked = lock_bill(party_id, work)
        if (known := taken_before(once, work)) is not None:  # while this request waited for the lock
            return Taken(known, True)
        require_offered(tender=tender, locked=locked, actor=actor)
        if dishes:
            share = _share_of_dishes(dishes, locked, work)
            tender = replace(tender, share_id=share.pk)
            locked = replace(locked, statement=locked.read_again())
        found = share_of(tender, locked.statement)
        payment = insert_payment(checked(tender, found, locked), locked, work, once)
        patience = PATIENCE if payment.reader_id is None else READER_PATIENCE
        payment.ask_at, payment.cancel_at = work.now + first_ask(payment), work.now + patience
        payment.save(update_fields=["ask_at", "cancel_at"])
        if found is not None:
            lock_share(found, locked.statement)
        add_attempt(payment, locked, work)
        touch_bill(locked.bill)
        work.record(PaymentStarted(payment=payment, table=locked.party.table_id))
        work.record(BillPaid(statement=locked.read_again()))
    return Taken(payment, False)


def add_attempt(payment: Payment, locked: Locked, work: UnitOfWork) -> None:
    """Store the key of the call that begins a payment, before the call."""
    require_transaction()
    key = uuid4().hex
    PaymentAttempt.objects.create(
        restaurant_id=work.restaurant_id,
        payment=payment,
        key=key,
        return_url=payment_link(locked.party, key),
        made_at=work.now,
    )


def require_offered(*, tender: Tender, locked: Locked, actor: Actor) -> None:
    """Refuse a provider that the restaurant does not have, and guests who left. Raises InvalidInput."""
    if tender.method == Method.READER:
        require_reader(tender=tender, actor=actor)
    elif tender.method != locked.restaurant.online_payments:
        message = _("This restaurant does not offer this way to pay.")
        raise InvalidInput(message, code="method_not_offered", fields={"method": [message]})
    if actor.is_guest and locked.party.status != PartyStatus.SEATED:
        raise InvalidInput(_("This bill is closed."), code="party_left")


def _share_of_dishes(dishes: Sequence[int], locked: Locked, work: UnitOfWork) -> Share:
    """Return a new locked share of what is still free of these lines. Raises LostRace, NotYours."""
    statement = locked.statement
    require_lines(dishes, statement)
    if any(not state.share.by_guest for state in statement.shares):
        raise LostRace(_("The bill was split. Look at it again."), code="bill_changed")
    wanted: Parts = statement.free_parts(dishes)
    if len(wanted) < len(set(dishes)):
        raise LostRace(_("Somebody else pays for one of these dishes."), code="dish_taken")
    total = min(statement.amount_of(wanted), statement.due)
    names = ", ".join(line.name for line in statement.lines if line.pk in wanted)
    return Share.objects.create(  # type: ignore[no-any-return]
        restaurant_id=work.restaurant_id,
        bill=locked.bill,
        kind=ShareKind.ITEMS,
        label=names[:80],
        claims=claims_json(wanted),
        total=total,
        by_guest=True,
    )

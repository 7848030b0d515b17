"""Parts of the services that take payments: what guests offer, its checks, and the row."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace, NotYours
from bistro.core.kernel.money import ZERO, display, text, to_coin
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.models import Payment, TipRule, claims_json
from orders.billing.services.locking import Locked, require_money
from orders.billing.slips import slip_number
from orders.billing.splitting import claims_now
from orders.billing.statements import ShareState, Statement, part_of, seats_of
from orders.billing.transitions import PROVIDERS, Method, PaymentState, TipTo
from orders.services import Once
from orders.services.keys import made_before


@dataclass(frozen=True, slots=True)
class Tender:
    """The money that guests offer. Without an `amount` they pay what is due, of the `share` or of the whole bill.

    `tendered` is the cash that they gave. Cash above what is due is change. `expected` is the amount that a guest saw:
    another one is refused. `voucher` is the code of the voucher that they pay with, `account_id`
    the house account that they pay on, `reader_id` the card reader.
    """

    method: Method
    amount: Decimal | None = None
    tip: Decimal = ZERO
    tendered: Decimal | None = None
    share_id: int | None = None
    slip: str = ""
    expected: Decimal | None = None
    voucher: str = ""
    account_id: int | None = None
    reader_id: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment, and whether an equal request made it before."""

    payment: Payment
    replayed: bool


def taken_before(once: Once | None, work: UnitOfWork) -> Payment | None:
    """Return the payment of a request with this key. Raises ReusedKey if its body was another one."""
    payment: Payment | None = made_before(Payment.objects.all(), once, work)
    return payment


def share_of(tender: Tender, statement: Statement) -> ShareState | None:
    """Return the share that a payment is for, or None. Raises NotYours (`share_not_found`)."""
    if tender.share_id is None:
        return None
    share = statement.share(tender.share_id)
    if share is None:
        raise NotYours(_("There is no such share of this bill. Load it again."), code="share_not_found")
    return share


def checked(tender: Tender, share: ShareState | None, locked: Locked) -> Tender:
    """Return the tender with its amount. Raises InvalidInput, LostRace."""
    statement, currency = locked.statement, locked.restaurant.currency
    due = statement.due if share is None else min(share.due, statement.due)
    reserved = statement.reserved if share is None else share.reserved
    if due <= ZERO and not reserved:
        raise LostRace(
            _("Nothing is due."), code="nothing_due", due=text(ZERO, currency), reserved=text(ZERO, currency)
        )
    amount = due if tender.amount is None else tender.amount
    require_money(tender.tip, currency, "tip", zero=True)
    if tender.amount is not None:
        require_money(amount, currency, "amount")
    _require_expected(tender, amount, currency)
    given = tender.tendered
    if given is not None:
        require_money(given, currency, "tendered")
    if tender.method == Method.CASH and due > ZERO and amount > due:  # the guests gave a note: the rest is change
        given, amount = amount if given is None else given, due
    if due <= ZERO or amount > due:
        raise _too_much(amount, due, reserved, locked)
    if tender.method == Method.CASH and amount < due and not to_coin(amount, locked.restaurant.cash_rounding):
        message = _("There is no coin for so little.")
        raise InvalidInput(message, fields={"amount": [message]})
    return replace(tender, amount=amount, tendered=given, slip=slip_number(tender.slip))


def _require_expected(tender: Tender, amount: Decimal, currency: str) -> None:
    """Refuse an amount other than the one that the guest saw. Raises LostRace (`bill_changed`)."""
    if tender.expected is not None and amount != tender.expected:
        message = _("The bill has changed. Look at it again.")
        raise LostRace(message, code="bill_changed", amount=text(amount, currency))


def _too_much(amount: Decimal, due: Decimal, reserved: Decimal, locked: Locked) -> DomainError:
    """Return the refusal of an amount above what is due: LostRace if payments in progress hold it."""
    money = {"currency": locked.restaurant.currency, "locale": locked.restaurant.locale}
    facts: dict[str, Any] = {"due": text(due, money["currency"]), "reserved": text(reserved, money["currency"])}
    if amount <= due + reserved:
        message = _("Another payment of %(amount)s is in progress.") % {"amount": display(reserved, **money)}
        return LostRace(message, code="amount_taken", **facts)
    message = _("Only %(due)s is due.") % {"due": display(due, **money)}
    return InvalidInput(message, code="amount_above_due", fields={"amount": [message]}, **facts)


def insert_payment(tender: Tender, locked: Locked, work: UnitOfWork, once: Once | None) -> Payment:
    """Insert a payment: captured, or created for a provider. Raises InvalidInput (`tendered_too_small`)."""
    assert tender.amount is not None
    begins = tender.method in PROVIDERS
    restaurant, exact = locked.restaurant, tender.amount + tender.tip
    is_cash = tender.method == Method.CASH
    to_pay = to_coin(exact, restaurant.cash_rounding) if is_cash else exact
    tendered = None
    if is_cash:
        tendered = to_pay if tender.tendered is None else tender.tendered
        if tendered < to_pay:
            shown = display(to_pay, restaurant.currency, restaurant.locale)
            message = _("%(amount)s is to be paid.") % {"amount": shown}
            raise InvalidInput(message, code="tendered_too_small", fields={"tendered": [message]})
    return Payment.objects.create(
        restaurant_id=work.restaurant_id,
        bill=locked.bill,
        share_id=tender.share_id,
        method=tender.method,
        status=PaymentState.CREATED if begins else PaymentState.CAPTURED,
        started_at=work.now if begins else None,
        currency=restaurant.currency,
        amount=tender.amount,
        tip=tender.tip,
        **tip_recipient(tender.tip, locked, work),
        rounding=to_pay - exact,
        tendered=tendered,
        slip=tender.slip,
        reader_id=tender.reader_id if tender.method == Method.READER else None,
        business_date=restaurant.business_date(work.now),
        taken_at=work.now,
        taken_by=work.actor.label[:120],
        taken_by_staff_id=work.actor.id if work.actor.is_staff else None,
        credential=work.actor.credential,
        key=once.key if once else None,
        fingerprint=once.fingerprint if once else "",
    )


def tip_recipient(tip: Decimal, locked: Locked, work: UnitOfWork) -> dict[str, Any]:
    """Return the columns that say whose a tip is, by the restaurant's rule and the person who serves the guests now."""
    if not tip:
        return {}
    rule = TipRule.objects.of_restaurant(work.restaurant_id).filter(since__lte=work.now).first()
    staff = locked.party.server_id or (work.actor.id if work.actor.is_staff else None)
    goes_to = rule.goes_to if rule else TipTo.PERSON
    if goes_to != TipTo.PERSON:
        return {"tip_to": goes_to}
    return {"tip_to": TipTo.PERSON, "tip_staff_id": staff} if staff else {"tip_to": TipTo.POOL}


def lock_share(state: ShareState, statement: Statement) -> None:
    """Keep the total of a share from its first payment on, and the parts of the dishes that it is for."""
    require_transaction()
    share = state.share
    if share.total is not None and share.total >= state.total:
        return
    kept = [order for order in statement.orders if order.is_kept]
    claims = claims_now([part_of(each.share) for each in statement.shares], seats_of(kept)).get(share.pk, {})
    share.claims = claims_json(claims)
    share.total = state.total
    share.save(update_fields=["claims", "total"])

"""The payments and refunds that need somebody: parked differences, missing answers, refused refunds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display
from bistro.core.kernel.roles import Permission
from orders.billing.access import holder_of
from orders.billing.models import Payment, Refund
from orders.billing.transitions import PaymentState, RefundState, Trouble

SHOWN = 100
PATIENT = timedelta(minutes=1)
WARNED = timedelta(hours=12)  # before the end of a tab


@dataclass(frozen=True, slots=True)
class Needing:
    """A payment or refund of the page. `advice` says what can be done; the flags say which buttons it has."""

    payment: Payment
    party: int
    table: str
    amount: str
    since: datetime | None
    words: str
    advice: str
    can_ask: bool = False
    can_cancel: bool = False
    can_give_back: bool = False
    can_settle: bool = False
    refund: Refund | None = None


def needing(actor: Actor, now: datetime) -> list[Needing]:
    """Return what needs somebody, oldest first. Costs two queries."""
    tabs = Q(status=PaymentState.AUTHORISED, settled_by="", trouble="")
    rows = Payment.objects.visible_to(actor).filter(
        Q(settled_by="") & ~Q(trouble="")
        | tabs & (ends_soon(now) | Q(capture_at__lte=now - PATIENT))
        | Q(status=PaymentState.UNKNOWN, trouble="")
        | Q(status=PaymentState.CREATED, started_at__lte=now - PATIENT)
    )
    found = rows.select_related("restaurant", "bill__party__table", "bill__party__joined_to").order_by("pk")[:SHOWN]
    may_end = actor.may(Permission.APPROVE_BILL)
    return [
        *(_of_payment(row, may_end) for row in found),
        *(_of_refund(row, may_end) for row in _refunds(actor)),
    ]


def ends_soon(now: datetime) -> Q:
    """Return the tabs that the bank holds for less than twelve hours more, and of which nothing was charged."""
    return Q(capture_before__lte=now + WARNED, capture_at=None)


def _refunds(actor: Actor) -> list[Refund]:
    states = [RefundState.UNKNOWN, RefundState.FAILED]
    rows = Refund.objects.visible_to(actor).filter(settled_by="", status__in=states)
    related = ("payment__restaurant", "payment__bill__party__table", "payment__bill__party__joined_to")
    return list(rows.select_related(*related).order_by("pk")[:SHOWN])


def _of_payment(payment: Payment, may_end: bool) -> Needing:
    if payment.is_open_tab and payment.status == PaymentState.AUTHORISED and not payment.trouble:
        return _needing(
            payment,
            payment.to_pay,
            _("A tab is about to end. Then the bank holds nothing any more."),
            _("Charge it on the bill, or release it. It is never opened again by itself."),
            since=payment.capture_before,
            can_cancel=True,
        )
    if not payment.trouble:
        return _needing(
            payment,
            payment.to_pay,
            _("The bank has not answered. Do not charge again."),
            _("Bistro asks again by itself. Cancel it to free the amount.")
            if payment.capture_at is None
            else _("Bistro asks again by itself."),
            can_ask=True,
            can_cancel=payment.capture_at is None,
        )
    collected = payment.found.get("state") == PaymentState.CAPTURED
    advice = _("Give it back, or look at the provider and note what you did.")
    return _needing(
        payment,
        payment.to_pay,
        " ".join([str(Trouble(payment.trouble).label), _found_words(payment)]),
        advice if collected else _("Look at the provider and note what you did."),
        can_ask=payment.is_reserving,
        can_give_back=may_end and collected,
        can_settle=may_end,
    )


def _of_refund(refund: Refund, may_end: bool) -> Needing:
    refused = refund.status == RefundState.FAILED
    if not refused:
        words, advice = _("The bank has not answered about a refund."), _("Bistro asks again by itself.")
    else:
        words = _("The provider refused a refund.")
        advice = _("Give the money back in another way.")
    flags = {"refund": refund, "can_settle": refused and may_end}
    return _needing(refund.payment, refund.money, words, advice, since=refund.made_at, **flags)


def _needing(payment: Payment, amount: object, words: str, advice: str, **more: object) -> Needing:
    party = payment.bill.party
    facts: dict[str, object] = {
        "payment": payment,
        "party": holder_of(payment.bill),
        "table": party.table.name if party.table else "",
        "amount": display(amount, payment.currency, payment.restaurant.locale),  # type: ignore[arg-type]
        "since": payment.started_at,
        "words": words,
        "advice": advice,
    }
    return Needing(**{**facts, **more})  # type: ignore[arg-type]


def _found_words(payment: Payment) -> str:
    found = payment.found
    return _("It says: %(amount)s %(currency)s, bill %(bill)s, account %(account)s.") % {
        "amount": found.get("amount", "?"),
        "currency": found.get("currency", "?"),
        "bill": found.get("bill", "?"),
        "account": found.get("account", "?"),
    }

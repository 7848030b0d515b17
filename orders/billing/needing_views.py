"""The page "Payments that need somebody": what staff do with payments under way and refused refunds."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.billing import services
from orders.billing.access import deposit_for, holder_of, payment_for, refund_for
from orders.billing.needing import needing, needing_deposits
from orders.billing.transitions import PaymentState


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def payments(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the payments that need somebody, and what can be done."""
    return render(request, "billing/needing.html", _context(actor))


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def ask(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Ask the provider now."""
    return _act(request, actor, pk, lambda: services.ask_again(payment_id=pk, actor=actor))


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def cancel(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Cancel a payment under way, from this page or from the bill."""
    return _act(request, actor, pk, lambda: services.cancel_payment(payment_id=pk, actor=actor))


@require_POST
@page_requires(Permission.APPROVE_BILL)
def give_back(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give back what the provider collected for no payment of ours."""
    return _act(request, actor, pk, lambda: services.give_unassigned_back(payment_id=pk, actor=actor))


@require_POST
@page_requires(Permission.APPROVE_BILL)
def settle(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """End a payment that somebody looked into, with a note."""
    reason = request.POST.get("reason", "")
    return _act(request, actor, pk, lambda: services.settle_by_hand(payment_id=pk, reason=reason, actor=actor))


@require_POST
@page_requires(Permission.APPROVE_BILL)
def settle_refund(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """End a refund that the provider refused, with a note."""
    refund_for(actor, pk)
    try:
        services.settle_refused_refund(refund_id=pk, reason=request.POST.get("reason", ""), actor=actor)
    except DomainError as refusal:
        return _refused(request, actor, refusal)
    messages.success(request, gettext("The refund is settled."))
    return redirect("billing:payments")


@require_POST
@page_requires(Permission.APPROVE_BILL)
def settle_deposit(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """End a deposit that somebody looked into, with a note."""
    deposit_for(actor, pk)
    try:
        reason, in_cash = request.POST.get("reason", ""), "cash" in request.POST
        services.settle_deposit(deposit_id=pk, reason=reason, actor=actor, in_cash=in_cash)
    except DomainError as refusal:
        return _refused(request, actor, refusal)
    messages.success(request, gettext("The deposit is settled."))
    return redirect("billing:payments")


def _context(actor: Actor) -> dict[str, Any]:
    may_settle = actor.may(Permission.APPROVE_BILL)
    return {"rows": needing(actor, timezone.now()), "deposits": needing_deposits(actor), "may_settle": may_settle}


def _act(request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], Any]) -> HttpResponse:
    """Call a service and return to the page or the bill that asked, with the state of the payment in words."""
    payment = payment_for(actor, pk)
    try:
        payment = service()
    except DomainError as refusal:
        return _refused(request, actor, refusal)
    state = PaymentState(payment.status).label
    messages.success(request, gettext("The payment is now: %(state)s.") % {"state": state})
    if request.POST.get("back") == "bill":
        return redirect("billing:bill", holder_of(payment.bill))
    return redirect("billing:payments")


def _refused(request: HtmxHttpRequest, actor: Actor, refusal: DomainError) -> HttpResponse:
    """Show the page with a refusal."""
    context = {**_context(actor), "problem": refusal.message}
    return with_status(render(request, "billing/needing.html", context), refusal)

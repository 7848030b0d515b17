"""The bill's page: what the guests owe, shares, payments, comps, refunds. It works without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.core.web.qr import qr_of
from orders.access import party_for
from orders.billing import services
from orders.billing.access import adjustment_for, holder_of, party_of, payment_for
from orders.billing.forms import once_in, tender_in, tip_again, tip_in, typed_amount
from orders.billing.links import link_of
from orders.billing.models import Payment
from orders.billing.moving import claims_in
from orders.billing.page import read_page
from orders.billing.readers import words_at_reader
from orders.billing.services.tenders import Taken
from orders.billing.statements import Statement, read_statement
from orders.billing.transitions import AdjustmentKind, Method
from orders.billing.vouchers.guesses import limited_guesses
from orders.ordering.approval import approver_in, pin_problem
from tables.models import Party


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def bill(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the bill of a party. `share` and `tip` of the address choose what the pay panel shows."""
    party = party_for(actor, pk)
    if party.joined_to_id is not None:  # the guests joined others, who have the bill
        return redirect("billing:bill", party.joined_to_id)
    return render(request, "billing/bill.html", _context(request, actor, party))


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def check(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the guest check to print. It is no receipt."""
    party = party_for(actor, pk)
    statement = read_statement(party, restaurant_of(actor))
    context = {"page": read_page(statement, actor), "party": party, **_code(statement)}
    return render(request, "billing/check.html", context)


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def present(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Note that the guests get the bill, and show the check to print."""
    party = party_for(actor, pk)
    return _act(request, actor, party, lambda: services.present_bill(party_id=pk, actor=actor), "billing:check")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def split(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Divide the bill: by seat, equally, by an amount, or by moving the ticked dishes."""
    party = party_for(actor, pk)

    def act() -> Statement:
        by = request.POST.get("by", "")
        if by not in ("equal", "seat", "amount", "items", "none"):
            raise InvalidInput(gettext("Choose how to split the bill."), code="unknown_split")
        amount = typed_amount(request.POST, "amount")
        before = read_statement(party, restaurant_of(actor)) if by == "items" else None
        claims = claims_in(request.POST, before) if before else ()
        return services.split_bill(
            party_id=pk,
            by="none" if before and not claims else by,
            ways=whole_number(request.POST.get("ways", "")) or 0,
            amounts=[amount] if amount is not None else (),
            claims=claims,
            versions=[before.version] if before else None,
            actor=actor,
        )

    return _act(request, actor, party, act)


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def pay(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a payment. A second tap on the same page is the same payment."""
    party = party_for(actor, pk)

    def act() -> Payment:
        with limited_guesses(actor):
            tender, once = tender_in(request.POST), once_in(request)
            taken = services.take_payment(party_id=pk, tender=tender, once=once, actor=actor)
        tell = messages.success if taken.payment.is_reserving or taken.payment.has_arrived else messages.error
        tell(request, _paid_words(taken.payment, restaurant_of(actor).locale))
        return taken.payment

    part = next((name for name in ("voucher", "account") if name in request.POST), "")
    return _act(request, actor, party, act, part=part)


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def tab(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Open a tab: the provider holds an amount, on its own page where it has one."""
    party = party_for(actor, pk)

    def act() -> Taken:
        amount = typed_amount(request.POST, "amount") or ZERO
        return services.open_tab(party_id=pk, amount=amount, once=once_in(request), actor=actor)

    return _act(request, actor, party, act, part="tab")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def capture(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Charge a tab with what the guests pay."""
    party = party_for(actor, holder_of(payment_for(actor, pk).bill))

    def act() -> Payment:
        amount, tip = typed_amount(request.POST, "amount"), typed_amount(request.POST, "tip") or ZERO
        done = services.capture_tab(payment_id=pk, amount=amount, tip=tip, actor=actor)
        if done.has_arrived:
            shown = display(done.to_pay, done.currency, restaurant_of(actor).locale)
            messages.success(request, gettext("%(amount)s paid from the tab.") % {"amount": shown})
        return done

    return _act(request, actor, party, act, part=f"tab-{pk}")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def use_deposit(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Settle the bill with the deposit of the guests."""
    party = party_for(actor, pk)
    return _act(request, actor, party, lambda: services.use_deposit(party_id=pk, actor=actor))


@require_POST
@page_requires(Permission.ADJUST_BILL)
def adjust(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give a comp or a discount, on a dish or the whole bill, or take the service charge off."""
    party = party_for(actor, pk)
    sent = request.POST.get("kind", "")
    kind = AdjustmentKind(sent) if sent in AdjustmentKind.values else AdjustmentKind.DISCOUNT

    def act() -> Statement:
        return services.add_adjustment(
            party_id=pk,
            kind=kind,
            line_id=whole_number(request.POST.get("line", ""), least=1),
            amount=typed_amount(request.POST, "amount"),
            percent=typed_amount(request.POST, "percent"),
            reason=request.POST.get("reason", ""),
            approver=approver_in(request.POST, Permission.APPROVE_BILL, actor),
            actor=actor,
        )

    return _act(request, actor, party, act, part="service" if kind == AdjustmentKind.SERVICE else "adjust")


@require_POST
@page_requires(Permission.ADJUST_BILL)
def remove(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a comp or a discount back, or charge for service again."""
    party = party_for(actor, party_of(adjustment_for(actor, pk)))
    return _act(request, actor, party, lambda: services.remove_adjustment(adjustment_id=pk, actor=actor))


@require_POST
@page_requires(Permission.ADJUST_BILL)
def write_off(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give up what is open."""
    party = party_for(actor, pk)

    def act() -> Statement:
        approver = approver_in(request.POST, Permission.APPROVE_BILL, actor)
        return services.write_off(party_id=pk, reason=request.POST.get("reason", ""), approver=approver, actor=actor)

    return _act(request, actor, party, act, part="write-off")


@require_POST
@page_requires(Permission.REFUND)
def refund(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give money of a payment back."""
    payment = payment_for(actor, pk)
    party = party_for(actor, holder_of(payment.bill))

    def act() -> Any:
        done, _replayed = services.refund_payment(
            payment_id=pk,
            amount=typed_amount(request.POST, "amount") or ZERO,
            tip=typed_amount(request.POST, "tip") or ZERO,
            reason=request.POST.get("reason", ""),
            approver=approver_in(request.POST, Permission.APPROVE_BILL, actor),
            once=once_in(request),
            actor=actor,
        )
        shown = display(done.money, payment.currency, restaurant_of(actor).locale)
        messages.success(request, gettext("%(amount)s refunded.") % {"amount": shown})
        return done

    return _act(request, actor, party, act, part=f"refund-{pk}")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def undo(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a payment in cash back that was made a moment ago."""
    party = party_for(actor, holder_of(payment_for(actor, pk).bill))
    return _act(request, actor, party, lambda: services.undo_payment(payment_id=pk, actor=actor))


@require_POST
@page_requires(Permission.REFUND)
def method(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Book a payment by the right method."""
    party = party_for(actor, holder_of(payment_for(actor, pk).bill))

    def act() -> Payment:
        return services.correct_method(
            payment_id=pk,
            method=request.POST.get("method", ""),
            reason=request.POST.get("reason", ""),
            slip=request.POST.get("slip", ""),
            approver=approver_in(request.POST, Permission.APPROVE_BILL, actor),
            actor=actor,
        )

    return _act(request, actor, party, act, part=f"method-{pk}")


def _act(
    request: HtmxHttpRequest,
    actor: Actor,
    party: Party,
    service: Callable[[], Any],
    target: str = "billing:bill",
    part: str = "",
) -> HttpResponse:
    """Call a service and return to the page, or show the page with the refusal, beside the form named by `part`."""
    try:
        service()
    except DomainError as refusal:
        context = _context(request, actor, party)
        context |= {"problem": refusal.message, "problem_part": part, "pin_problem": pin_problem(refusal)}
        return with_status(render(request, "billing/bill.html", {**context, "typed": request.POST}), refusal)
    return HttpResponseRedirect(reverse(target, args=[party.joined_to_id or party.pk]))


def _context(request: HtmxHttpRequest, actor: Actor, party: Party) -> dict[str, Any]:
    statement = read_statement(party, restaurant_of(actor))
    share = whole_number(request.GET.get("share", "") or request.POST.get("share", ""), least=1)
    page = read_page(statement, actor, share_id=share, tip=tip_again(request.POST) or tip_in(request.GET))
    return {"page": page, "party": party, **_code(statement)}


def _code(statement: Statement) -> dict[str, Any]:
    """Return the link where guests pay by phone and its QR code; nothing without a provider or when nothing is due."""
    link = link_of(statement.party, statement.restaurant)
    return {"pay_link": link, "pay_code": qr_of(link, fluid=True)} if link and statement.due else {}


def _paid_words(payment: Payment, locale: str) -> str:
    """Return what was paid, and the change, in a sentence."""
    amount = display(payment.amount + payment.tip + payment.rounding, payment.currency, locale)
    if payment.method == Method.TERMINAL:
        return gettext("%(amount)s paid by card.") % {"amount": amount}
    if payment.method == Method.VOUCHER:
        left = display(payment.voucher_move.voucher.balance, payment.currency, locale)
        return gettext("%(amount)s paid with a voucher. Left on it: %(left)s") % {"amount": amount, "left": left}
    if payment.method == Method.ACCOUNT:
        name = payment.account_move.account.name
        return gettext("%(amount)s put on the account %(name)s.") % {"amount": amount, "name": name}
    if payment.reader is not None:
        return words_at_reader(payment, amount)
    change = display(payment.change or ZERO, payment.currency, locale)
    return gettext("%(amount)s paid in cash. Change: %(change)s") % {"amount": amount, "change": change}

"""The pages on which guests pay on their own phones: choose, tip, pay, receipt. They work without JavaScript."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, require_within
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, NotYours
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.numbers import whole_number
from bistro.core.web.guest_pages import guest_page, language_links
from bistro.core.web.pages import with_status
from orders.billing import services
from orders.billing.access import attempt_of_guest, guest_party, pay_url_of
from orders.billing.forms import once_in, typed_amount
from orders.billing.models import Payment
from orders.billing.phone.choices import choice_in, may_take
from orders.billing.phone.page import read_bill, read_payment, read_tips, shown
from orders.billing.services import Tender
from orders.billing.statements import read_statement
from orders.billing.tab_page import can_open_tab
from orders.billing.transitions import Method, PaymentState
from tables.models import Party

STRIPE = "https://checkout.stripe.com"


@require_GET
@guest_page
def bill(request: HttpRequest, token: str) -> HttpResponse:
    """Show the bill, to choose what to pay. The link of guests who joined others leads to the bill of all."""
    party = guest_party(token)
    if party is None:
        return closed(request)
    return _bill_page(request, party, token)


@require_GET
@guest_page
def tip(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a tip, if the restaurant has some to choose from."""
    party = guest_party(token)
    if party is None:
        return closed(request)
    try:
        choice, statement = choice_in(request.GET), read_statement(party, party.restaurant)
        may_take(choice.amount(statement))
        if not party.restaurant.tips:
            return redirect(f"{reverse('pay:confirm', args=[token])}?{choice.query}")
        tips = read_tips(statement, choice)
    except DomainError as refusal:
        return _bill_page(request, party, token, refusal)
    return _render(request, "pay/tip.html", party, token, page=tips)


@require_GET
@guest_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is about to be paid."""
    party = guest_party(token)
    if party is None:
        return closed(request)
    try:
        choice, statement = choice_in(request.GET), read_statement(party, party.restaurant)
        may_take(choice.amount(statement))
        percent = whole_number(request.GET.get("tip", "")) or 0
        percent = percent if percent in party.restaurant.tips else 0
        page = read_payment(statement, choice, percent, typed_amount(request.GET, "other"))
    except DomainError as refusal:
        return _bill_page(request, party, token, refusal)
    answer = _render(request, "pay/confirm.html", party, token, page=page, key=uuid4().hex)
    return _with_stripe(answer, party)


@require_POST
@guest_page
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Start the payment, and lead to the provider's page or to the receipt. A second tap is the same payment."""
    party = guest_party(token)
    if party is None:
        return closed(request)
    require_within("guest-pay", client_address(request), str(TOO_MANY_TRIES))
    try:
        payment = _start(request, party)
    except DomainError as refusal:
        return _bill_page(request, party, token, refusal)
    attempt = payment.attempts.latest("number")
    target = pay_url_of(payment) or reverse("pay:payment", args=[token, attempt.key])
    return _with_stripe(redirect(target), party)


@require_http_methods(["GET", "POST"])
@guest_page
def tab(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the amount of a tab, and lead to the provider's page. A second tap is the same tab."""
    party = guest_party(token)
    if party is None or not can_open_tab(read_statement(party, party.restaurant)):
        return closed(request) if party is None else _bill_page(request, party, token)
    problem: DomainError | None = None
    if request.method == "POST":
        require_within("guest-pay", client_address(request), str(TOO_MANY_TRIES))
        try:
            attempt = _open_tab(request, party).attempts.latest("number")
        except DomainError as refusal:
            problem = refusal
        else:
            target = attempt.pay_url or reverse("pay:payment", args=[token, attempt.key])
            return _with_stripe(redirect(target), party)
    context = {"key": uuid4().hex, "typed": request.POST.get("amount", ""), "problem": problem and problem.message}
    answer = with_status(_render(request, "pay/tab.html", party, token, **context), problem)
    return _with_stripe(answer, party)


@require_GET
@guest_page
def payment(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Show what became of a payment. Only the phone that paid knows its key, so it works when the guests have left."""
    attempt = attempt_of_guest(token, key)
    row: Payment = attempt.payment
    is_held = row.status == PaymentState.AUTHORISED and row.is_open_tab
    return _render(
        request,
        "pay/payment.html",
        row.bill.party,
        token,
        payment=row,
        amount=shown(row.to_pay, row.currency, row.restaurant.locale),
        is_waiting=row.is_reserving and not row.trouble and not is_held,
        is_held=is_held,
        is_unknown=row.status in (PaymentState.UNKNOWN, PaymentState.CREATED),
        pay_url=pay_url_of(row),
        receipt=hook(settings.RECEIPT_LINK)(row) if row.has_arrived else "",
    )


def _start(request: HttpRequest, party: Party) -> Payment:
    """Start the payment of the form. Raises DomainError."""
    choice = choice_in(request.POST)
    expected = typed_amount(request.POST, "expected")
    tender = Tender(
        method=Method(party.restaurant.online_payments),
        amount=expected if choice.kind == "part" else None,
        tip=typed_amount(request.POST, "tip") or ZERO,
        share_id=choice.number if choice.kind == "share" else None,
        expected=expected,
    )
    taken = services.start_payment(
        party_id=party.pk,
        tender=tender,
        actor=Actor.guest(party.restaurant_id, party.pk),
        once=once_in(request),
        dishes=choice.dishes,
    )
    return taken.payment


def _open_tab(request: HttpRequest, party: Party) -> Payment:
    """Open the tab of the form. Raises DomainError."""
    taken = services.open_tab(
        party_id=party.pk,
        amount=typed_amount(request.POST, "amount") or ZERO,
        actor=Actor.guest(party.restaurant_id, party.pk),
        once=once_in(request),
    )
    return taken.payment


def _bill_page(request: HttpRequest, party: Party, token: str, refusal: DomainError | None = None) -> HttpResponse:
    statement = read_statement(party, party.restaurant)
    page, has_tab = read_bill(statement), can_open_tab(statement)
    problem = refusal.message if refusal else ""
    context = {"page": page, "problem": problem, "key": uuid4().hex, "can_open_tab": has_tab}
    return with_status(_render(request, "pay/bill.html", party, token, **context), refusal)


def closed(request: HttpRequest) -> HttpResponse:
    """Show that a link has ended, without a word about whose it was."""
    refusal = NotYours(gettext("This bill is closed."), code="bill_closed")
    context = {"languages": language_links(request)}
    return with_status(render(request, "pay/closed.html", context), refusal)


def _render(request: HttpRequest, template: str, party: Party, token: str, **context: Any) -> HttpResponse:
    with timezone.override(party.restaurant.tz):
        shared = {"party": party, "house": party.restaurant, "token": token, "languages": language_links(request)}
        return render(request, template, {**shared, **context})


def _with_stripe(answer: HttpResponse, party: Party) -> HttpResponse:
    """Let the form lead to Stripe's page, here alone."""
    if party.restaurant.online_payments == Method.STRIPE:
        answer._csp_update = {"form-action": [STRIPE]}  # type: ignore[attr-defined]
    return answer

"""The pages of vouchers: sell, look up, print, cancel. They work without JavaScript, and no address has a code."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.core.web.qr import qr_of
from orders.billing import services
from orders.billing.forms import once_in, typed_amount
from orders.billing.services import Sale
from orders.billing.vouchers.guesses import limited_guesses
from orders.billing.vouchers.page import read_voucher, read_vouchers
from orders.billing.vouchers.selectors import voucher_for, voucher_of_code


@require_GET
@page_requires(Permission.USE_TILL)
def vouchers(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the forms that sell and look up vouchers, and for managers the list."""
    return render(request, "vouchers/vouchers.html", {"page": read_vouchers(actor, request.GET.get("page", ""))})


@require_POST
@page_requires(Permission.USE_TILL)
def sell(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Sell a voucher and show it with its code. A second tap is the same voucher."""
    try:
        sale = Sale(
            value=typed_amount(request.POST, "value") or ZERO,
            method=request.POST.get("method", ""),
            expires_on=_day_in(request.POST.get("expires_on", "")),
            slip=request.POST.get("slip", ""),
        )
        voucher, _replayed = services.sell_voucher(sale=sale, once=once_in(request), actor=actor)
    except DomainError as refusal:
        return _refused(request, actor, refusal, "sell")
    messages.success(request, gettext("The voucher is sold. Print it, or let the guest write the code down."))
    return redirect("vouchers:voucher", voucher.pk)


@require_POST
@page_requires(Permission.USE_TILL)
def look_up(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Go to the voucher with a typed code. Wrong codes are limited."""
    try:
        with limited_guesses(actor):
            voucher = voucher_of_code(request.POST.get("code", "")[:40], restaurant_of(actor).pk)
    except DomainError as refusal:
        return _refused(request, actor, refusal, "look-up")
    return redirect("vouchers:voucher", voucher.pk)


@require_GET
@page_requires(Permission.USE_TILL)
def voucher(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a voucher: its balance and what happened to it."""
    return render(request, "vouchers/voucher.html", {"page": read_voucher(voucher_for(actor, pk), actor)})


@require_GET
@page_requires(Permission.USE_TILL)
def paper(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a voucher to print, with its code; without the right to see the code go back to the voucher."""
    page = read_voucher(voucher_for(actor, pk), actor)
    if not page.code:
        return redirect("vouchers:voucher", pk)
    return render(request, "vouchers/paper.html", {"page": page, "code": qr_of(page.code, fluid=True)})


@require_POST
@page_requires(Permission.APPROVE_BILL)
def void(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Cancel a voucher: with its money paid back, or kept by the house."""
    row = voucher_for(actor, pk)
    try:
        services.void_voucher(
            voucher_id=pk, reason=request.POST.get("reason", ""), pay_back="pay_back" in request.POST, actor=actor
        )
    except DomainError as refusal:
        context = {"page": read_voucher(row, actor), "problem": refusal.message, "typed": request.POST}
        return with_status(render(request, "vouchers/voucher.html", context), refusal)
    messages.success(request, gettext("The voucher is cancelled."))
    return redirect("vouchers:voucher", pk)


def _refused(request: HtmxHttpRequest, actor: Actor, refusal: DomainError, part: str) -> HttpResponse:
    """Show the page with a refusal beside the form named by `part`."""
    context = {"page": read_vouchers(actor), "problem": refusal.message, "problem_part": part, "typed": request.POST}
    return with_status(render(request, "vouchers/vouchers.html", context), refusal)


def _day_in(typed: str) -> date | None:
    """Return a typed day, or None for an empty field. Raises InvalidInput."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        message = gettext("“%(typed)s” is not a day.") % {"typed": typed[:20]}
        raise InvalidInput(message, fields={"expires_on": [message]}) from None

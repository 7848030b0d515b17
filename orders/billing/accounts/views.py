"""The pages of house accounts: list, statement, settlement. They work without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.billing import services
from orders.billing.accounts.page import read_account, read_accounts
from orders.billing.accounts.selectors import account_for
from orders.billing.forms import once_in, typed_amount
from orders.billing.services import Settlement


@require_GET
@page_requires(Permission.USE_TILL)
def accounts(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the accounts, and for managers the form that opens one."""
    return render(request, "accounts/accounts.html", {"page": read_accounts(actor, request.GET.get("page", ""))})


@require_POST
@page_requires(Permission.APPROVE_BILL)
def open_account(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Open an account and show it."""
    try:
        limit = typed_amount(request.POST, "limit") or ZERO
        account = services.open_account(name=request.POST.get("name", ""), limit=limit, actor=actor)
    except DomainError as refusal:
        context = {"page": read_accounts(actor), "problem": refusal.message, "typed": request.POST}
        return with_status(render(request, "accounts/accounts.html", context), refusal)
    return redirect("accounts:account", account.pk)


@require_GET
@page_requires(Permission.USE_TILL)
def account(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the statement of an account."""
    page = read_account(account_for(actor, pk), actor, request.GET.get("page", ""))
    return render(request, "accounts/account.html", {"page": page})


@require_POST
@page_requires(Permission.USE_TILL)
def settle(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Record money for an account. A second tap is the same settlement."""
    account_for(actor, pk)

    def act() -> Any:
        amount, slip = typed_amount(request.POST, "amount"), request.POST.get("slip", "")
        paid = Settlement(request.POST.get("method", ""), amount, slip)
        return services.settle_account(account_id=pk, settlement=paid, once=once_in(request), actor=actor)

    return _act(request, actor, pk, act, gettext("The money is booked."), "settle")


@require_POST
@page_requires(Permission.APPROVE_BILL)
def change(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Set the limit of an account, and close it or open it again."""
    account_for(actor, pk)

    def act() -> Any:
        limit, closed = typed_amount(request.POST, "limit") or ZERO, "closed" in request.POST
        return services.change_account(account_id=pk, limit=limit, closed=closed, actor=actor)

    return _act(request, actor, pk, act, gettext("The account is changed."), "change")


def _act(
    request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], Any], done: str, part: str
) -> HttpResponse:
    """Call a service and return to the account, or show it with the refusal beside the form named by `part`."""
    try:
        service()
    except DomainError as refusal:
        page = read_account(account_for(actor, pk), actor)
        context = {"page": page, "problem": refusal.message, "problem_part": part, "typed": request.POST}
        return with_status(render(request, "accounts/account.html", context), refusal)
    messages.success(request, done)
    return redirect("accounts:account", pk)

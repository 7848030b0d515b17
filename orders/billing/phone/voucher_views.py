"""The form on the guests' page that spends a voucher. What is left of the bill is paid as before."""

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, limited_refusals, require_within
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.hooks import hook
from bistro.core.web.guest_pages import guest_page, language_links
from bistro.core.web.pages import with_status
from orders.billing import services
from orders.billing.access import guest_party
from orders.billing.forms import once_in
from orders.billing.models import Payment
from orders.billing.phone.page import read_bill, shown
from orders.billing.phone.views import closed
from orders.billing.services import Tender
from orders.billing.statements import read_statement
from orders.billing.transitions import Method
from orders.billing.vouchers.guesses import limited_guesses
from tables.models import Party

LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Spent:
    """A payment by voucher that was just made: its amount, the rest on the voucher, and the address of the receipt."""

    amount: str
    left: str
    receipt: str


@require_POST
@guest_page
def pay_with_voucher(request: HttpRequest, token: str) -> HttpResponse:
    """Spend a voucher on the bill, as much as there is on it. A second tap is the same payment.

    Wrong codes are limited for the guests of a table, and for an address.
    """
    party = guest_party(token)
    if party is None:
        return closed(request)
    require_within("guest-pay", client_address(request), str(TOO_MANY_TRIES))
    spent, refusal = None, None
    try:
        spent = _spent(_spend(request, party))
    except DomainError as error:
        refusal = error
    return _page(request, party, token, spent, refusal)


def _spend(request: HttpRequest, party: Party) -> Payment:
    """Take the payment of the form. Raises DomainError."""
    actor = Actor.guest(party.restaurant_id, party.pk)
    code = request.POST.get("code", "").strip()[:LONGEST_CODE]
    who = f"address:{client_address(request)}"
    with limited_guesses(actor), limited_refusals("voucher", who, "voucher_not_found"):
        tender = Tender(method=Method.VOUCHER, voucher=code)
        return services.take_payment(party_id=party.pk, tender=tender, once=once_in(request), actor=actor).payment


def _spent(payment: Payment) -> Spent:
    voucher, locale = payment.voucher_move.voucher, payment.restaurant.locale
    return Spent(
        amount=shown(payment.amount, payment.currency, locale),
        left=shown(voucher.balance, payment.currency, locale),
        receipt=hook(settings.RECEIPT_LINK)(payment),
    )


def _page(
    request: HttpRequest, party: Party, token: str, spent: Spent | None, refusal: DomainError | None
) -> HttpResponse:
    page = read_bill(read_statement(party, party.restaurant))
    context = {
        "page": page,
        "party": party,
        "house": party.restaurant,
        "token": token,
        "key": uuid4().hex,
        "languages": language_links(request),
        "spent": spent,
        "problem": refusal.message if refusal else "",
    }
    with timezone.override(party.restaurant.tz):
        return with_status(render(request, "pay/bill.html", context), refusal)

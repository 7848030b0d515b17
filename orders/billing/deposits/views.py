"""The page on which guests pay the deposit of their booking. It works without JavaScript."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, require_within
from bistro.core.kernel.errors import DomainError
from bistro.core.web.guest_pages import guest_page, language_links
from bistro.core.web.pages import with_status
from orders.billing.deposits.selectors import deposit_of
from orders.billing.models import Deposit
from orders.billing.phone.page import shown
from orders.billing.phone.views import STRIPE
from orders.billing.services import start_deposit
from orders.billing.transitions import DepositState, Method
from tables.bookings.models import Booking
from tables.bookings.selectors import booking_by_token

DONE = frozenset({DepositState.PAID, DepositState.KEPT})
BACK = frozenset({DepositState.RETURNING, DepositState.RETURNED, DepositState.FAILED})


@require_http_methods(["GET", "POST"])
@guest_page
def deposit(request: HttpRequest, token: str) -> HttpResponse:
    """Show the deposit of a booking to its guest, or lead to the provider's page. A second tap is the same payment."""
    booking = booking_by_token(token)
    row = deposit_of(booking)
    if booking is None or row is None:
        raise Http404(gettext("This link is not valid any more."))
    if request.method == "GET":
        return _page(request, booking, row)
    require_within("guest-pay", client_address(request), str(TOO_MANY_TRIES))
    try:
        row = start_deposit(booking_id=booking.pk, restaurant_id=booking.restaurant_id)
    except DomainError as refusal:
        return _page(request, booking, row, refusal)
    return _with_stripe(redirect(row.pay_url or request.path), booking)


def _page(request: HttpRequest, booking: Booking, row: Deposit, refusal: DomainError | None = None) -> HttpResponse:
    house = booking.restaurant
    context: dict[str, Any] = {
        "booking": booking,
        "deposit": row,
        "amount": shown(row.amount, row.currency, house.locale),
        "can_pay": row.status == DepositState.WANTED and booking.waits_for_deposit,
        "is_waiting": row.status == DepositState.UNDER_WAY and not row.trouble,
        "is_paid": row.status in DONE,
        "is_back": row.status in BACK,
        "house": house,
        "languages": language_links(request),
        "problem": refusal.message if refusal else "",
    }
    with timezone.override(house.tz):
        answer = render(request, "pay/deposit.html", context)
    return _with_stripe(with_status(answer, refusal), booking)


def _with_stripe(answer: HttpResponse, booking: Booking) -> HttpResponse:
    """Let the form lead to Stripe's page, here alone."""
    if booking.restaurant.online_payments == Method.STRIPE:
        answer._csp_update = {"form-action": [STRIPE]}  # type: ignore[attr-defined]
    return answer

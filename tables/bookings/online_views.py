"""The page on which guests book a table: choose a time, which is kept for five minutes, then name and contact.

It needs no JavaScript and no login.
"""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, require_within
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.models import Restaurant
from bistro.core.web.guest_pages import guest_language, guest_page, language_links
from bistro.core.web.pages import with_status
from tables.bookings import services
from tables.bookings.forms import OnlineForm, moment_of
from tables.bookings.online_page import Choice, choice_in, parts_in, read_page, tables_in
from tables.bookings.placing import Wish
from tables.bookings.selectors import online_hold, rules_by_token
from tables.bookings.services import Guest

FRAME = "frame-ancestors"


@csrf_exempt  # no login could be abused, and the frame of another site keeps no cookie
@require_http_methods(["GET", "POST"])
@guest_page
def book(request: HttpRequest, token: str) -> HttpResponse:
    """Show the free times, the form of a chosen time, or keep a time, or book."""
    rules = rules_by_token(token)
    if rules is None:
        raise Http404(_("This link is not valid any more."))
    restaurant = rules.restaurant
    with timezone.override(restaurant.tz):
        answer = _shown(request, restaurant) if request.method == "GET" else _sent(request, restaurant)
    if rules.embed_site:
        answer._csp_replace = {FRAME: [rules.embed_site]}  # type: ignore[attr-defined]
        answer.xframe_options_exempt = True  # type: ignore[attr-defined]
    return answer


def _shown(request: HttpRequest, restaurant: Restaurant) -> HttpResponse:
    choice = choice_in(request.GET, restaurant.business_date(timezone.now()))
    if choice.starts is not None and "hold" in request.GET:
        return _form(request, restaurant, choice, {})
    return _times(request, restaurant, choice)


def _sent(request: HttpRequest, restaurant: Restaurant) -> HttpResponse:
    choice = choice_in(request.POST, restaurant.business_date(timezone.now()))
    is_booking = request.POST.get("do") == "book"
    try:
        require_within("guest-book" if is_booking else "guest-hold", client_address(request), str(TOO_MANY_TRIES))
        return _book(request, restaurant, choice) if is_booking else _keep(request.path, restaurant, choice)
    except DomainError as refusal:
        problem = refusal.message
        if is_booking and choice.starts is not None:
            found = refusal.extra.get("alternatives") or ()
            others = [moment for moment in map(moment_of, found) if moment is not None]
            page = _form(request, restaurant, choice, request.POST, problem, others)
        else:
            page = _times(request, restaurant, choice, problem)
        return with_status(page, refusal)


def _keep(path: str, restaurant: Restaurant, choice: Choice) -> HttpResponse:
    """Keep the chosen time and ask for the name. Raises InvalidInput and what the service raises."""
    services.keep_time(restaurant_id=restaurant.pk, wish=_wish(restaurant, choice), key=choice.key)
    assert choice.starts is not None
    sent = {"hold": choice.key, "starts": choice.starts.isoformat(), "size": choice.size}
    query = urlencode({**sent, **({"part": choice.part} if choice.part else {})})
    return redirect(f"{path}?{query}")


def _book(request: HttpRequest, restaurant: Restaurant, choice: Choice) -> HttpResponse:
    """Book, and lead to the guest's own page of the booking. Raises InvalidInput and what the service raises."""
    form = OnlineForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(form.problem)
    guest = form.guest(guest_language(request))
    _require_few_bookings(restaurant, guest)
    booking = services.book_online(
        restaurant_id=restaurant.pk,
        guest=guest,
        wish=_wish(restaurant, choice),
        key=choice.key,
        remembered=form.cleaned_data["remember"],
    )
    return redirect(reverse("guest-booking", args=[booking.token]))


def _require_few_bookings(restaurant: Restaurant, guest: Guest) -> None:
    """Limit the bookings with one contact, which gets the messages, and those of the house. Raises TooMany."""
    for contact in filter(None, guest.contacts):
        hidden = hashlib.sha256(contact.encode()).hexdigest()[:32]  # no personal data in the cache
        require_within("guest-book-contact", hidden, str(TOO_MANY_TRIES))
    require_within("guest-book-house", str(restaurant.pk), str(TOO_MANY_TRIES))


def _wish(restaurant: Restaurant, choice: Choice) -> Wish:
    if choice.starts is None:
        raise InvalidInput(_("Choose a time."))
    among = tables_in(choice, parts_in(restaurant.pk)) if choice.part else None
    return Wish(starts_at=choice.starts, size=choice.size, online=True, among=among)


def _times(request: HttpRequest, restaurant: Restaurant, choice: Choice, problem: str = "") -> HttpResponse:
    context = {"page": read_page(restaurant, choice, timezone.now()), "problem": problem}
    return _render(request, "bookings/online_times.html", restaurant, context)


def _form(
    request: HttpRequest,
    restaurant: Restaurant,
    choice: Choice,
    typed: Any,
    problem: str = "",
    others: list[datetime] | None = None,
) -> HttpResponse:
    """Show the form of a chosen time. `others` are the free times nearest to one that was taken."""
    part = next((part for part in parts_in(restaurant.pk) if part.id == choice.part), None)
    names = ("name", "phone", "email", "occasion", "notes", "remember")
    context = {
        "choice": choice,
        "part": part,
        "hold": online_hold(restaurant.pk, choice.key, timezone.now()),
        "values": {name: typed.get(name, "") for name in names},
        "others": others or [],
        "problem": problem,
    }
    return _render(request, "bookings/online_form.html", restaurant, context)


def _render(request: HttpRequest, template: str, restaurant: Restaurant, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {"house": restaurant, "languages": language_links(request), **context})

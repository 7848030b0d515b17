"""The pairing page: a screen shows a code, polls for a manager's claim, then goes to its page."""

from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bistro.core.auth.authentication import set_device_cookie
from bistro.core.auth.rate_limits import client_address, require_within
from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.models import Device, Pairing
from bistro.core.services import pairing
from bistro.core.web.addresses import full_address
from bistro.core.web.pages import HtmxHttpRequest, render_refusal

PAIRING_COOKIE = "bistro_pairing"  # the code to show, and the secret that only this browser knows
COOKIE_AGE = 30 * 24 * 3600  # long enough for a screen that stays off over a holiday
HOME = {Device.Kind.KITCHEN: "/kitchen/", Device.Kind.PAD: "/device/", Device.Kind.TABLET: "/tablet/"}


@require_http_methods(["GET", "POST"])
def show_code(request: HtmxHttpRequest) -> HttpResponse:
    """Show the code in large type; the page polls this view every few seconds.

    POST creates the first code, a GET with the cookie of an expired code the next one. After the claim the response
    sets the device's cookie and redirects to the device's page.
    """
    code, _, secret = request.COOKIES.get(PAIRING_COOKIE, "")[:100].partition(".")
    known = pairing.known_pairing(secret)
    try:
        device = pairing.collect_pairing(secret=secret) if known else None
        if device is not None:
            return _enter(request, device, secret)
        if known is not None and _counts(known):
            return _show(request, code, known.expires_at) if request.method == "GET" else redirect("pairing-code")
        if request.method == "GET" and not secret:
            return redirect("device-setup")
        return _show_new(request, secret, counted=known is None)
    except LostRace:  # a concurrent request of the same browser collects the device; the next poll finds it
        return HttpResponse(status=204)
    except DomainError as error:
        return render_refusal(request, "core/pairing.html", error)


def _counts(known: Pairing) -> bool:
    """Return whether the code can be claimed or was claimed just now."""
    return known.expires_at > timezone.now() and known.collected_at is None


def _show_new(request: HtmxHttpRequest, secret: str, *, counted: bool) -> HttpResponse:
    """Show a new code. A screen that replaces its expired code does not count against the rate limit."""
    address = client_address(request)
    if counted:
        words = gettext("Too many screens want a code at once. The next code comes in {wait} s.")
        require_within("pairing", address, words)
    shown = pairing.open_pairing(address=address, replaces=secret)
    if request.method == "POST":
        answer: HttpResponse = redirect("pairing-code")
    else:
        answer = _show(request, shown.code, shown.expires_at)
    answer.set_cookie(
        PAIRING_COOKIE,
        f"{shown.code}.{shown.secret}",
        max_age=COOKIE_AGE,
        path=reverse("device-setup"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return answer


def _show(request: HtmxHttpRequest, code: str, until: datetime) -> HttpResponse:
    address = full_address(request, reverse("setup:devices"))
    context = {"code": code, "halves": (code[:3], code[3:]), "until": until, "address": address}
    fragment = "#pairing" if request.htmx else ""
    return render(request, f"core/pairing.html{fragment}", context)


def _enter(request: HtmxHttpRequest, device: Device, secret: str) -> HttpResponse:
    home = HOME.get(Device.Kind(device.kind), "/")
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = home
    else:
        answer = redirect(home)
    set_device_cookie(answer, secret)
    answer.delete_cookie(PAIRING_COOKIE, path=reverse("device-setup"), samesite="Strict")
    return answer

"""Pages of the second factor: the second page of the login, and switching it on and off under “Me”."""

from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from bistro.core.auth.confirmations import require_password
from bistro.core.auth.second_factors import HALF_LOGIN, begin_half_login, half_login, require_code
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.models import Staff
from bistro.core.services import second_factors
from bistro.core.web.logins import finish_login
from bistro.core.web.page_access import page_requires, to_login
from bistro.core.web.pages import HtmxHttpRequest, next_page, render_refusal, with_status
from bistro.core.web.qr import qr_of

OFFERED = "second_factor_offered"  # in the session: the encrypted secret of a phone that is being connected
PAGE = "core/second_factor.html"


def to_code_page(request: HttpRequest, staff: Staff, target: str) -> HttpResponse:
    """Begin a login that needs a code, and go to the page that asks for it."""
    begin_half_login(request, staff)
    return redirect(reverse("login-code") + (f"?{urlencode({'next': target})}" if target else ""))


@require_http_methods(["GET", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the right password, and finish the login."""
    staff = half_login(request)
    if staff is None:
        return to_login(request) if request.user.is_anonymous else redirect(next_page(request))
    if request.method == "GET":
        return render(request, "core/login_code.html")
    try:
        require_code(staff, request.POST.get("code", "")[:40])
    except DomainError as refusal:
        return render_refusal(request, "core/login_code.html", refusal)
    request.session.pop(HALF_LOGIN, None)
    return finish_login(request, staff, next_page(request, ""))


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def connect(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show a new secret as QR code and key; with a code and the password switch the second factor on."""
    sealed = request.session.get(OFFERED)
    if request.method == "GET" or sealed is None:
        request.session[OFFERED] = sealed = second_factors.new_sealed_secret()
        return _connect_page(request, sealed)
    try:
        require_password(request, actor.id, request.POST.get("password", "")[:128])
        codes = second_factors.switch_on(sealed=sealed, code=request.POST.get("code", "")[:40], actor=actor)
    except DomainError as refusal:
        return with_status(_connect_page(request, sealed, refusal.message), refusal)
    del request.session[OFFERED]
    answer = render(request, PAGE, {"codes": [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]})
    add_never_cache_headers(answer)
    return answer


def _connect_page(request: HtmxHttpRequest, sealed: str, problem: str = "") -> HttpResponse:
    key, email = second_factors.key_of(sealed), request.user.get_username()
    address = f"otpauth://totp/Bistro:{quote(email)}?{urlencode({'secret': key, 'issuer': 'Bistro'})}"
    groups = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    qr = qr_of(address, fluid=True)
    answer = render(request, PAGE, {"qr": qr, "key": groups, "problem": problem})
    add_never_cache_headers(answer)
    return answer

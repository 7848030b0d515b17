"""The password of a person who is signed in, asked once more: for a change of it, and before dangerous acts."""

import time

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bistro.core.auth.login_tokens import AccessToken
from bistro.core.auth.second_factors import require_code
from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.models import Staff

CONFIRMED_SECONDS = 15 * 60
SESSION_CONFIRMED = "confirmed_at"  # when the password was typed last, in seconds since 1970
AUTH_TIME = "auth_time"  # the same in a login token


def require_password(request: HttpRequest, staff_id: int, password: str) -> Staff:
    """Return the login if this is its password. Wrong ones count like wrong passwords at the login page.

    Raises InvalidInput (`wrong_password`), TooMany while the login is locked.
    """
    email = Staff.objects.values_list("email", flat=True).get(pk=staff_id)
    staff = authenticate(request, username=email, password=password)
    if not isinstance(staff, Staff):
        words = _("This is not your password.")
        raise InvalidInput(words, code="wrong_password", fields={"password": [words]})
    return staff


def confirm(request: HttpRequest, password: str, code: str) -> None:
    """Prove once more who uses this session, with the code too if the login has one. Raises InvalidInput, TooMany."""
    assert isinstance(request.user, Staff)
    require_code(require_password(request, request.user.pk, password), code)
    note_confirmed(request)


def note_confirmed(request: HttpRequest) -> None:
    """Remember that the person has just typed the password, for example at the login."""
    request.session[SESSION_CONFIRMED] = int(time.time())


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the person typed the password in the last minutes: in this session, or for this login token."""
    scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        typed = AccessToken(raw.strip()).get(AUTH_TIME)  # type: ignore[arg-type]  # already checked
    else:
        typed = request.session.get(SESSION_CONFIRMED)
    return isinstance(typed, int) and 0 <= time.time() - typed < CONFIRMED_SECONDS


def require_confirmed(request: HttpRequest) -> None:
    """Raise NotPermitted (`confirm_required`) unless the password was typed in the last minutes."""
    if not is_confirmed(request):
        words = _("Sign in once more: this needs a password that was typed in the last 15 minutes.")
        raise NotPermitted(words, code="confirm_required")

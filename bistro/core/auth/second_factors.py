"""The second factor at the doors: between the right password and the login stands a code, with few tries."""

import time

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bistro.core.auth.login_locks import Failures, locked
from bistro.core.kernel.errors import InvalidInput
from bistro.core.models import Staff
from bistro.core.services.second_factors import has_second_factor, use_code

WRONG_CODES = 5
HALF_LOGIN = "half_login"  # in the session of a visitor who has typed the right password
HALF_LOGIN_SECONDS = 5 * 60


class SecondFactorNeeded(Exception):
    """A right password of a login with a second factor."""

    def __init__(self, staff: Staff) -> None:
        super().__init__()
        self.staff = staff


def require_code(staff: Staff, code: str) -> None:
    """Use up the code of a login whose password was right; a login without a second factor needs none.

    Five wrong ones lock the codes of this login for a quarter of an hour; nobody reaches that without the password.
    Raises InvalidInput (`second_factor_required`, `wrong_code`), TooMany while locked.
    """
    if not has_second_factor(staff.pk):
        return
    if not code.strip():
        words = _("Enter the code of your phone too.")
        raise InvalidInput(words, code="second_factor_required", fields={"code": [words]})
    failures = Failures(f"second-factor:{staff.pk}", WRONG_CODES)
    _require_open(failures)
    try:
        use_code(staff_id=staff.pk, code=code)
    except InvalidInput:
        failures.add()
        _require_open(failures)
        raise
    _require_open(failures)  # wrong codes of others during the check count too
    failures.forget()


def _require_open(failures: Failures) -> None:
    if wait := failures.locked_for():
        raise locked(wait)


def begin_half_login(request: HttpRequest, staff: Staff) -> None:
    """Remember for some minutes that this browser knows the password."""
    request.session[HALF_LOGIN] = [staff.pk, staff.get_session_auth_hash(), int(time.time())]


def half_login(request: HttpRequest) -> Staff | None:
    """Return the login whose password this browser has proved, if it did so lately and the password is the same."""
    staff_id, auth_hash, typed_at = request.session.get(HALF_LOGIN, (None, "", 0))
    if staff_id is None or not 0 <= time.time() - typed_at < HALF_LOGIN_SECONDS:
        return None
    staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
    return staff if staff is not None and staff.get_session_auth_hash() == auth_hash else None

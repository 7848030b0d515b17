"""Services of the second factor: switch it on and off, use a code once, remove it for a colleague."""

import base64
import hmac
import secrets
import time
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken
from django.db import IntegrityError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.oath import hotp

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.roles import Permission, Role
from bistro.core.kernel.secrets import new_code
from bistro.core.models import Membership, RecoveryCode, SecondFactor, Staff
from bistro.core.services.own_login import own_membership
from bistro.core.services.passwords import require_own_login
from bistro.core.writing.people_events import (
    MemberEvent,
    RecoveryCodeUsed,
    SecondFactorOff,
    SecondFactorOn,
    SecondFactorRemoved,
)
from bistro.core.writing.unit_of_work import UnitOfWork

STEP_SECONDS = 30
TOLERANCE = 1  # steps before and after, because phones' clocks differ
DIGITS = 6
CODES, CODE_LENGTH = 10, 12  # recovery codes; 59 bits each


def new_sealed_secret() -> str:
    """Return a new secret, encrypted with the installation's key, for a phone that is to be connected."""
    return _cipher().encrypt(secrets.token_bytes(20)).decode()


def key_of(sealed: str) -> str:
    """Return the secret as people and authenticator apps write it: base32. Only for the page that connects a phone."""
    return base64.b32encode(_cipher().decrypt(sealed.encode())).decode()


def has_second_factor(staff_id: int) -> bool:
    """Return whether a login asks for a code."""
    return SecondFactor.objects.filter(staff_id=staff_id).exists()


def second_factor_of(staff_id: int) -> SecondFactor | None:
    """Return the second factor of a login, if it is on."""
    return SecondFactor.objects.filter(staff_id=staff_id).first()


def recovery_codes_left(staff_id: int) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(staff_id=staff_id, used_at=None).count()


def switch_on(*, sealed: str, code: str, actor: Actor) -> list[str]:
    """Ask for a code at each login of the actor from now on, and return the recovery codes, which are shown once.

    `code` proves that the phone has the secret. Raises InvalidInput (`wrong_code`, `second_factor_is_on`), NotPermitted
    for roles that do not manage.
    """
    actor.require(Permission.MANAGE)
    step = _step_of(sealed, _typed(code))
    if step is None:
        raise wrong_code()
    codes = [new_code(CODE_LENGTH) for _number in range(CODES)]
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        already = InvalidInput(_("The second factor is on already."), code="second_factor_is_on")
        if SecondFactor.objects.filter(staff_id=member.staff_id).exists():
            raise already
        try:
            SecondFactor.objects.create(staff_id=member.staff_id, secret=sealed, last_step=step, since=work.now)
        except IntegrityError:  # switched on in another window meanwhile
            raise already from None
        rows = [RecoveryCode(staff_id=member.staff_id, hash=_hash_of(member.staff_id, each)) for each in codes]
        RecoveryCode.objects.bulk_create(rows)
        work.record(SecondFactorOn(membership=member))
    return codes


def switch_off(*, actor: Actor) -> None:
    """Ask for the password alone at the actor's logins. Raises NotPermitted."""
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        if _delete(member.staff_id):
            work.record(SecondFactorOff(membership=member))


def remove_for_colleague(*, membership_id: int, actor: Actor) -> None:
    """Remove the second factor of a colleague who lost the phone, as an owner.

    Locks: membership. Raises NotYours, NotPermitted (no owner, or a login that also works elsewhere), InvalidInput if
    there is none.
    """
    if actor.kind != "system" and Role.OWNER not in actor.roles:
        raise NotPermitted(_("Only an owner can remove a second factor."))
    with UnitOfWork(actor) as work:
        here = Membership.objects.of_restaurant(work.restaurant_id).select_related("staff")
        member = here.filter(pk=membership_id).locked().first()
        if member is None:
            raise NotYours(_("There is no such member."), code="member_not_found")
        require_own_login(member)
        if not _delete(member.staff_id):
            raise InvalidInput(_("This person has no second factor."), code="no_second_factor")
        work.record(SecondFactorRemoved(membership=member))


def remove_as_operator(*, email: str) -> bool:
    """Remove the second factor of a login, told in each of its restaurants. Return whether there was one."""
    staff = Staff.objects.filter(email__iexact=email.strip()).first()
    if staff is None:
        return False
    with UnitOfWork(Actor.system(None, "operator")):
        removed = _delete(staff.pk)
    if removed:
        _tell(SecondFactorRemoved, _memberships(staff.pk), "operator")
    return removed


def use_code(*, staff_id: int, code: str) -> None:
    """Use up a code of the phone or a recovery code: each works once, also for simultaneous logins.

    Raises InvalidInput (`wrong_code`).
    """
    typed = _typed(code)
    factor = second_factor_of(staff_id)
    step = _step_of(factor.secret, typed) if factor is not None else None
    with UnitOfWork(Actor.system(None, "sign-in")) as work:
        if step is not None:
            right = _take_step(staff_id, step)
        else:
            unused = RecoveryCode.objects.filter(staff_id=staff_id, hash=_hash_of(staff_id, typed), used_at=None)
            right = unused.update(used_at=work.now) == 1
    if not right:
        raise wrong_code()
    if step is None:
        _tell(RecoveryCodeUsed, _memberships(staff_id)[:1], "sign-in")


def wrong_code() -> InvalidInput:
    """Return the refusal of a code that is wrong, too old or used."""
    words = _("This code is wrong or was used. Wait for the next one.")
    return InvalidInput(words, code="wrong_code", fields={"code": [words]})


def _take_step(staff_id: int, step: int) -> bool:
    """Take the time step of a code, unless it or a later one was taken. One UPDATE decides."""
    return SecondFactor.objects.filter(staff_id=staff_id, last_step__lt=step).update(last_step=step) == 1


def _delete(staff_id: int) -> bool:
    RecoveryCode.objects.filter(staff_id=staff_id).delete()
    return SecondFactor.objects.filter(staff_id=staff_id).delete()[0] > 0


def _memberships(staff_id: int) -> list[Membership]:
    return list(Membership.objects.active().filter(staff_id=staff_id).select_related("staff").order_by("pk"))


def _tell(event: type[MemberEvent], members: Iterable[Membership], label: str) -> None:
    """Record an event in the restaurant of each membership."""
    for member in members:
        with UnitOfWork(Actor.system(member.restaurant_id, label)) as work:
            work.record(event(membership=member))


def _step_of(sealed: str, typed: str) -> int | None:
    """Return the time step of which this is the code, around now; None for a wrong code."""
    try:
        secret = _cipher().decrypt(sealed.encode())
    except InvalidToken:  # the installation's key was replaced: only recovery by an owner helps
        return None
    now = int(time.time()) // STEP_SECONDS
    steps = range(now - TOLERANCE, now + TOLERANCE + 1)
    found = [step for step in steps if hmac.compare_digest(f"{hotp(secret, step, DIGITS):0{DIGITS}}", typed)]
    return found[-1] if found else None


def _typed(code: str) -> str:
    """Return a code without the spaces and hyphens with which it is shown. Other letters than ASCII make it wrong."""
    plain = "".join(code.split()).replace("-", "").upper()
    return plain if plain.isascii() else ""


def _hash_of(staff_id: int, typed: str) -> str:
    """Return the stored form of a recovery code, mixed with the installation's key as a PIN is."""
    return salted_hmac("bistro.recovery-code", f"{staff_id}:{typed}", algorithm="sha256").hexdigest()


def _cipher() -> Fernet:
    key = salted_hmac("bistro.second-factor", "secret", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))

"""Services that prove by PIN who stands at a device, with few tries.

A try is counted before its PIN is checked: the slow check holds no lock, and simultaneous guesses are as many as
guesses in a row.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, ngettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours, TooMany
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.models import Membership, PinTries
from bistro.core.models.people import MembershipQuerySet
from bistro.core.writing.pin_events import PinApproved, PinLocked, PinRefused
from bistro.core.writing.unit_of_work import UnitOfWork

MOST_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


def prove_pin(*, membership_id: int, pin: str, actor: Actor) -> Membership:
    """Return the active member whose PIN this is, after one of five tries at the actor's device.

    The fifth wrong one in a row locks the pair of member and device for a quarter of an hour. Raises NotYours,
    InvalidInput (`wrong_pin`, `no_pin`, `pin_expired`), TooMany while locked.
    """
    member = members(actor=actor).filter(pk=membership_id).first()
    if member is None:
        raise NotYours(gettext("There is no such member."), code="member_not_found")
    if not hasattr(member, "pin"):
        raise InvalidInput(
            gettext("%(staff)s has no PIN yet.") % {"staff": member.staff},
            code="no_pin",
            fields={"pin": [gettext("Not set.")]},
        )
    _prove(member, actor, lambda: is_pin(member, pin), "PIN")
    until = member.pin.one_time_until
    if until is not None and until <= timezone.now():
        words = gettext("This one-time PIN has expired. Ask a manager for a new one.")
        raise InvalidInput(words, code="pin_expired", fields={"pin": [gettext("Expired.")]})
    return member  # type: ignore[no-any-return]


def prove_password(*, membership_id: int, password: str, actor: Actor) -> Membership:
    """Return the active member whose password this is. Wrong ones count like wrong PINs. Raises as `prove_pin`."""
    member = members(actor=actor).get(pk=membership_id)
    _prove(member, actor, lambda: member.staff.check_password(password), "password")
    return member  # type: ignore[no-any-return]


def approve(*, membership_id: int, pin: str, permission: Permission, actor: Actor) -> Membership:
    """Return the member who approves, by PIN, what the actor may not do alone.

    Raises NotPermitted if the member may not do it either or has only a one-time PIN, and what `prove_pin` raises.
    """
    member = prove_pin(membership_id=membership_id, pin=pin, actor=actor)
    if permission not in PERMISSIONS[Role(member.role)] or member.pin.one_time_until is not None:
        raise NotPermitted(gettext("%(staff)s cannot approve this.") % {"staff": member.staff})
    with UnitOfWork(actor) as work:
        work.record(PinApproved(membership=member, permission=permission.value))
    return member


def members(*, actor: Actor) -> MembershipQuerySet:
    """Return the active members of the actor's restaurant with everything that a proof needs."""
    rows = Membership.objects.visible_to(actor).active()
    return rows.select_related("staff", "restaurant", "pin").order_by("pk")  # type: ignore[no-any-return]


def is_pin(member: Membership, pin: str) -> bool:
    """Return whether this is the member's PIN. Slow on purpose."""
    return check_password(_peppered(member.pk, pin), member.pin.hash)


def hash_of(membership_id: int, pin: str) -> str:
    """Return the stored form of a PIN. Slow on purpose, so call it outside a unit of work."""
    return make_password(_peppered(membership_id, pin))


def _peppered(membership_id: int, pin: str) -> str:
    """Return the PIN mixed with the installation's key, so that a stolen database alone does not give it away."""
    return salted_hmac("bistro.pin", f"{membership_id}:{pin}", algorithm="sha256").hexdigest()


def _prove(member: Membership, actor: Actor, is_right: Callable[[], bool], what: str) -> None:
    """Count a try, check it without any lock, and forget the count if it was right."""
    place = actor.credential if actor.device_id is None else f"device:{actor.device_id}"
    used = _take_try(member, place, actor)
    right = is_right()
    with UnitOfWork(actor) as work:
        if right:
            _tries(member, place, work).update(tries=0)
        else:
            kind = PinLocked if used >= MOST_TRIES else PinRefused
            work.record(kind(membership=member, place=place, tries=used))
    if not right:
        raise _wrong(member, used, what, work.now)


def _take_try(member: Membership, place: str, actor: Actor) -> int:
    """Return the number of this try. Raises TooMany while the pair is locked.

    UPDATEs decide, so that the rule holds without row locks. A refused try does not make the lock longer.
    """
    with UnitOfWork(actor) as work:
        rows = _tries(member, place, work)
        if not rows.exists():
            first = PinTries(restaurant_id=work.restaurant_id, membership=member, place=place, last_at=work.now)
            PinTries.objects.bulk_create([first], ignore_conflicts=True)
        over = Q(last_at__lte=work.now - LOCKED_FOR) | Q(last_at__gt=work.now + LOCKED_FOR)  # the clock was put back
        if rows.filter(over).update(tries=1, last_at=work.now):
            return 1
        if rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1, last_at=work.now):
            return int(rows.values_list("tries", flat=True).get())
        ends = rows.values_list("last_at", flat=True).get() + LOCKED_FOR
    raise _locked(member, ends, work.now)


def _tries(member: Membership, place: str, work: UnitOfWork) -> TenantQuerySet:
    rows = PinTries.objects.of_restaurant(work.restaurant_id)
    return rows.filter(membership=member, place=place)  # type: ignore[no-any-return]


def _wrong(member: Membership, used: int, what: str, now: datetime) -> DomainError:
    left = MOST_TRIES - used
    if left <= 0:
        return _locked(member, now + LOCKED_FOR, now)
    tries = ngettext("%(count)s try is left.", "%(count)s tries are left.", left) % {"count": left}
    field = what.lower()
    words = gettext("This is not the %(what)s of %(staff)s.") % {"what": what, "staff": member.staff}
    return InvalidInput(f"{words} {tries}", code=f"wrong_{field}", fields={field: [gettext("Wrong.")]})


def _locked(member: Membership, ends: datetime, now: datetime) -> TooMany:
    """Return the refusal of a locked pair, which says when the lock ends."""
    wait = max(1, int((ends - now).total_seconds()))
    minutes = -(-wait // 60)
    words = ngettext(
        "Too many wrong tries for %(staff)s here. Try again in %(count)s minute, at %(clock)s, or on another device.",
        "Too many wrong tries for %(staff)s here. Try again in %(count)s minutes, at %(clock)s, or on another device.",
        minutes,
    )
    clock = f"{ends.astimezone(member.restaurant.tz):%H:%M}"
    return TooMany(words % {"staff": member.staff, "count": minutes, "clock": clock}, retry_after=wait)

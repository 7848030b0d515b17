"""Services that let a member choose a new password with a one-time link from a manager."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.kernel.secrets import digest, new_token
from bistro.core.models import Membership, PasswordReset
from bistro.core.writing.people_events import MemberPasswordReset, PasswordResetOffered
from bistro.core.writing.tablet_steps import end_sessions
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction

LIFETIME = timedelta(days=1)
PASSWORD_FIELDS = ("password", "password_is_one_time", "version")  # what Staff.set_password changes


def offer_reset(*, membership_id: int, by_mail: bool = False, actor: Actor) -> str:
    """Return a one-time token with which a member may choose a new password for a day. Earlier ones end.

    Locks: the membership. Raises NotYours, NotPermitted (only an owner for an owner; nobody for a login that also
    works elsewhere).
    """
    actor.require(Permission.MANAGE)
    token = new_token()
    with UnitOfWork(actor) as work:
        here = Membership.objects.of_restaurant(work.restaurant_id).active().select_related("staff")
        member = here.filter(pk=membership_id).locked().first()
        maker = here.filter(staff_id=actor.id).first() if actor.is_staff else None
        if member is None:
            raise NotYours(_("There is no such member."), code="member_not_found")
        if maker is None or not _may_offer(maker, member):
            raise NotPermitted(_("Only an owner can reset the password of an owner."))
        require_own_login(member)
        open_ones = PasswordReset.objects.of_restaurant(work.restaurant_id).filter(membership=member, used_at=None)
        open_ones.delete()
        expires_at = work.now + LIFETIME
        PasswordReset.objects.create(
            restaurant_id=work.restaurant_id,
            membership=member,
            made_by=maker,
            token_hash=digest(token),
            expires_at=expires_at,
        )
        mailed = token if by_mail else ""
        work.record(PasswordResetOffered(membership=member, expires_at=expires_at, token_to_mail=mailed))
    return token


def choose(*, token: str, password: str) -> Membership:
    """Set the password that a link allows, and end all sessions of the login.

    Locks: the membership. Raises InvalidInput for a link that is unknown, used, expired or no longer allowed, or for a
    weak password, which leaves the link as it was.
    """
    live = PasswordReset.objects.filter(token_hash=digest(token), used_at=None, expires_at__gt=timezone.now())
    reset = live.select_related("membership__staff").first()
    if reset is None:
        raise _invalid_link()
    try:
        validate_password(password, user=reset.membership.staff)
    except ValidationError as error:
        raise InvalidInput(_("Choose a stronger password."), fields={"password": list(error.messages)}) from None
    with UnitOfWork(Actor.system(reset.restaurant_id, "password link")) as work:
        rows = Membership.objects.of_restaurant(work.restaurant_id).active().select_related("staff")
        member = rows.filter(pk=reset.membership_id).locked().first()
        maker = rows.filter(pk=reset.made_by_id).first()
        if member is None or maker is None or not _may_offer(maker, member) or _works_elsewhere(member):
            raise _invalid_link()
        if live.update(used_at=work.now) != 1:
            raise _invalid_link()
        member.staff.set_password(password)
        member.staff.save(update_fields=PASSWORD_FIELDS)
        end_sessions("ended", work, Q(membership__staff_id=member.staff_id))
        work.record(MemberPasswordReset(membership=member))
    return member  # type: ignore[no-any-return]


def end_links(staff_id: int) -> None:
    """Delete the unused links for a new password of a login. A step."""
    require_transaction()
    PasswordReset.objects.filter(membership__staff_id=staff_id, used_at=None).delete()


def _may_offer(maker: Membership, member: Membership) -> bool:
    manages = maker.is_active and Permission.MANAGE in PERMISSIONS[Role(maker.role)]
    return manages and (member.role != Role.OWNER or maker.role == Role.OWNER)


def _works_elsewhere(member: Membership) -> bool:
    """Return whether the login opens more than this restaurant: its manager must not get in there."""
    staff = member.staff
    others = Membership.objects.filter(staff_id=staff.pk, is_active=True).exclude(restaurant_id=member.restaurant_id)
    return staff.is_staff or staff.is_superuser or others.exists()


def require_own_login(member: Membership) -> None:
    """Raise NotPermitted for a login that also works elsewhere, so that no manager weakens it there."""
    if _works_elsewhere(member):
        words = _("%(person)s also works elsewhere with this login. Ask the operator of this installation.")
        raise NotPermitted(words % {"person": member.staff})


def _invalid_link() -> InvalidInput:
    return InvalidInput(_("This link is not valid. Ask for a new one."), code="invalid_link")

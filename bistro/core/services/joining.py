"""Services that give an existing login a role in one more restaurant."""

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.secrets import digest
from bistro.core.models import Invitation, Membership, Staff
from bistro.core.writing.people_events import MemberAdded
from bistro.core.writing.unit_of_work import UnitOfWork

_WRONG = gettext_lazy("This invitation is not valid.")


def join_restaurant(*, token: str, staff_id: int) -> Membership:
    """Accept an invitation for a signed-in login.

    Raises InvalidInput if the invitation is unknown, used, expired or for another address, or if the login already has
    a membership.
    """
    now = timezone.now()
    live = Invitation.objects.filter(token_hash=digest(token), used_at=None, expires_at__gt=now)
    invitation = live.first()
    staff = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if invitation is None or staff is None or (invitation.email and invitation.email != staff.email.lower()):
        raise InvalidInput(str(_WRONG), code="invalid_invitation")
    with UnitOfWork(Actor.system(invitation.restaurant_id, "invitation")) as work:
        if live.update(used_at=now) != 1:
            raise InvalidInput(str(_WRONG), code="invalid_invitation")
        return _add(staff, invitation.role, work)


def give_membership(*, email: str, role: str, actor: Actor) -> Membership:
    """Give a login its first membership in a restaurant, as the operator.

    Raises InvalidInput for an unknown address.
    """
    staff = Staff.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if staff is None or actor.kind != "system":
        raise InvalidInput(
            gettext("There is no login with this address."),
            code="unknown_login",
            fields={"email": [gettext("Not registered.")]},
        )
    with UnitOfWork(actor) as work:
        return _add(staff, role, work)


def _add(staff: Staff, role: str, work: UnitOfWork) -> Membership:
    already = InvalidInput(gettext("%(staff)s already works here.") % {"staff": staff}, code="already_member")
    if Membership.objects.of_restaurant(work.restaurant_id).filter(staff=staff).exists():
        raise already
    try:
        member = Membership.objects.create(restaurant_id=work.restaurant_id, staff=staff, role=role)
    except IntegrityError:  # joined in the meantime, with another invitation
        raise already from None
    work.record(MemberAdded(membership=member))
    return member

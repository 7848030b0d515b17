"""Services of restaurants and of their members."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.roles import PERMISSIONS, STAFF_ROLES, Permission, Role
from bistro.core.kernel.secrets import digest, new_token
from bistro.core.kernel.texts import clean_text
from bistro.core.models import FeedHead, Invitation, Membership, Pin, Restaurant, Staff
from bistro.core.models.people import MembershipQuerySet
from bistro.core.models.restaurants import notes_after, usual_notes
from bistro.core.services.passwords import end_links
from bistro.core.writing.configuration_events import RestaurantChanged
from bistro.core.writing.people_events import MemberAdded, MemberChanged, MemberInvited, RestaurantOpened
from bistro.core.writing.steps import lock_restaurant, raise_version
from bistro.core.writing.tablet_steps import end_sessions as end_tablet_sessions
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction

INVITATION_LIFETIME = timedelta(days=3)


def open_restaurant(*, name: str, actor: Actor, **fields: Any) -> Restaurant:
    """Create a restaurant with its empty feed. `fields` are columns of Restaurant. Raises InvalidInput."""
    with UnitOfWork(actor) as work:
        return create_restaurant(name, fields, work)


def create_restaurant(name: str, fields: Mapping[str, Any], work: UnitOfWork) -> Restaurant:
    """Create the restaurant to which the unit then belongs. A step. Raises InvalidInput."""
    require_transaction()
    restaurant = Restaurant(name=clean_text(name), **fields)
    if "kitchen_notes" not in fields:
        restaurant.kitchen_notes = usual_notes(restaurant.language)
    try:
        restaurant.full_clean()
    except ValidationError as error:
        raise _unacceptable(error) from None
    restaurant.save()
    FeedHead.objects.create(restaurant=restaurant)
    work.belongs_to(restaurant.pk)
    work.record(RestaurantOpened(restaurant=restaurant))
    return restaurant


def change_settings(values: Mapping[str, Any], work: UnitOfWork) -> Restaurant:
    """Change columns of the unit's restaurant. Equal values change and record nothing. A step.

    Locks: restaurant. Raises InvalidInput.
    """
    require_transaction()
    restaurant = lock_restaurant(work)
    language = values.get("language", restaurant.language)
    values = {"kitchen_notes": notes_after(restaurant.kitchen_notes, restaurant.language, language), **values}
    before = {name: getattr(restaurant, name) for name, value in values.items() if getattr(restaurant, name) != value}
    if not before:
        return restaurant
    for name in before:
        setattr(restaurant, name, values[name])
    try:
        restaurant.full_clean()
    except ValidationError as error:
        raise _unacceptable(error) from None
    raise_version(restaurant)
    restaurant.save()
    changed = {name: (_logged(old), _logged(values[name])) for name, old in before.items()}
    work.record(RestaurantChanged(row=restaurant, pk=restaurant.pk, changed=changed))
    return restaurant


def _logged(value: Any) -> Any:
    """Return a setting as the log keeps it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _unacceptable(error: ValidationError) -> InvalidInput:
    """Return the refusal of settings, whose message names each field: `Currency: XXX is not a currency. …`."""
    fields = {name: list(messages) for name, messages in error.message_dict.items()}
    labels = {field.name: capfirst(str(field.verbose_name)) for field in Restaurant._meta.fields}
    said = [f"{labels.get(name, name)}: {message}" for name, messages in fields.items() for message in messages]
    return InvalidInput(" ".join(said), fields=fields)


def add_member(*, email: str, name: str, password: str, role: str, actor: Actor) -> Membership:
    """Register a login with a role in the actor's restaurant.

    Raises InvalidInput (known e-mail, weak password, unknown role), NotPermitted. Only an owner can add owners.
    """
    actor.require(Permission.MANAGE)
    _check_role(role, actor)
    with UnitOfWork(actor) as work:
        return register_member(email, name, password, role, work)


def register_member(email: str, name: str, password: str, role: str, work: UnitOfWork) -> Membership:
    """Register a login with a role in the unit's restaurant. A step. Raises InvalidInput."""
    email = email.strip().lower()
    if Staff.objects.filter(email__iexact=email).exists():
        raise known_address()
    try:
        validate_password(password, user=Staff(email=email, name=name))
    except ValidationError as error:
        raise InvalidInput(_("Choose a stronger password."), fields={"password": list(error.messages)}) from None
    try:
        staff = Staff.objects.create_user(email, password, name=clean_text(name))
    except IntegrityError:  # registered in the meantime
        raise known_address() from None
    return join_restaurant(staff.pk, role, work)


def join_restaurant(staff_id: int, role: str, work: UnitOfWork) -> Membership:
    """Give a login a role in the unit's restaurant. A step."""
    require_transaction()
    member = Membership.objects.create(restaurant_id=work.restaurant_id, staff_id=staff_id, role=role)
    work.record(MemberAdded(membership=member))
    return member


def invite(*, role: str, email: str = "", by_mail: bool = False, actor: Actor) -> str:
    """Return a one-time invitation token, valid for three days.

    It ends earlier with the membership of the person who made it. `by_mail` sends its link to `email`. Locks: that
    membership. Raises NotPermitted, InvalidInput.
    """
    actor.require(Permission.MANAGE)
    _check_role(role, actor)
    if by_mail and not email.strip():
        missing = _("Enter the address to which the link is sent.")
        raise InvalidInput(missing, code="invalid_email", fields={"email": [missing]})
    token = new_token()
    with UnitOfWork(actor) as work:
        invitation = Invitation.objects.create(
            restaurant_id=work.restaurant_id,
            made_by=_inviter(role, work),
            email=email.strip().lower(),
            role=role,
            token_hash=digest(token),
            expires_at=work.now + INVITATION_LIFETIME,
        )
        work.record(MemberInvited(invitation=invitation, token_to_mail=token if by_mail else ""))
    return token


def accept_invitation(*, token: str, email: str, name: str, password: str) -> Membership:
    """Register with an invitation. Raises InvalidInput if it is unknown, used, expired or for another address."""
    now = timezone.now()
    live = Invitation.objects.filter(token_hash=digest(token), used_at=None, expires_at__gt=now)
    invitation = live.first()
    if invitation is None or (invitation.email and invitation.email != email.strip().lower()):
        raise InvalidInput(_("This invitation is not valid."), code="invalid_invitation")
    with UnitOfWork(Actor.system(invitation.restaurant_id, "invitation")) as work:
        if live.update(used_at=now) != 1:
            raise InvalidInput(_("This invitation is not valid."), code="invalid_invitation")
        return register_member(email, name, password, invitation.role, work)


def change_member(
    *, membership_id: int, actor: Actor, role: str | None = None, is_active: bool | None = None
) -> Membership:
    """Change the role of a membership, or end it.

    The member's open sessions and links for a new password end, the open invitations that the member could no longer
    make, and with the membership its PIN. Locks: the restaurant's owners, so that two of them cannot remove each other,
    and the membership. Raises NotYours, NotPermitted (only an owner changes an owner), InvalidInput for the last owner.
    """
    actor.require(Permission.MANAGE)
    if role is not None:
        _check_role(role, actor)
    with UnitOfWork(actor) as work:
        locked = {row.pk: row for row in _owners_and(membership_id, actor)}
        member = locked.get(membership_id)
        if member is None:
            raise NotYours(_("There is no such member."), code="member_not_found")
        before = member.role
        member.role = member.role if role is None else role
        member.is_active = member.is_active if is_active is None else is_active
        if before == Role.OWNER:
            _check_owner(member, actor)
        member.save()
        _end_invitations(member)
        _end_sessions(member.staff)
        end_links(member.staff_id)
        end_tablet_sessions("ended", work, Q(membership__staff_id=member.staff_id))
        if not member.is_active:
            Pin.objects.of_restaurant(work.restaurant_id).filter(membership=member).delete()
        work.record(MemberChanged(membership=member, before=before))
    return member


def _owners_and(membership_id: int, actor: Actor) -> MembershipQuerySet:
    """Lock a membership and those of all owners, in primary-key order."""
    here = Membership.objects.visible_to(actor)
    return here.filter(Q(pk=membership_id) | Q(role=Role.OWNER)).locked()  # type: ignore[no-any-return]


def _inviter(role: str, work: UnitOfWork) -> Membership | None:
    """Lock and return the membership of the person who invites; None for the system. Raises NotPermitted."""
    if not work.actor.is_staff:
        return None
    here = Membership.objects.visible_to(work.actor).active()
    member = here.filter(staff_id=work.actor.id).locked().first()
    if member is None or not _may_invite(member, role):
        raise NotPermitted(_("You can no longer invite people here."))
    return member  # type: ignore[no-any-return]


def _may_invite(member: Membership, role: str) -> bool:
    manages = member.is_active and Permission.MANAGE in PERMISSIONS[Role(member.role)]
    return manages and (role != Role.OWNER or member.role == Role.OWNER)


def _end_invitations(member: Membership) -> None:
    """Delete the open invitations that the locked member made and could not make any more."""
    unused = Invitation.objects.of_restaurant(member.restaurant_id).filter(made_by=member, used_at=None)
    ended = [row.pk for row in unused if not _may_invite(member, row.role)]
    unused.filter(pk__in=ended).delete()


def _end_sessions(staff: Staff) -> None:
    """End the tokens and sockets of a login."""
    staff.version += 1
    staff.save(update_fields=["version"])


def known_address() -> InvalidInput:
    """Return the refusal of an e-mail address that has a login."""
    return InvalidInput(_("This e-mail address is already registered."), fields={"email": [_("Already registered.")]})


def _check_owner(member: Membership, actor: Actor) -> None:
    """Check a change of a membership that was an owner until now."""
    if actor.kind != "system" and Role.OWNER not in actor.roles:
        raise NotPermitted(_("Only an owner can change an owner."))
    # A new statement after the lock, so that it sees what a concurrent change has committed.
    others = Membership.objects.of_restaurant(member.restaurant_id).active().filter(role=Role.OWNER)
    stays = member.role == Role.OWNER and member.is_active
    if not stays and not others.exclude(pk=member.pk).exists():
        raise InvalidInput(_("A restaurant needs at least one owner."), code="last_owner")


def _check_role(role: str, actor: Actor) -> None:
    if role not in [known.value for known in STAFF_ROLES]:
        raise InvalidInput(_("There is no role “%(role)s”.") % {"role": role}, fields={"role": [_("Not a role.")]})
    if role == Role.OWNER and actor.kind != "system" and Role.OWNER not in actor.roles:
        raise NotPermitted(_("Only an owner can add owners."))

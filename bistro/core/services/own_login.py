"""Services of the person who is signed in, about the own login."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.kernel.languages import languages
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Membership, Staff
from bistro.core.services.passwords import PASSWORD_FIELDS, end_links
from bistro.core.services.restaurants import known_address
from bistro.core.writing.people_events import (
    MemberLanguageChosen,
    MemberLoginReplaced,
    MemberPasswordChanged,
    MemberRenamed,
    MemberSignedOut,
)
from bistro.core.writing.tablet_steps import end_sessions
from bistro.core.writing.unit_of_work import UnitOfWork

LONGEST_NAME = 120


def rename(*, name: str, actor: Actor) -> None:
    """Change the actor's own name, which colleagues and the log see. Raises InvalidInput, NotPermitted."""
    cleaned = clean_text(name)
    if not cleaned or len(cleaned) > LONGEST_NAME:
        message = _("A name has 1 to %(longest_name)s letters.") % {"longest_name": LONGEST_NAME}
        raise InvalidInput(message, fields={"name": [message]})
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        member.staff.name = cleaned
        member.staff.save(update_fields=["name"])
        work.record(MemberRenamed(membership=member))


def choose_language(*, language: str, actor: Actor) -> None:
    """Choose the language of the actor's own pages; empty for the restaurant's. Raises InvalidInput, NotPermitted."""
    if language and language not in dict(languages()):
        message = _("Choose one of the languages.")
        raise InvalidInput(message, fields={"language": [message]})
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        member.staff.language = language
        member.staff.save(update_fields=["language"])
        work.record(MemberLanguageChosen(membership=member))


def change_password(*, password: str, actor: Actor) -> Staff:
    """Set another password of the actor, who has just proved the present one, and return the login.

    Every session, token, shared tablet and link for a new password of the login ends; the view keeps its own session.
    Raises InvalidInput for a weak password, NotPermitted.
    """
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        staff = member.staff
        try:
            validate_password(password, user=staff)
        except ValidationError as error:
            said = {"new_password": list(error.messages)}
            raise InvalidInput(_("Choose a stronger password."), fields=said) from None
        staff.set_password(password)
        staff.save(update_fields=PASSWORD_FIELDS)
        end_links(staff.pk)
        end_sessions("ended", work, Q(membership__staff_id=staff.pk))
        work.record(MemberPasswordChanged(membership=member))
    return staff


def replace_one_time_login(*, email: str, name: str, password: str, actor: Actor) -> Staff:
    """Replace the login that the server printed by the person's own address, name and password.

    Other sessions, tokens and links for a new password of the login end. Raises InvalidInput (known
    address, weak password, a password that is no longer a one-time password), NotPermitted.
    """
    email, name = email.strip().lower(), clean_text(name)
    try:
        validate_password(password, user=Staff(email=email, name=name))
    except ValidationError as error:
        raise InvalidInput(_("Choose a stronger password."), fields={"password": list(error.messages)}) from None
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        staff = member.staff
        if not staff.password_is_one_time:
            raise InvalidInput(_("This login has a password of its own already."), code="password_replaced")
        if Staff.objects.filter(email__iexact=email).exclude(pk=staff.pk).exists():
            raise known_address()
        staff.email, staff.name = email, name
        staff.set_password(password)
        try:
            staff.save(update_fields=["email", "name", *PASSWORD_FIELDS])
        except IntegrityError:  # registered in the meantime
            raise known_address() from None
        end_links(staff.pk)
        work.record(MemberLoginReplaced(membership=member))
    return staff


def sign_out_everywhere(*, actor: Actor) -> None:
    """End every session of the actor's login: browsers, tokens, sockets, tablets, links for a password.

    Raises NotPermitted.
    """
    with UnitOfWork(actor) as work:
        member = own_membership(work)
        Staff.objects.filter(pk=member.staff_id).update(version=F("version") + 1)
        end_links(member.staff_id)
        end_sessions("ended", work, Q(membership__staff_id=member.staff_id))
        work.record(MemberSignedOut(membership=member))


def own_membership(work: UnitOfWork) -> Membership:
    """Lock and return the actor's own membership."""
    actor = work.actor
    rows = Membership.objects.of_restaurant(work.restaurant_id).active().select_related("staff")
    member: Membership | None = rows.filter(staff_id=actor.id).locked().first() if actor.is_staff else None
    if member is None:
        raise NotPermitted(_("Only a member of staff can do this."))
    return member

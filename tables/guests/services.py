"""Services of guest profiles. Each function is one unit of work."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, Stale
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.guests.contacts import email_of, phone_of
from tables.guests.events import GuestChanged, GuestErased, GuestExported, GuestsMerged
from tables.guests.models import Guest
from tables.guests.representations import profile_json
from tables.guests.steps import add_guest_row, guest_known_by, lock_contacts, locked_guests, touch_guest

TEXTS = {"name": 120, "language": 10, "allergies": 300, "notes": 1000}  # with the longest text
PERSONAL = (*TEXTS, "phone", "email")


def add_guest(*, fields: Mapping[str, Any], actor: Actor) -> Guest:
    """Add a profile with name, phone, email, language, allergies, notes and `consent` (true or false).

    Raises LostRace (`guest_known`) if the phone number or address is known, InvalidInput, NotPermitted.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        values = _clean(fields)
        lock_contacts(work)
        _require_contact(values.get("phone", ""), values.get("email", ""))
        _require_unknown(work, None, values)
        return add_guest_row(work, **values, **_consent(fields, None, work))


def change_guest(
    *, guest_id: int, fields: Mapping[str, Any], actor: Actor, versions: Collection[int] | None = None
) -> Guest:
    """Change fields of a profile, as `add_guest` takes them. Equal values change nothing.

    Locks: guest. Raises Stale, LostRace (`guest_known`), InvalidInput, NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        lock_contacts(work)
        (guest,) = locked_guests(work, guest_id)
        if versions is not None and guest.version not in versions:
            raise Stale(_("Someone changed this guest. Load the page again."), current_version=guest.version)
        values = {**_clean(fields), **_consent(fields, guest, work)}
        _require_unknown(work, guest, values)
        changed = [name for name, value in values.items() if getattr(guest, name) != value]
        for name in changed:
            setattr(guest, name, values[name])
        _require_contact(guest.phone, guest.email)
        if changed:
            touch_guest(guest, *changed)
            work.record(GuestChanged(guest=guest, fields=tuple(changed)))
    return guest


def merge_guests(*, guest_id: int, other_id: int, actor: Actor) -> Guest:
    """Merge the profile `other` into a profile, which keeps the histories of both and is found by the contacts of both.

    Locks: guest. Same transaction: what other apps know of the guest. Raises InvalidInput, NotPermitted, NotYours.
    """
    actor.require(Permission.MANAGE)
    if guest_id == other_id:
        raise InvalidInput(_("Choose another guest."), code="same_guest")
    with UnitOfWork(actor) as work:
        lock_contacts(work)
        guest, other = locked_guests(work, guest_id, other_id)
        for name in ("name", "language"):
            setattr(guest, name, getattr(guest, name) or getattr(other, name))
        guest.allergies = _both(guest.allergies, other.allergies, 300)
        guest.notes = _both(guest.notes, other.notes, 1000)
        guest.visits, guest.no_shows = guest.visits + other.visits, guest.no_shows + other.no_shows
        last = [at for at in (guest.last_visit_at, other.last_visit_at) if at]
        guest.last_visit_at = max(last, default=None)
        other.merged_into, other.visits, other.no_shows = guest, 0, 0
        other.allergies = other.notes = ""
        touch_guest(other, "merged_into", "visits", "no_shows", "allergies", "notes")
        touch_guest(guest, "name", "language", "allergies", "notes", "visits", "no_shows", "last_visit_at")
        work.record(GuestsMerged(guest=guest, other=other))
    return guest


def export_guest(*, guest_id: int, actor: Actor) -> dict[str, Any]:
    """Return everything that is kept about a guest as JSON, and note that it was exported.

    Raises NotPermitted, NotYours.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        (guest,) = locked_guests(work, guest_id)
        merged = list(Guest.objects.of_restaurant(work.restaurant_id).filter(merged_into=guest))
        found = profile_json(guest, merged)
        for path in settings.GUEST_FACTS:
            found |= hook(path)(guest.pk, work.restaurant_id)
        work.record(GuestExported(guest=guest))
    return found


def erase_guest(*, guest_id: int, actor: Actor) -> None:
    """Erase the personal data of a guest everywhere. Counts, orders and money stay, without a name.

    Locks: guest. Same transaction: other apps erase what they know, also in the event log's private part.
    Raises InvalidInput (`guest_is_here`) while the guest waits, sits here or is expected, NotPermitted, NotYours.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_contacts(work)
        (guest,) = locked_guests(work, guest_id)
        rows = Guest.objects.of_restaurant(work.restaurant_id)
        ids = [guest.pk]
        while more := list(rows.filter(merged_into__in=ids).exclude(pk__in=ids).values_list("pk", flat=True)):
            ids += more
        contacts = tuple(rows.filter(pk__in=ids).values_list("phone", "email"))
        empty = dict.fromkeys((*PERSONAL, "name_key", "consent_by"), "")
        rows.filter(pk__in=ids).update(**empty, consent_at=None, erased_at=work.now)
        work.record(GuestErased(guest=guest, guests=tuple(ids), contacts=contacts))


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given fields as they are stored. Raises InvalidInput."""
    values: dict[str, Any] = {}
    for name, most in TEXTS.items():
        if name in fields:
            text = clean_text(fields[name], lines=name == "notes")
            if len(text) > most:
                message = _("At most %(most)s characters.") % {"most": most}
                raise InvalidInput(message, fields={name: [message]})
            values[name] = text
    if values.get("language", "") not in ("", *(code for code, _name in settings.LANGUAGES)):
        message = _("Choose a language of the list.")
        raise InvalidInput(message, fields={"language": [message]})
    if "phone" in fields:
        values["phone"] = phone_of(fields["phone"])
    if "email" in fields:
        values["email"] = email_of(fields["email"])
    return values


def _consent(fields: Mapping[str, Any], guest: Guest | None, work: UnitOfWork) -> dict[str, Any]:
    """Return the changed consent. The first time stays when it is given again."""
    if "consent" not in fields or bool(fields["consent"]) == bool(guest and guest.consent_at):
        return {}
    given = bool(fields["consent"])
    return {"consent_at": work.now if given else None, "consent_by": work.actor.label[:120] if given else ""}


def _require_contact(phone: str, email: str) -> None:
    if not phone and not email:
        message = _("A phone number or an e-mail address is needed.")
        raise InvalidInput(message, code="no_contact", fields={"phone": [message]})


def _require_unknown(work: UnitOfWork, guest: Guest | None, values: Mapping[str, Any]) -> None:
    """Refuse a contact that another profile has. Raises LostRace."""
    known = guest_known_by(work, phone=values.get("phone", ""), email=values.get("email", ""))
    if known is not None and (guest is None or known.pk != guest.pk):
        message = _("%(name)s has this phone number or e-mail address already.") % {"name": known.label}
        raise LostRace(message, code="guest_known", guest=known.pk)
    rows = Guest.objects.of_restaurant(work.restaurant_id).exclude(pk=guest.pk if guest else None)
    if rows.known_by(phone=values.get("phone", ""), email=values.get("email", "")).exists():
        message = _("An earlier profile of this guest has this contact, so the guest is found by it already.")
        raise LostRace(message, code="guest_known")


def _both(one: str, two: str, most: int) -> str:
    """Return both texts, one after the other, once if they are equal. Raises InvalidInput if they are too long."""
    joined = one if not two or two == one else f"{one}\n{two}".strip()
    if len(joined) > most:
        message = _("The notes of both are too long together. Shorten them first.")
        raise InvalidInput(message, code="too_long")
    return joined

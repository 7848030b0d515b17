"""Steps of units of work that find, add and count guests."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from bistro.core.database.named_locks import lock_name
from bistro.core.kernel.errors import DomainError, LostRace, NotYours
from bistro.core.kernel.numbers import LARGEST_KEY
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.guests.contacts import email_of, phone_of
from tables.guests.events import GuestAdded
from tables.guests.models import Guest


def guest_by_contact(work: UnitOfWork, *, name: str = "", phone: str = "", email: str = "") -> Guest | None:
    """Return the profile with this phone number or e-mail address, and add it if there is none.

    None without both. A profile without a name gets the one that was given. Locks: the contacts' names.
    Raises InvalidInput for a malformed contact, LostRace if number and address belong to two guests.
    """
    require_transaction()
    phone, email, name = phone_of(phone), email_of(email), clean_text(name)[:120]
    if not phone and not email:
        return None
    lock_contacts(work)
    guest = guest_known_by(work, phone=phone, email=email)
    if guest is None:
        return add_guest_row(work, name=name, phone=phone, email=email)
    missing = {"name": name, "phone": phone, "email": email}
    filled = [field for field, value in missing.items() if value and not getattr(guest, field)]
    for field in filled:
        setattr(guest, field, missing[field])
    if filled:
        touch_guest(guest, *filled)
    return guest


def guest_known_by(work: UnitOfWork, *, phone: str, email: str) -> Guest | None:
    """Return the living profile with this normalised phone number or address, through merges, or None.

    Raises LostRace (`two_guests`) if they belong to two profiles.
    """
    require_transaction()
    rows = Guest.objects.of_restaurant(work.restaurant_id).known_by(phone=phone, email=email)
    found = {living.pk: living for living in (_living(row) for row in rows.select_related("merged_into"))}
    if len(found) > 1:
        message = _("The phone number and the e-mail address belong to two guests. Merge their profiles first.")
        raise LostRace(message, code="two_guests", fields={"email": [_("Belongs to another guest.")]})
    return next(iter(found.values()), None)


def _living(guest: Guest) -> Guest:
    while guest.merged_into is not None:
        guest = guest.merged_into
    return guest


def add_guest_row(work: UnitOfWork, **fields: object) -> Guest:
    """Insert a profile. The caller holds the lock of the contacts and has looked for them."""
    require_transaction()
    guest = Guest.objects.create(restaurant_id=work.restaurant_id, created_at=work.now, **fields)
    work.record(GuestAdded(guest=guest))
    return guest


def lock_contacts(work: UnitOfWork) -> None:
    """Lock the contacts of the restaurant's guests, because a profile that does not exist yet cannot be locked."""
    lock_name(f"guests:{work.restaurant_id}")


def locked_guests(work: UnitOfWork, *ids: int) -> list[Guest]:
    """Lock living profiles and return them in this order. Locks: guest. Raises NotYours."""
    require_transaction()
    wanted = [pk for pk in ids if pk <= LARGEST_KEY]
    rows = {row.pk: row for row in Guest.objects.visible_to(work.actor).living().filter(pk__in=wanted).locked()}
    if any(pk not in rows for pk in ids):
        raise NotYours(_("There is no such guest."), code="guest_not_found")
    return [rows[pk] for pk in ids]


def touch_guest(guest: Guest, *fields: str) -> None:
    """Save these fields and raise the version."""
    require_transaction()
    guest.version += 1
    guest.save(update_fields=[*fields, "version", *(["name_key"] if "name" in fields else [])])


def remember_guest(work: UnitOfWork, *, name: str, phone: str, email: str) -> None:
    """Note that a guest who books online agrees to be known at later visits.

    A stranger may have typed somebody else's number, so a known profile gets the consent and no other change. Locks:
    the contacts' names. Contacts that are malformed or belong to two profiles are left alone.
    """
    require_transaction()
    lock_contacts(work)
    try:
        contacts = {"phone": phone_of(phone), "email": email_of(email)}
        guest = guest_known_by(work, **contacts)
    except DomainError:
        return
    by = _("Booking page")
    if guest is None:
        add_guest_row(work, name=clean_text(name)[:120], **contacts, consent_at=work.now, consent_by=by)
    elif guest.consent_at is None:
        guest.consent_at, guest.consent_by = work.now, by
        touch_guest(guest, "consent_at", "consent_by")


def count_visit(guest_id: int, at: datetime, work: UnitOfWork) -> None:
    """Count a visit of a guest that has ended."""
    require_transaction()
    rows = Guest.objects.of_restaurant(work.restaurant_id).filter(pk=guest_id)
    rows.update(visits=F("visits") + 1, last_visit_at=at)


def count_no_show(guest_id: int, change: int, work: UnitOfWork) -> None:
    """Count a no-show of a guest (1), or take one back (-1)."""
    require_transaction()
    rows = Guest.objects.of_restaurant(work.restaurant_id).filter(pk=guest_id)
    rows.filter(no_shows__gte=-change).update(no_shows=F("no_shows") + change)

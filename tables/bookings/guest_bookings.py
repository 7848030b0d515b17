"""Bookings of a guest, found by phone number or e-mail address."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from bistro.core.kernel.jsontext import moment
from tables.bookings.models import Booking
from tables.guests.contacts import digits_of
from tables.guests.models import Guest

Contacts = Collection[tuple[str, str]]  # pairs of normalised phone number and e-mail address


def bookings_of_guest(guest_id: int, restaurant_id: int) -> dict[str, Any]:
    """Return what is kept of a guest's bookings, for the copy that the guest may ask for."""
    ids = ids_by_contact(contacts_of(guest_id, restaurant_id), restaurant_id)
    return {"bookings": [_booking(row) for row in Booking.objects.filter(pk__in=ids).order_by("pk")]}


def contacts_of(guest_id: int, restaurant_id: int) -> Contacts:
    """Return the contacts of a profile and of those that were merged into it."""
    rows = Guest.objects.of_restaurant(restaurant_id).filter(Q(pk=guest_id) | Q(merged_into=guest_id))
    return list(rows.order_by("pk").values_list("phone", "email"))


def ids_by_contact(contacts: Contacts, restaurant_id: int) -> list[int]:
    """Return the ids of the bookings with one of these contacts, however it was typed."""
    phones = {phone for phone, _email in contacts if phone}
    emails = {email for _phone, email in contacts if email}
    if not phones and not emails:
        return []
    rows = Booking.objects.of_restaurant(restaurant_id).exclude(phone="", email="")
    typed = rows.values_list("pk", "phone", "email").order_by("pk").iterator(chunk_size=2000)
    return [pk for pk, phone, email in typed if digits_of(phone) in phones or email.lower() in emails]


def _booking(row: Booking) -> dict[str, Any]:
    return {
        "name": row.guest_name,
        "phone": row.phone,
        "email": row.email,
        "notes": row.notes,
        "occasion": row.occasion,
        "size": row.size,
        "status": row.status,
        "starts_at": moment(row.starts_at),
    }

"""Messages to a guest, found by the guest's contacts and bookings."""

from typing import Any

from django.db.models import Q

from bistro.core.kernel.jsontext import moment
from bistro.mail.models import Message
from tables.bookings.guest_bookings import Contacts, contacts_of, ids_by_contact


def messages_of_guest(guest_id: int, restaurant_id: int) -> dict[str, Any]:
    """Return what is kept of the messages to a guest, for the copy that the guest may ask for."""
    ids = ids_to_guest(contacts_of(guest_id, restaurant_id), restaurant_id)
    return {"messages": [_message(row) for row in Message.objects.filter(pk__in=ids).order_by("pk")]}


def ids_to_guest(contacts: Contacts, restaurant_id: int) -> list[int]:
    """Return the ids of the messages to one of these contacts, or about a booking with one of them.

    A booking found by its phone number may have an e-mail address that the profile lacks.
    """
    wanted = Q(pk=None)
    for contact in {each for pair in contacts for each in pair if each}:
        wanted |= Q(to__iexact=contact)
    rows = Message.objects.of_restaurant(restaurant_id)
    bookings = {str(pk) for pk in ids_by_contact(contacts, restaurant_id)}
    about = rows.filter(key__startswith="booking:").order_by("pk").values_list("pk", "key").iterator(chunk_size=2000)
    found = {pk for pk, key in about if bookings and key.split(":")[1] in bookings}
    return sorted(found | set(rows.filter(wanted).values_list("pk", flat=True)))


def _message(row: Message) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "to": row.to,
        "subject": row.subject,
        "body": row.body,
        "status": row.status,
        "created_at": moment(row.created_at),
    }

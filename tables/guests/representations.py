"""Guest profiles as JSON, for the copy that a guest may ask for."""

from collections.abc import Iterable
from typing import Any

from bistro.core.kernel.jsontext import moment
from tables.guests.models import Guest


def profile_json(guest: Guest, merged: Iterable[Guest]) -> dict[str, Any]:
    """Return everything that the profile says, with the contacts of profiles that were merged into it."""
    return {
        "id": str(guest.uid),
        "name": guest.name,
        "phone": guest.phone,
        "email": guest.email,
        "language": guest.language,
        "allergies": guest.allergies,
        "notes": guest.notes,
        "consent_at": moment(guest.consent_at),
        "visits": guest.visits,
        "no_shows": guest.no_shows,
        "last_visit_at": moment(guest.last_visit_at),
        "created_at": moment(guest.created_at),
        "merged": [{"name": row.name, "phone": row.phone, "email": row.email} for row in merged],
    }

"""Parties as guests of the floor app QTable: camelCase keys and uids."""

from datetime import datetime
from typing import Any

from bistro.core.kernel.jsontext import moment
from tables.events import GUEST_STATUS
from tables.models import Party
from tables.transitions import PartyStatus


def guest_json(party: Party) -> dict[str, Any]:
    """Return a party as `GuestOutput`. Read it with its guest, table and entry."""
    entry = getattr(party, "entry", None)
    arrived: datetime | None = entry.arrived_at if entry else party.seated_at
    return {
        "id": str(party.uid),
        "guestName": party.name,
        "phone": party.guest.phone if party.guest else "",
        "partySize": party.size,
        "status": GUEST_STATUS.get(PartyStatus(party.status), party.status),
        "tableId": str(party.table.uid) if party.table else None,
        "notes": party.notes,
        "quotedMinutes": entry.quoted_high if entry else None,
        "arrivedAt": moment(arrived),
        "seatedAt": moment(party.seated_at),
    }

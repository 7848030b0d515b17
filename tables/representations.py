"""A party as JSON for programs under `/api/v1`."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from tables.declarations import WHOLE_PARTY, Declared
from tables.models import Party


def party_json(party: Party, *, table_name: str) -> dict[str, Any]:
    """Return a party with its declared allergies (`PartyOutput`)."""
    return {
        "id": party.pk,
        "uid": str(party.uid),
        "table": party.table_id,
        "table_name": table_name,
        "size": party.size,
        "status": party.status,
        "seated_at": moment(party.seated_at),
        **declared_json(party.allergies),
        "version": party.version,
    }


def declared_json(declared: Declared) -> dict[str, Any]:
    """Return the declared allergies: those of the whole party, and those of each seat."""
    return {
        "allergies": list(declared.get(WHOLE_PARTY, ())),
        "seats": [{"seat": int(seat), "allergies": list(codes)} for seat, codes in declared.items() if seat],
    }

"""A party as JSON for programs under `/api/v1`."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from tables.declarations import WHOLE_PARTY, Declared
from tables.models import Occupancy, Party


def party_json(party: Party) -> dict[str, Any]:
    """Return a party with its tables and declared allergies (`PartyOutput`). Costs a query for the tables."""
    held = Occupancy.objects.of_restaurant(party.restaurant_id).open().filter(party=party)
    return {
        "id": party.pk,
        "uid": str(party.uid),
        "table": party.table_id,
        "table_name": party.table.name if party.table else "",
        "tables": sorted(held.values_list("table_id", flat=True), key=lambda table: (table != party.table_id, table)),
        "size": party.size,
        "server": party.server_id,
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

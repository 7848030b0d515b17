"""Parties and service calls as JSON for programs under `/api/v1`."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from tables.declarations import WHOLE_PARTY, Declared
from tables.models import Occupancy, Party, ServiceCall


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


def call_json(call: ServiceCall) -> dict[str, Any]:
    """Return a service call (`CallOutput`). `state` is open, taken or closed; `number` counts the party's calls."""
    return {
        "id": call.pk,
        "table": call.table_id,
        "table_name": call.table.name,
        "party": call.party_id,
        "reason": call.reason,
        "state": call.state,
        "number": call.number,
        "at": moment(call.at),
        "rings": call.rings,
        "last_rung_at": moment(call.last_rung_at),
        "escalation": call.escalation.value,
        "escalated_at": moment(call.escalated_at),
        "taken_at": moment(call.taken_at),
        "taken_by": call.taken_by_name or None,
        "closed_at": moment(call.closed_at),
        "closed_by": call.closed_by_name or None,
        "withdrawn": call.withdrawn,
    }

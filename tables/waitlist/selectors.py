"""Reads of the waiting list that are not one QuerySet."""

from typing import Any

from django.db.models import Q

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.roles import Permission
from tables.models import Party
from tables.querysets import PartyQuerySet


def visits_of_guest(guest_id: int, restaurant_id: int) -> dict[str, Any]:
    """Return what is kept of a guest's visits, for the copy that the guest may ask for."""
    rows = Party.objects.of_restaurant(restaurant_id).filter(guest=guest_id).select_related("table", "entry")
    return {"parties": [_visit(party) for party in rows.order_by("pk")]}


def _visit(party: Party) -> dict[str, Any]:
    entry = getattr(party, "entry", None)
    return {
        "name": party.name,
        "notes": party.notes,
        "size": party.size,
        "status": party.status,
        "table": party.table.name if party.table else None,
        "waited_from": moment(entry.arrived_at) if entry else None,
        "quoted_minutes": [entry.quoted_low, entry.quoted_high] if entry else None,
        "seated_at": moment(party.seated_at),
        "left_at": moment(party.completed_at),
        "allergies": party.allergies,
    }


def guests_of(actor: Actor | None) -> PartyQuerySet:
    """Return the parties that programs know as guests: at tables, or on the waiting list unless taken off it."""
    rows = Party.objects.visible_to(actor)
    if actor is None or not actor.may(Permission.SEAT_TABLE):
        rows = rows.none()
    shown = Q(table__isnull=False) | Q(entry__isnull=False)
    return rows.filter(shown).exclude(entry__removed=True).select_related("table", "guest", "entry")

"""The order that a Send places, from its checked body or from the stored draft."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.money import text
from bistro.core.kernel.order_kinds import OrderKind
from menu.compiled import CompiledMenu
from orders.models import Order
from orders.order_commands import OrderRequest
from orders.ordering.forms import fingerprint_of
from orders.ordering.place import Place
from orders.ordering.quote import Selling, held_courses, line_request, quote


def was_sent(actor: Actor, key: str) -> bool:
    """Return whether an order with this key exists, so that a repeated Send is not judged by today's prices."""
    return Order.objects.visible_to(actor).filter(credential=actor.credential, key=key).exists()


def refuse_other_total(selling: Selling, body: Mapping[str, Any], kind: str) -> None:
    """Refuse a Send whose total is no longer what the waiter saw. Raises LostRace with the total of now."""
    seen = body.get("total") or ""
    if not seen:
        return
    now = quote(selling, body["lines"], kind)
    total = text(now.total, selling.menu.menu.currency)
    if not now.problems and total != seen:
        message = gettext("Prices changed: %(total)s instead of %(seen)s. Look at the check, then send again.")
        raise LostRace(message % {"total": total, "seen": seen}, code="price_changed", total=total)


def kind_of(place: Place, details: Mapping[str, Any]) -> str:
    """Return the kind of an order: chosen, or what the place suggests."""
    return str(details.get("kind") or (OrderKind.DINE_IN if place.table else OrderKind.TAKE_AWAY))


def order_request(
    place: Place, body: Mapping[str, Any], actor: Actor, menu: CompiledMenu, approver: Actor | None = None
) -> OrderRequest:
    """Return the service's request for a Send. `approver` is the manager who approved its typed prices."""
    details = body.get("details") or {}
    kind = kind_of(place, details)
    away = kind != OrderKind.DINE_IN
    return OrderRequest(
        actor=actor,
        lines=tuple(line_request(line) for line in body["lines"]),
        table_id=place.table_id,
        kind=kind,
        name=details.get("name", "") if away else "",
        pickup_at=details.get("pickup_at") if away else None,
        note=details.get("note", ""),
        key=body["key"],
        fingerprint=fingerprint_of(body, place.table_id),
        held=_held(body, menu),
        draft_lines=tuple(line["key"] for line in body["lines"]),
        party_id=body.get("party"),
        approver=approver,
    )


def _held(body: Mapping[str, Any], menu: CompiledMenu) -> tuple[int, ...] | None:
    """Return the courses that wait: as the waiter said, else by the house's rule. None if nobody said anything."""
    said: Mapping[str, str] = (body.get("details") or {}).get("courses") or {}
    if not said:
        return None
    return held_courses(body["lines"], said, menu)

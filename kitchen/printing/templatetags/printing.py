"""Tags for printing: printers with lost slips on every board, and the heading of a slip."""

from collections.abc import Mapping
from typing import Any

from django import template

from kitchen.printing.escpos import HEADINGS
from kitchen.printing.selectors import printer_alerts as read_alerts

register = template.Library()


@register.inclusion_tag("kitchen/printers.html", takes_context=True)
def printer_alerts(context: dict[str, Any], restaurant_id: int) -> dict[str, Any]:
    """Return the context of the strip. Costs one query when no printer is in trouble."""
    return {"alerts": read_alerts(restaurant_id), "oob": False, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def slip_heading(slip: Mapping[str, Any]) -> str:
    """Return the heading of a slip; a new ticket's slip has none."""
    return str(HEADINGS.get(slip["kind"], ""))

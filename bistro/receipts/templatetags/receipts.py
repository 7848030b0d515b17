"""Tags for pages of bills and tills: the button that prints, the drawer, and receipt printers in trouble."""

from typing import Any

from django import template
from django.urls import reverse

from bistro.core.auth.access import request_actor
from bistro.core.kernel.roles import Permission
from bistro.receipts.models import TillPrinter
from bistro.receipts.selectors import Printing, printing_for, printing_of
from kitchen.printing.selectors import PrinterAlert, printer_alerts
from orders.till.models import Till

register = template.Library()


@register.simple_tag(takes_context=True)
def printing(context: dict[str, Any]) -> Printing:
    """Return the printing of the person who looks at the page. Costs one query without a receipt printer."""
    actor = request_actor(context["request"])
    return printing_for(actor) if actor is not None else Printing()


@register.inclusion_tag("receipts/print_button.html", takes_context=True)
def print_on(context: dict[str, Any], printing: Printing, to: str, *args: Any) -> dict[str, Any]:
    """Render the button that prints on the receipt printer, or nothing without one."""
    token = context.get("csrf_token")
    return {"printer": printing.printer, "url": reverse(to, args=args), "csrf_token": token}


@register.inclusion_tag("receipts/troubles.html", takes_context=True)
def printer_troubles(context: dict[str, Any], printing: Printing) -> dict[str, Any]:
    """Render the receipt printers that have lost papers. Costs no query while all are well.

    Where only tickets are lost, cooks alone get the buttons.
    """
    lost: list[PrinterAlert] = []
    troubled = {each.pk for each in printing.printers if each.trouble_at is not None}
    if troubled:
        alerts = printer_alerts(printing.printers[0].restaurant_id)
        lost = [alert for alert in alerts if alert.id in troubled]
    actor = request_actor(context["request"])
    is_cook = actor is not None and actor.may(Permission.COOK)
    return {
        "alerts": [(alert, is_cook or not _lost_tickets_alone(alert)) for alert in lost],
        "csrf_token": context.get("csrf_token"),
        "here": context["request"].get_full_path(),
    }


def _lost_tickets_alone(alert: PrinterAlert) -> bool:
    """Return whether a printer has lost tickets, and nothing that is for other people than cooks."""
    return bool(alert.numbers) and not alert.papers and not alert.waiting


@register.inclusion_tag("receipts/drawer.html", takes_context=True)
def drawer_of(context: dict[str, Any], till: Till) -> dict[str, Any]:
    """Render the drawer of a till, and the form that chooses its printer; nothing without a receipt printer."""
    chosen = TillPrinter.objects.filter(till=till).first()
    return {
        "till": till,
        "printing": printing_of(till, till.restaurant_id),
        "chosen": chosen.printer_id if chosen else None,
        "has_drawer": chosen is None or chosen.has_drawer,
        "csrf_token": context.get("csrf_token"),
    }

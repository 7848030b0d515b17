"""Alarms on the floor plan for printers in trouble: a kitchen without paper and screens cannot report it."""

from django.utils.translation import gettext, ngettext

from bistro.core.kernel.actors import Actor
from kitchen.printing.selectors import printer_alerts
from orders.floor.alarms import PRINTER, Alarm


def printer_alarms(actor: Actor) -> list[Alarm]:
    """Return one alarm for each printer in trouble. Costs one query when there is none."""
    if actor.restaurant_id is None:
        return []
    return [
        Alarm(
            id=f"printer-{alert.id}",
            table_name="",
            text=gettext("Printer %(printer)s (%(station)s): %(trouble)s %(missing)s")
            % {
                "printer": alert.name,
                "station": alert.station,
                "trouble": alert.trouble,
                "missing": _missing(alert.failed, [*(f"#{number}" for number in alert.numbers), *alert.papers]),
            },
            since=alert.since,
            url="",
            cause=PRINTER,
        )
        for alert in printer_alerts(actor.restaurant_id)
    ]


def _missing(failed: int, names: list[str]) -> str:
    if not failed:
        return ""
    named = ", ".join(names)
    words = ngettext("%(count)s slip not printed", "%(count)s slips not printed", failed) % {"count": failed}
    return f"{words}: {named}." if named else f"{words}."

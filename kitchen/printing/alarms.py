"""Alarms on the floor plan for printers in trouble: a kitchen without paper and screens cannot report it."""

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
            text=f"Printer {alert.name} ({alert.station}): {alert.trouble} {_missing(alert.failed, alert.numbers)}",
            since=alert.since,
            url="",
            cause=PRINTER,
        )
        for alert in printer_alerts(actor.restaurant_id)
    ]


def _missing(failed: int, numbers: list[int]) -> str:
    orders = ", ".join(f"#{number}" for number in numbers)
    if not failed:
        return ""
    return f"{failed} slip{'' if failed == 1 else 's'} not printed{f': {orders}' if orders else ''}."

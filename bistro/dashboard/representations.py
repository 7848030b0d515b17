"""The figures of the business day as JSON (docs/contracts/bistro.md)."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from bistro.dashboard.figures import DAYS, DayFigures
from orders.floor.alarms import Alarm


def figures_json(found: DayFigures, currency: str) -> dict[str, Any]:
    """Return the figures (`DayFiguresOutput`)."""
    backup = found.backup
    return {
        "day": found.day.isoformat(),
        "at": moment(found.at),
        "currency": currency,
        "orders": found.orders,
        "sales": {day: text(found.sales[day], currency) for day in DAYS},
        "tickets": {"open": found.open_tickets, "late": found.late_tickets, "ready": found.ready_orders},
        "tables": {"all": found.tables, "taken": found.tables_taken},
        "backup": {"at": moment(backup.at), "every_seconds": int(backup.every), "late": backup.late},
        "alarms": [_alarm_json(alarm) for alarm in found.alarms],
        "to_do": [{"code": task.code, "count": task.count, "text": task.text, "url": task.url} for task in found.tasks],
    }


def _alarm_json(alarm: Alarm) -> dict[str, Any]:
    return {
        "cause": alarm.cause,
        "table": alarm.table_name,
        "text": alarm.text,
        "since": moment(alarm.since),
        "url": alarm.url,
    }

"""Examples in the OpenAPI document of the kitchen's calls."""

from typing import Any

from bistro.core.api.examples import AT

TICKET: dict[str, Any] = {
    "id": 9,
    "order": 2,
    "number": 2,
    "table": 1,
    "table_name": "Table 1",
    "kind": "dine_in",
    "pickup_at": None,
    "station": 1,
    "station_name": "Grill",
    "status": "started",
    "fired_at": AT,
    "fired_course": None,
    "seen_at": AT,
    "seen_on": "Screen Grill",
    "unseen_at": None,
    "started_at": AT,
    "done_at": None,
    "done_by": "",
    "done_on": "",
    "aged_from": AT,
    "held_at": None,
    "alert_at": None,
    "recalled_at": None,
    "recalls": 0,
    "voided": [],
    "lines": [
        {
            "id": 21,
            "line": 3,
            "name": "Burger",
            "quantity": 1,
            "modifiers": ["Cheddar", "No onion"],
            "allergies": ["sesame"],
            "conflicts": [{"allergen": "sesame", "where": "Burger", "level": "contains"}],
            "seat": 2,
            "course": 2,
            "status": "started",
            "changed": False,
            "added": False,
            "unrouted": False,
            "start_at": None,
            "plated_at": None,
        }
    ],
    "version": 3,
}
STATION = {"station": 2}
RECALL = {"restart_timer": True}
READ = {"version": 3}
PLATED = {"plated": True}
LOAD = {
    "pads_paused_until": None,
    "average_seconds": 540,
    "target_seconds": 600,
    "stations": [
        {
            "id": 1,
            "name": "Grill",
            "cooks": 2,
            "at_once": 4,
            "open_tickets": 6,
            "backlog_seconds": 420,
            "average_seconds": 540,
            "target_seconds": 600,
        }
    ],
    "items": [{"item": 12, "minutes": 14}],
}
_FIGURES = {"count": 41, "p50_seconds": 480, "p90_seconds": 790, "late_share": 0.122, "recalls": 1}
_HOURS = [{"hour": 19, **_FIGURES}]
REPORT = {
    "from": "2026-11-27",
    "to": "2026-11-28",
    "complete": True,
    **_FIGURES,
    "hours": _HOURS,
    "stations": [{"id": 1, "name": "Grill", **_FIGURES, "hours": _HOURS}],
    "items": [{"id": 12, "name": "Burger", **_FIGURES, "hours": _HOURS}],
    "cooks": [{"name": "Ada", **_FIGURES, "hours": _HOURS}],
}

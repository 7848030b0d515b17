"""Examples in the OpenAPI document of the calls of orders, pads and the floor."""

from typing import Any

from bistro.core.api.examples import AT, EPOCH, LATER, RESTAURANT

NEW_LINE = {
    "item": "Burger",
    "quantity": 1,
    "modifiers": ["Cheddar", "No onion"],
    "note": "cut in half",
    "seat": 2,
    "course": 2,
}
NEW_ORDER = {
    "table": "Table 1",
    "lines": [NEW_LINE],
    "courses": [{"course": 2, "when": "hold", "minutes": 20}],
    "note": "birthday",
}
EDITED_ORDER = {"lines": [{"id": 3, "item": "Burger", "quantity": 2, "modifiers": ["Cheddar"], "seat": 2}]}
NEW_PAD_ORDER = {
    "table": "Table 1",
    "items": [{"name": "Burger", "quantity": 3}, {"name": "Ice Cream", "quantity": 1}],
}
CANCELLATION = {"reason": "The guest left"}
VOID = {"quantity": 1, "reason": "The guest changed their mind"}
PICKUP = {"pickup_at": "2026-11-28T18:30:00+01:00"}
COURSE = {"course": 2}
PLAN = {"course": 2, "minutes": 15}

LINE: dict[str, Any] = {
    "id": 3,
    "item": 12,
    "name": "Burger",
    "quantity": 1,
    "unit_price": "15.40",
    "list_price": None,
    "price_reason": "",
    "approved_by": "",
    "modifiers": [{"id": 171, "name": "Cheddar", "price": "1.50"}, {"id": 176, "name": "No onion", "price": "0.00"}],
    "allergies": ["sesame"],
    "conflicts": [{"allergen": "sesame", "where": "Burger", "level": "contains"}],
    "note": "cut in half",
    "seat": 2,
    "course": 2,
    "status": "queued",
    "total": "15.40",
    "tax": "1.40",
}
ORDER: dict[str, Any] = {
    "id": 2,
    "uid": "01a22275-7173-7134-85ac-142c056755dc",
    "number": 2,
    "business_date": "2026-11-28",
    "status": "placed",
    "kind": "dine_in",
    "name": "",
    "pickup_at": None,
    "table": 1,
    "table_name": "Table 1",
    "party": 1,
    "placed_by": "Pad Table 1",
    "lines": [LINE],
    "total": "15.40",
    "tax": "1.40",
    "taxes": [{"name": "Tax", "percent": "10", "amount": "1.40"}],
    "placed_at": AT,
    "unseen_at": None,
    "seen_on": None,
    "confirmed_at": None,
    "preparing_at": None,
    "ready_at": None,
    "fired_at": None,
    "served_at": None,
    "delivered_at": None,
    "cancelled_at": None,
    "created_at": AT,
    "version": 1,
    "note": "birthday",
    "cancel_reason": "",
}
VOIDED = {
    **ORDER,
    "kitchen": {"stage": "queued", "message": "The kitchen had not started. The change is on its screens."},
}
PAD_ORDER = {
    **{key: value for key, value in ORDER.items() if key != "table_name"},
    "table": "Table 1",
    "items": [
        {"name": "Burger", "quantity": 1, "modifiers": ["Cheddar", "No onion"], "allergies": ["sesame"], "seat": 2}
    ],
    "created_at": "2026-11-28T14:00:51+00:00",
}
RECENT_LINE = {
    "order_id": 2,
    "table_name": "Table 1",
    "item_name": "Burger",
    "quantity": 1,
    "created_at": "2026-11-28T14:00:51+00:00",
}
PAD = {
    "device": {"id": 3, "name": "Pad Table 1", "kind": "pad"},
    "table": {"id": 1, "name": "Table 1", "seats": 4},
    "restaurant": {
        "id": RESTAURANT,
        "name": "Bistro Linden",
        "currency": "EUR",
        "locale": "en",
        "timezone": "Europe/Berlin",
    },
    "session": {"required": False, "open": True},
    "party": 1,
    "allergies": [],
    "seats": [{"seat": 3, "allergies": ["nuts"]}],
    "settings": {"soon_seconds": 300, "late_seconds": 600, "heartbeat_seconds": 5},
    "feed": {"seq": 118, "epoch": EPOCH},
    "server_time": AT,
}
TRACKING = [
    {"step": "Order Placed", "done": True, "at": AT},
    {"step": "Kitchen Received", "done": False, "at": None},
    {"step": "Preparation", "done": False, "at": None},
    {"step": "Ready for Service", "done": False, "at": None},
    {"step": "Delivered", "done": False, "at": None},
]
PARTY_ORDERS = {
    "orders": [{**ORDER, "tracking": TRACKING}],
    "total": "15.40",
    "service": "0.00",
    "service_name": "",
    "tax": "1.40",
    "taxes": ORDER["taxes"],
}
TABLE = {
    "id": 1,
    "name": "Table 1",
    "section": 1,
    "seats": 4,
    "guests": 2,
    "party": 1,
    "state": "waiting",
    "state_word": "Waiting for food 4 min",
    "since": LATER,
    "shape": "round",
    "x": 40,
    "y": 60,
    "rotation": 0,
}
FLOOR = {"seq": 118, "epoch": EPOCH, "count": 1, "results": [TABLE]}
ALLERGIES = {"seat": 3, "allergies": ["nuts"]}
PARTY = {
    "id": 1,
    "uid": "01a22275-7173-7134-85ac-142c056755dd",
    "table": 1,
    "table_name": "Table 1",
    "tables": [1],
    "size": 4,
    "server": 2,
    "status": "seated",
    "seated_at": AT,
    "allergies": [],
    "seats": [ALLERGIES],
    "version": 1,
}
NEW_PARTY = {"table": 1, "size": 4}
CHANGED_PARTY = {"size": 5, "insist": True}
MOVE = {"table": 2}
MOVED_LINES = {"lines": [{"id": 1, "quantity": 1}], "table": 2}
CALL_STAFF = {"reason": "bill"}
CALL = {
    "id": 9,
    "table": 1,
    "table_name": "Table 1",
    "party": 1,
    "reason": "bill",
    "state": "taken",
    "number": 2,
    "at": AT,
    "rings": 2,
    "last_rung_at": LATER,
    "escalation": 0,
    "escalated_at": None,
    "taken_at": LATER,
    "taken_by": "Ana",
    "closed_at": None,
    "closed_by": None,
    "withdrawn": False,
}

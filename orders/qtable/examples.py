"""Examples in the OpenAPI document of the calls of QTable."""

from typing import Any

from bistro.core.api.examples import EPOCH

RESTAURANT = "01a22274-98c5-7cfd-9d11-1e2ef716c806"
TABLE_ID = "01a22275-09c3-7a40-8d4f-5b7c1f0a2e11"
GUEST_ID = "01a22276-41d2-7c10-9a55-0c8e6f2b7d90"
GUEST: dict[str, Any] = {
    "id": GUEST_ID,
    "guestName": "Okafor",
    "phone": "+4930123456",
    "partySize": 4,
    "status": "waiting",
    "tableId": None,
    "notes": "High chair",
    "quotedMinutes": 20,
    "arrivedAt": "2026-11-28T18:29:11.019211+00:00",
    "seatedAt": None,
}
NEW_GUEST = {"guestName": "Okafor", "phone": "+49 30 123456", "partySize": 4, "notes": "High chair"}
SEATED = {"status": "seated", "tableId": TABLE_ID}
TABLE: dict[str, Any] = {
    "id": TABLE_ID,
    "name": "Table 10",
    "capacity": 4,
    "status": "available",
    "shape": "square",
    "x": 120,
    "y": 80,
    "rotation": 0,
    "section": "Terrace",
}
NEW_TABLE = {"name": "Table 10", "capacity": 4, "shape": "square", "x": 120, "y": 80, "section": "Terrace"}
TABLE_STATUS = {"status": "out_of_service"}
BATCH = {
    "updates": [
        {"entity": "guest", "id": GUEST_ID, "data": SEATED},
        {"entity": "table", "id": TABLE_ID, "data": {"status": "occupied"}},
    ]
}
BATCH_DONE = {"updated": 2, "seq": 118}
MESSAGE: dict[str, Any] = {
    "type": "guest_updated",
    "restaurant_id": RESTAURANT,
    "guest_id": GUEST_ID,
    "action": "status_changed",
    "timestamp": "2026-11-28T18:47:11.039837Z",
    "seq": 118,
    "epoch": EPOCH,
    "data": {"id": GUEST_ID, "guestName": "Okafor", "status": "seated", "tableId": TABLE_ID, "partySize": 4},
}
SYNC = {"seq": 118, "epoch": EPOCH, "events": [MESSAGE]}
DASHBOARD = {
    "restaurantId": RESTAURANT,
    "at": "2026-11-28T18:47:11.039837+00:00",
    "guests": {"waiting": 4, "seated": 14, "completedToday": 31},
    "tables": {"available": 6, "occupied": 14, "reserved": 1, "out_of_service": 1},
    "reservations": {"today": 9, "upcoming": 5},
    "orders": {"open": 11, "today": 64},
    "sales": {"today": "1284.50"},
}

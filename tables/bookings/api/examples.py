"""Examples in the OpenAPI document of the calls about bookings."""

from typing import Any

TABLE = "01a22275-09c3-7a40-8d4f-5b7c1f0a2e11"
RESERVATION: dict[str, Any] = {
    "id": "01a22276-41d2-7c10-9a55-0c8e6f2b7d90",
    "guestName": "Yilmaz",
    "phone": "+49 30 123456",
    "email": "",
    "partySize": 3,
    "startsAt": "2026-11-28T19:45:00.000000Z",
    "endsAt": "2026-11-28T21:30:00.000000Z",
    "status": "booked",
    "tableId": TABLE,
    "tableIds": [TABLE],
    "notes": "High chair",
    "occasion": "birthday",
    "delayMinutes": 0,
    "deposit": {
        "amount": "30.00",
        "payUntil": "2026-11-20T10:42:44.120981Z",
        "paidAt": "2026-11-20T10:15:02.408113Z",
        "refundableUntil": "2026-11-27T19:45:00.000000Z",
    },
    "createdAt": "2026-11-20T10:12:44.120981Z",
    "link": "https://bistro.example/booking/1dY4sTqYVb2kzH0mWc7uJxP9/",
    "house_link": "https://bistro.example/book/8kQ2mXv0cY5nT1hLr7sWb3Zd/",
}
NEW_RESERVATION = {
    "guestName": "Yilmaz",
    "phone": "+49 30 123456",
    "partySize": 3,
    "startsAt": "2026-11-28T19:45:00Z",
    "notes": "High chair",
}
CHANGED_RESERVATION = {"startsAt": "2026-11-28T20:15:00Z", "partySize": 4}
ALTERNATIVES = ["2026-11-28T18:00:00.000000Z", "2026-11-28T21:30:00.000000Z"]

"""Examples in the OpenAPI document of the menu's calls."""

from typing import Any

from bistro.core.api.examples import AT, LATER

ITEM: dict[str, Any] = {
    "id": 12,
    "name": "Burger",
    "description": "Beef, brioche, pickles",
    "price": "13.90",
    "available": True,
    "off_until": None,
    "paused_until": None,
    "portions_left": 7,
    "allergens": ["gluten", "sesame"],
    "may_contain": ["nuts"],
    "free_of": ["fish"],
    "allergens_checked_at": AT,
    "diets": [],
    "prep_minutes": 12,
    "popular": True,
    "image": None,
    "modifier_groups": [
        {
            "id": 30,
            "name": "Extras",
            "min": 0,
            "max": 3,
            "modifiers": [
                {"id": 171, "name": "Cheddar", "price": "1.50", "allergens": ["milk"], "may_contain": [], "free_of": []}
            ],
        }
    ],
}
MENU = {
    "version": "12.3",
    "language": "en",
    "languages": ["en", "fr"],
    "currency": "EUR",
    "allergens": [{"code": "gluten", "name": "Gluten"}, {"code": "sesame", "name": "Sesame"}],
    "pads_paused_until": None,
    "categories": [{"id": 2, "name": "Mains", "items": [ITEM]}],
}
NEW_PAUSE = {"item": 12, "minutes": 15, "reason": "The grill is full"}
PAUSE = {
    "id": 5,
    "item": 12,
    "category": None,
    "name": "Burger",
    "paused_at": AT,
    "until": LATER,
    "ended_at": None,
    "reason": "The grill is full",
    "by": "Chef Ada",
}
AVAILABILITY_CHANGE = {"available": False, "until": "end_of_service"}
AVAILABILITY = {
    "item": 12,
    "available": False,
    "until": LATER,
    "portions_left": None,
    "change": 14,
    "before": {"available": True, "until": None, "portions_left": None},
}

"""The example in the OpenAPI document of the figures of the business day."""

from bistro.core.api.examples import AT

TODAY = {
    "day": "2026-03-07",
    "at": AT,
    "currency": "EUR",
    "orders": {"today": 84, "yesterday": 71, "last_week": 90},
    "sales": {"today": "1930.40", "yesterday": "1502.10", "last_week": "2011.00"},
    "tickets": {"open": 12, "late": 1, "ready": 3},
    "tables": {"all": 24, "taken": 17},
    "backup": {"at": AT, "every_seconds": 300, "late": False},
    "alarms": [
        {"cause": "unseen", "table": "Table 7", "text": "Nobody has seen order 12", "since": AT, "url": "/floor/"}
    ],
    "to_do": [{"code": "sold_out", "count": 2, "text": "sold out", "url": "/admin/menu/item/"}],
}

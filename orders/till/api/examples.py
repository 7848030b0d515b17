"""Examples in the OpenAPI document of the calls about tills and closings."""

from bistro.core.api.examples import AT

NEW_TILL = {"float": "150.00", "shared": False}
MOVE = {
    "id": 4,
    "kind": "pay_out",
    "amount": "-12.50",
    "payment": None,
    "refund": None,
    "reason": "Flowers",
    "by": "Ana",
    "at": AT,
}
NEW_MOVE = {"kind": "pay_out", "amount": "12.50", "reason": "Flowers"}
PIECES = {"50.00": 3, "10.00": 5, "0.50": 4}
COUNT = {"pieces": PIECES}
CLOSE = {"cause": "change", "note": "Two guests at once"}
HAND_OVER = {"to": 12}
TILL = {
    "id": 2,
    "state": "counted",
    "holder": "Ana",
    "day": "2026-03-07",
    "currency": "EUR",
    "float": "150.00",
    "counted": "202.00",
    "expected": "202.50",
    "difference": "-0.50",
    "cause": "",
    "note": "",
    "opened_at": AT,
    "opened_by": "Ana",
    "closed_at": None,
    "closed_by": "",
    "moves": [MOVE],
    "counts": [{"pieces": PIECES, "total": "202.00", "by": "Ana", "at": AT}],
}
SHARE_POOL = {"day": "2026-03-07", "staff": [12, 14]}
CORRECT_TIPS = {
    "day": "2026-03-07",
    "amount": "2.00",
    "giver": "person",
    "giver_staff": 12,
    "taker": "pool",
    "reason": "Mixed up",
}
TIP_MOVE = {
    "id": 5,
    "kind": "share",
    "day": "2026-03-07",
    "amount": "8.00",
    "giver": "pool",
    "giver_staff": None,
    "taker": "person",
    "taker_staff": 12,
    "reason": "",
    "by": "Mara",
    "at": AT,
}
TIPS = {
    "day": "2026-03-07",
    "currency": "EUR",
    "pool": "8.00",
    "shared": "8.00",
    "left": "0.00",
    "house": "0.00",
    "people": [
        {
            "staff": 12,
            "name": "Ana",
            "points": 2,
            "shares": True,
            "own": "3.00",
            "from_pool": "8.00",
            "corrected": "0.00",
            "total": "11.00",
            "paid_out": "0.00",
        }
    ],
    "moves": [TIP_MOVE],
}
NEW_CLOSING = {"kind": "day", "day": "2026-03-07"}
FIGURES = {
    "lines": "90.91",
    "adjustments": "9.09",
    "refunds": "0.00",
    "service": "0.00",
    "tax": "8.18",
    "written_off": "0.00",
    "comps": "0.00",
    "discounts": "10.00",
    "service_off": "0.00",
    "refunded": "0.00",
    "taxes": [{"name": "Food", "percent": "10", "net": "81.82", "tax": "8.18"}],
}
CLOSING = {
    "id": 3,
    "kind": "day",
    "number": 3,
    "day": "2026-03-07",
    "currency": "EUR",
    "figures": FIGURES,
    "sale": "90.00",
    "net": "81.82",
    "tips": "5.00",
    "rounding": "0.00",
    "methods": [
        {
            "method": "cash",
            "payments": 2,
            "refunds": 0,
            "received": "75.00",
            "given_back": "0.00",
            "amount": "75.00",
        }
    ],
    "received": "75.00",
    "given_back": "0.00",
    "money": "75.00",
    "open_before": "0.00",
    "open_after": "20.00",
    "unexplained": "0.00",
    "vouchers": {
        "owed_before": "120.00",
        "sold": "50.00",
        "paid_back": "0.00",
        "redeemed": "15.40",
        "returned": "0.00",
        "lapsed": "0.00",
        "deposits": "0.00",
        "given_back": "0.00",
        "kept": "0.00",
        "owed_after": "154.60",
        "cash": "50.00",
    },
    "accounts": {
        "owed_before": "0.00",
        "charged": "15.40",
        "returned": "0.00",
        "settled": "0.00",
        "rounding": "0.00",
        "owed_after": "15.40",
        "cash": "0.00",
    },
    "by_hand": {"pay_in": "0.00", "pay_out": "-12.50", "drop": "0.00", "tip_out": "0.00"},
    "cash_without_till": "0.00",
    "late": [],
    "tills": [],
    "open_bills": [{"party": 9, "name": "Table 4", "open": "20.00"}],
    "under_way": [],
    "perpetual": "1290.00",
    "restaurant": 1,
    "closed_at": AT,
    "closed_by": "Mara",
    "previous_hash": "9f2c",
    "hash": "a41b",
    "formula_version": 1,
}

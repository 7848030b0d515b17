"""Examples in the OpenAPI document of the calls about documents."""

from bistro.core.api.examples import AT

DOCUMENT = {
    "id": 12,
    "number": "R1-000012",
    "kind": "receipt",
    "position": 14,
    "payment": 7,
    "refund": None,
    "corrects": None,
    "total": "15.40",
    "currency": "EUR",
    "business_date": "2026-11-29",
    "issued_at": AT,
    "previous": "4f0c…",
    "hash": "9b1d…",
}

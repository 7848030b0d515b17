"""Compact JSON text, with the conventions of the API: money as strings, times as ISO 8601 with offset."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: Any) -> str:
    """Return compact JSON. The same text goes into the log and to clients, so each value is serialised once."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_plain)

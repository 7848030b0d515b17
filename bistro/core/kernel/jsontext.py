"""Compact JSON text, with the conventions of the API: numbers as strings, times as ISO 8601 with offset.

Amounts of money become text before, with the decimals of their currency (`money.text`).
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, overload
from uuid import UUID

from bistro.core.kernel.money import short


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return short(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: Any) -> str:
    """Return compact JSON. The same text goes into the log and to clients, so each value is serialised once."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_plain)


@overload
def moment(value: datetime) -> str: ...
@overload
def moment(value: datetime | None) -> str | None: ...
def moment(value: datetime | None) -> str | None:
    """Write a time as the API does: UTC with offset, microseconds only where there are some. None stays None."""
    return value.astimezone(UTC).isoformat() if value else None

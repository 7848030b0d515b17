"""JSON as the product writes it, and what it refuses to read."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from rest_framework.exceptions import ParseError

from bistro.core.api.parsers import loads
from bistro.core.kernel.jsontext import dumps

pytestmark = pytest.mark.database_agnostic


def test_json_has_the_conventions_of_the_api():
    value = {
        "number": Decimal("1.50"),
        "day": date(2026, 3, 1),
        "at": datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2))),
        "uid": uuid.UUID(int=1),
        "text": "é\u2028",
    }
    assert json.loads(dumps(value)) == {
        "number": "1.5",
        "day": "2026-03-01",
        "at": "2026-03-01T12:00:00+02:00",
        "uid": "00000000-0000-0000-0000-000000000001",
        "text": "é\u2028",
    }
    with pytest.raises(TypeError):
        dumps({"set": {1}})
    assert datetime.now(UTC).isoformat()[:4] in dumps(datetime.now(UTC))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'"\\u0000"',
        b'{"\\u0000": 1}',
        b'"\\ud800"',
        b"1" * 19,
        b"[" * 100_000,
        b"[" * 30 + b"]" * 30,
        b'{"a":' * 30 + b"1" + b"}" * 30,
    ],
)
def test_what_a_database_would_choke_on_is_refused(raw):
    with pytest.raises(ParseError):
        loads(raw)


def test_what_is_json_is_read():
    assert loads(b'{"a": [1, -2, 3.5, 1e2, null, true, "\\u00e9\\ud83c\\udf55"]}') == {
        "a": [1, -2, 3.5, 100.0, None, True, "é🍕"]
    }
    assert loads(b"123456789012345678") == 123456789012345678

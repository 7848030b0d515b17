"""Handlers of the fast path that place an order for a device with a token (docs/speed.md).

The parsers accept fewer bodies than the serializers. A body that they accept has the same result in both
(tests/test_fast_path_orders.py compares them). Every other body goes to the serializers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.exceptions import ParseError

from bistro.core.api.idempotency import LONGEST
from bistro.core.api.parsers import loads
from bistro.core.auth.device_cache import cached_device, evict
from bistro.core.auth.last_seen import record_seen
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, Overloaded
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.texts import clean_text
from bistro.core.speed.fast_path import PlainRequest, PlainResponse
from orders.api.serializers import BIGGEST_ID, BIGGEST_SMALL, order_request
from orders.order_commands import MAX_LINES, MAX_QUANTITY, OrderRequest
from orders.representations import pad_json
from orders.services import PlacedOrder, TokenEnded, place_order_from_loop

ORDER = frozenset({"lines", "note", "table", "kind", "name", "pickup_at"})
PAD_ORDER = frozenset({"items", "note", "table"})
LINE = frozenset({"item", "quantity", "modifiers", "allergies", "note", "seat", "course"})
PAD_LINE = frozenset({"name", "quantity", "modifiers", "allergies", "note", "seat", "course"})
MAX_MODIFIERS = 50
DEVICE = b"device "
LARGEST_PLAIN = 32 * 1024  # bytes; parsing a larger body would block the event loop

OrderData = Mapping[str, Any]


class _NotPlain(Exception):
    """A body that only the normal view handles."""


async def place_by_id(plain: PlainRequest) -> PlainResponse | None:
    """Handle `POST /api/v1/orders` (docs/contracts/lunchify.md). Raises Overloaded."""
    return await _place(plain, parse_order, key_required=True, shape=dict)


async def place_by_name(plain: PlainRequest) -> PlainResponse | None:
    """Handle `POST /api/order` (docs/contracts/bistro92.md). Raises Overloaded."""
    return await _place(plain, parse_pad_order, key_required=False, shape=pad_json)


async def _place(
    plain: PlainRequest,
    read: Callable[[Any], OrderData | None],
    *,
    key_required: bool,
    shape: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> PlainResponse | None:
    known = _device(plain.headers.get(b"authorization", b""))
    key = _key(plain.headers.get(b"idempotency-key", b""))
    if known is None or key is None or (key_required and not key) or len(plain.body) > LARGEST_PLAIN:
        return None
    token_hash, actor = known
    request = _request(plain.body, read, actor, key, token_hash)
    if request is None:
        return None
    try:
        placed = await place_order_from_loop(request)
    except Overloaded:
        raise
    except TokenEnded:
        evict(token_hash)
        return None
    except DomainError:
        return None
    record_seen(actor.id)
    return _answer(placed, shape(placed.json))


def _device(authorization: bytes) -> tuple[str, Actor] | None:
    if authorization[: len(DEVICE)].lower() != DEVICE or not authorization.isascii():
        return None
    return cached_device(authorization[len(DEVICE) :].decode("ascii"))


def _key(header: bytes) -> str | None:
    """Return the Idempotency-Key, "" if there is none, None if it is not acceptable."""
    key = header.decode("latin-1").strip()
    return key if len(key) <= LONGEST and key.isascii() and (not key or key.isprintable()) else None


def _request(
    body: bytes, read: Callable[[Any], OrderData | None], actor: Actor, key: str, token_hash: str
) -> OrderRequest | None:
    try:
        raw = loads(body)
    except ParseError:
        return None
    order_data = read(raw)
    if order_data is None:
        return None
    return order_request(actor, order_data["lines"], order_data, key or None, raw, token_hash)


def parse_order(body: Any) -> OrderData | None:
    """Return the same as `OrderInput` for a plain body without a pick-up time. None for any other body."""
    if not isinstance(body, dict) or not ORDER.issuperset(body) or body.get("pickup_at") is not None:
        return None
    try:
        table = body.get("table")
        return {
            "lines": _lines(body.get("lines"), LINE, "item", _id_or_name),
            "note": _text(body.get("note", ""), 400),
            "table": None if table is None else _id_or_name(table),
            "kind": _kind(body.get("kind", OrderKind.DINE_IN.value)),
            "name": _text(body.get("name", ""), 80),
        }
    except _NotPlain:
        return None


def parse_pad_order(body: Any) -> OrderData | None:
    """Return the same as `PadOrderInput` for a plain body: {"lines", "note", "table"}. None for any other body."""
    if not isinstance(body, dict) or not PAD_ORDER.issuperset(body):
        return None
    try:
        return {
            "lines": _lines(body.get("items"), PAD_LINE, "name", _name),
            "note": _text(body.get("note", ""), 400),
            "table": _text(body.get("table"), 60, blank=False),
        }
    except _NotPlain:
        return None


def _lines(lines: Any, fields: frozenset[str], dish: str, read_dish: Callable[[Any], int | str]) -> list[OrderData]:
    if not isinstance(lines, list) or not 0 < len(lines) <= MAX_LINES:
        raise _NotPlain
    return [_line(line, fields, dish, read_dish) for line in lines]


def _line(line: Any, fields: frozenset[str], dish: str, read_dish: Callable[[Any], int | str]) -> OrderData:
    if not isinstance(line, dict) or not fields.issuperset(line):
        raise _NotPlain
    modifiers = line.get("modifiers", [])
    if not isinstance(modifiers, list) or len(modifiers) > MAX_MODIFIERS:
        raise _NotPlain
    return {
        dish: read_dish(line.get(dish)),
        "quantity": _number(line.get("quantity"), MAX_QUANTITY),
        "modifiers": [_id_or_name(modifier) for modifier in modifiers],
        "allergies": _allergies(line["allergies"]) if "allergies" in line else None,
        "note": _text(line.get("note", ""), 200),
        "seat": _number(line["seat"], BIGGEST_SMALL) if line.get("seat") is not None else None,
        "course": _number(line["course"], BIGGEST_SMALL) if line.get("course") is not None else None,
    }


def _allergies(codes: Any) -> list[str]:
    if not isinstance(codes, list) or len(codes) > MAX_MODIFIERS:
        raise _NotPlain
    return [_text(code, 40, blank=False) for code in codes]


def _text(value: Any, longest: int, *, blank: bool = True) -> str:
    """Return a text that needs no cleaning. Raises _NotPlain for every other value."""
    if value == "" and blank:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= longest or clean_text(value) != value:
        raise _NotPlain
    return value


def _name(value: Any) -> str:
    return _text(value, 120, blank=False)


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 < value <= most:
        raise _NotPlain
    return value


def _kind(value: Any) -> str:
    if not isinstance(value, str) or value not in OrderKind.values:
        raise _NotPlain
    return value


def _id_or_name(value: Any) -> int | str:
    return _name(value) if isinstance(value, str) else _number(value, BIGGEST_ID)


def _answer(placed: PlacedOrder, body: Mapping[str, Any]) -> PlainResponse:
    """Return the same status and headers as `orders.api.headers.placed_response`."""
    headers = [(b"ETag", b'"%d"' % placed.json["version"]), (b"Location", b"/api/v1/orders/%d" % placed.id)]
    if placed.replayed:
        headers.append((b"Idempotent-Replayed", b"true"))
    return PlainResponse(200 if placed.replayed else 201, tuple(headers), dumps(body).encode())

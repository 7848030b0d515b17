"""Input of the order screen: JSON bodies of its scripts, and the plain form of a page without scripts.

Fields of the plain form: quantity-<item> (dishes to add), line-<key> (quantity of a line of the draft),
choice-<key>-<group>, note-<key>, for a typed price price-<key>, price_reason-<key> and name-<key>, seat, approver and
pin, and for the counter kind, name, pickup.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from bistro.core.api.idempotency import fingerprint
from bistro.core.api.parsers import loads
from bistro.core.api.problems import field_errors
from bistro.core.api.serializers import LineOfText, StrictBoolean, StrictInteger, StrictSerializer, StrictTime
from bistro.core.kernel.errors import InvalidInput, Malformed
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.texts import clean_text
from orders.api.serializers import BIGGEST_ID, BIGGEST_SMALL, NewLineInput
from orders.order_commands import MAX_LINES, MAX_QUANTITY

KEY = re.compile(r"[A-Za-z0-9-]{1,40}")
PRICE = re.compile(r"\d{1,9}([.,]\d{1,4})?", re.ASCII)
TYPED = {"name": 120, "price": 20, "price_reason": 200}  # facts of a line with a typed price, and their longest text


class KeyField(LineOfText):
    """The key that a device gives to a line of a draft, or to a Send."""

    def to_internal_value(self, data: Any) -> str:
        key = super().to_internal_value(data)
        if not KEY.fullmatch(key):
            raise serializers.ValidationError(gettext("1 to 40 letters, digits or hyphens."))
        return key


class DraftLineInput(NewLineInput):
    """A line of a draft. `agreed` says that the waiter has read the warning about an allergy."""

    key = KeyField()
    item = StrictInteger(min_value=1, max_value=BIGGEST_ID)  # type: ignore[assignment]
    modifiers = serializers.ListField(
        child=StrictInteger(min_value=1, max_value=BIGGEST_ID), required=False, default=list, max_length=50
    )
    agreed = StrictBoolean(required=False)


class DetailsInput(StrictSerializer):
    """The other fields of an order. `courses` says for single courses whether they wait: {"2": "hold" or "fire"}."""

    kind = serializers.ChoiceField(OrderKind.choices, required=False)
    name = LineOfText(max_length=80, required=False, allow_blank=True)
    pickup_at = StrictTime(required=False, allow_null=True)
    note = LineOfText(max_length=400, required=False, allow_blank=True)
    courses = serializers.DictField(child=serializers.ChoiceField(["hold", "fire"]), required=False)

    def validate_courses(self, courses: dict[str, str]) -> dict[str, str]:
        if any(whole_number(course, least=1, most=BIGGEST_SMALL) is None for course in courses):
            raise serializers.ValidationError(gettext("Courses are numbers."))
        return courses


class ChangesInput(StrictSerializer):
    """Changes of a draft: lines to add or replace, keys of lines to remove, the other fields of the order."""

    put = DraftLineInput(many=True, required=False, default=list, max_length=MAX_LINES)  # type: ignore[call-arg]
    removed = serializers.ListField(child=KeyField(), required=False, default=list, max_length=MAX_LINES)
    details = DetailsInput(required=False)


class SendInput(StrictSerializer):
    """An order to send: its idempotency key, its lines, and the total and the party that the waiter saw.

    `approver` and `pin` are the approval of typed prices above the restaurant's limit.
    """

    key = KeyField()
    lines = DraftLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    details = DetailsInput(required=False, default=dict)
    total = LineOfText(max_length=20, required=False, allow_blank=True)
    party = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True)
    approver = LineOfText(max_length=20, required=False, allow_blank=True)
    pin = LineOfText(max_length=20, required=False, allow_blank=True)


def read_json(request: HttpRequest, shape: type[StrictSerializer]) -> dict[str, Any]:
    """Return the checked JSON body of a request. Raises Malformed."""
    try:
        data = loads(request.body)
    except ParseError as error:
        raise Malformed(str(error.detail)) from None
    if not isinstance(data, dict):
        raise Malformed(gettext("The body must be a JSON object."))
    body = shape(data=data)
    if not body.is_valid():
        found = field_errors(body.errors)
        field, messages = next(iter(found.items()))
        raise Malformed(f"{field}: {messages[0]}", fields=found)
    return dict(body.validated_data)


def stored(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked line as a draft keeps it."""
    kept = {name: line.get(name) for name in ("key", "item", "quantity", "note", "seat", "course")}
    kept |= {name: list(line.get(name) or ()) for name in ("modifiers", "allergies")}
    kept |= {name: line[name] for name in TYPED if line.get(name)}
    return {**kept, "agreed": bool(line.get("agreed"))}


def stored_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return checked details as a draft keeps them: times as texts."""
    at = details.get("pickup_at")
    return {**details, "pickup_at": at.isoformat()} if at else dict(details)


def read_added(data: QueryDict) -> list[dict[str, Any]]:
    """Return the dishes that a plain form adds, as lines with new keys. Raises InvalidInput for a bad quantity."""
    seat = whole_number(data.get("seat", ""), least=1, most=BIGGEST_SMALL)
    return [
        stored({"key": uuid7().hex, "item": int(item), "quantity": quantity, "note": "", "seat": seat})
        for item, quantity in _quantities(data, "quantity-", numbers=True)
        if quantity
    ]


def read_changed(data: QueryDict, lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the draft's lines as a plain form changed them, and the keys of those with the quantity 0."""
    said = dict(_quantities(data, "line-", numbers=False))
    kept, removed = [], []
    for line in lines:
        quantity = said.get(line["key"], line["quantity"])
        if quantity == 0:
            removed.append(line["key"])
            continue
        changed = {**line, "quantity": quantity, "modifiers": _choices(data, line)}
        changed["note"] = _text(data.get(f"note-{line['key']}", line.get("note") or ""), 200)
        kept.append(_with_price(changed, data))
    return kept, removed


def read_details(data: QueryDict, now: datetime) -> dict[str, Any]:
    """Return the other fields of an order of a plain form. The pick-up is a time of today or tomorrow."""
    kind = data.get("kind", "")
    details: dict[str, Any] = {"kind": kind} if kind in OrderKind.values else {}
    details["name"] = _text(data.get("name", ""), 80)
    details["note"] = _text(data.get("note", ""), 400)
    if typed := data.get("pickup", "").strip():
        details["pickup_at"] = pickup_at(typed, now).isoformat()
    return details


def pickup_at(typed: str, now: datetime) -> datetime:
    """Return the next moment of a typed time of day such as 18:30. Raises InvalidInput."""
    try:
        at = parse_time(typed.strip())
    except ValueError:
        at = None
    if at is None:
        message = gettext("Type the pick-up time as 18:30.")
        raise InvalidInput(message, fields={"pickup_at": [message]})
    here = timezone.localtime(now)
    moment = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if moment < here.replace(second=0, microsecond=0):
        moment = timezone.make_aware(datetime.combine((here + timedelta(days=1)).date(), at))
    return moment


def fingerprint_of(body: Mapping[str, Any], table_id: int | None) -> str:
    """Return the fingerprint of what a Send orders and for which table, without the total and the key."""
    details = stored_details(body.get("details") or {})
    lines = [stored(line) for line in body["lines"]]
    return fingerprint({"table": table_id, "lines": lines, "details": details})


def _with_price(line: dict[str, Any], data: QueryDict) -> dict[str, Any]:
    """Return a line with the price, reason and name of a plain form. Raises InvalidInput for no amount."""
    typed = {name: _text(data.get(f"{name}-{line['key']}", line.get(name) or ""), most) for name, most in TYPED.items()}
    if typed["price"] and not PRICE.fullmatch(typed["price"]):
        message = gettext("“%(typed)s” is not a price. Type it as 12.50.") % {"typed": typed["price"]}
        raise InvalidInput(message, fields={"price": [message]})
    typed["price"] = typed["price"].replace(",", ".")
    rest = {name: value for name, value in line.items() if name not in TYPED}
    return rest | {name: value for name, value in typed.items() if value}


def _choices(data: QueryDict, line: Mapping[str, Any]) -> list[int]:
    """Return the choices of a line of a plain form; groups that the form does not name keep theirs."""
    prefix = f"choice-{line['key']}-"
    named = [name for name in data if name.startswith(prefix)]
    if not named:
        return list(line.get("modifiers") or ())
    return [key for name in named for value in data.getlist(name) if (key := whole_number(value)) is not None]


def _quantities(data: QueryDict, prefix: str, *, numbers: bool) -> Iterator[tuple[str, int]]:
    """Yield (rest of the name, quantity) of the fields with a prefix. Raises InvalidInput for a bad quantity."""
    for name in data:
        rest = name.removeprefix(prefix)
        if rest == name or (numbers and whole_number(rest, least=1) is None):
            continue
        typed = str(data[name]).strip() or "0"
        quantity = whole_number(typed, most=MAX_QUANTITY)
        if quantity is None:
            message = gettext("“%(typed)s” is not a quantity. Use 1 to %(most)s.")
            raise InvalidInput(message % {"typed": typed[:20], "most": MAX_QUANTITY})
        yield rest, quantity


def _text(value: str, longest: int) -> str:
    return clean_text(clean_text(value.replace("\x00", ""))[:longest])

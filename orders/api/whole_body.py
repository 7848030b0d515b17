"""Reading of a body of orders or guests, so that one answer reports everything that is wrong with it.

What can be read of a malformed body is still checked by the service, and nothing is written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.request import Request

from bistro.core.api.idempotency import idempotency_key
from bistro.core.api.problems import field_errors
from bistro.core.api.serializers import StrictSerializer
from bistro.core.auth.access import api_actor
from bistro.core.kernel.errors import DomainError, Malformed
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from orders.api.approvals import approver_of
from orders.api.serializers import order_request
from orders.order_commands import MAX_LINES
from orders.services import PlacedOrder, place_order

# Values in place of those that cannot be read. What depends on them is not reported.
_UNREADABLE: dict[str, Any] = {
    "item": "", "quantity": 1, "modifiers": [], "allergies": [], "kind": OrderKind.DINE_IN.value,
}  # fmt: skip
_TEXTS = ("name", "note")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the lines and of a line's dish in a body. Services call them `lines` and `item`."""

    lines: str = "lines"
    dish: str = "item"

    def ours(self, field: str) -> str:
        """Return the service's name of a field in the body."""
        return self._renamed(field, self.lines, self.dish, "lines", "item")

    def theirs(self, field: str) -> str:
        """Return the name in the body of a service's field."""
        return self._renamed(field, "lines", "item", self.lines, self.dish)

    @staticmethod
    def _renamed(field: str, lines: str, dish: str, new_lines: str, new_dish: str) -> str:
        field = re.sub(rf"^{lines}\.(\d+)\.{dish}$", rf"{lines}.\1.{new_dish}", field)
        return re.sub(rf"^{lines}(?=\.|$)", new_lines, field)


BY_ID, BY_NAME = Names(), Names("items", "name")


def place_from(request: Request, shape: type[StrictSerializer], names: Names, *, key_required: bool) -> PlacedOrder:
    """Place the order of a request. Raises the errors of `place_order` with the names of this call's fields."""
    refusals, key = Refusals(), None
    with refusals:
        key = idempotency_key(request, required=key_required)
    body = read_body(request, shape, refusals, names)
    if refusals.found:
        key = None  # a refused order does not use its key
    actor, approver = api_actor(request), None
    if not refusals.found:
        approver = approver_of(body, Permission.APPROVE_PRICE, actor)
    wanted = order_request(
        actor, body[names.lines], body, key, request.data, problems=tuple(refusals.found), approver=approver
    )
    try:
        return place_order(wanted)
    except DomainError as error:
        error.fields = {names.theirs(name): messages for name, messages in error.fields.items()}
        raise


def read_body(
    request: Request, shape: type[StrictSerializer], refusals: Refusals, names: Names = BY_ID
) -> Mapping[str, Any]:
    """Return what can be read of a body, and add what is wrong with its form to the refusals.

    Raises InvalidInput for a body that is no object.
    """
    raw: Any = request.data
    body = shape(data=raw)
    if body.is_valid():
        return body.validated_data
    refusals.found.append(_malformed(body.errors, names))
    if not isinstance(raw, Mapping):
        refusals.raise_any()
    return _readable(body, raw)


def _malformed(errors: Any, names: Names) -> Malformed:
    found = field_errors(errors)
    field, messages = next(iter(found.items()))
    return Malformed(f"{field}: {messages[0]}", fields={names.ours(name): told for name, told in found.items()})


def _readable(shape: serializers.Serializer[Any], raw: Any) -> dict[str, Any]:
    """Return every field of a body, with a harmless value in place of one that cannot be read."""
    data: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    found: dict[str, Any] = {}
    for name, field in shape.fields.items():
        given = data.get(name, empty)
        if isinstance(field, serializers.ListSerializer) and isinstance(field.child, serializers.Serializer):
            lines = given if isinstance(given, list) and len(given) <= MAX_LINES else []
            if name != "courses":  # wishes for courses depend on the lines
                found[name] = [_readable(field.child, line) for line in lines]
            continue
        try:
            found[name] = field.run_validation(given)
        except SkipField:
            continue
        except serializers.ValidationError:
            found[name] = "" if name in _TEXTS else _UNREADABLE.get(name)
    return found

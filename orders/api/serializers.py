"""Serializers of the order API.

Input serializers check only the shape. Output serializers document what `orders.representations` returns.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bistro.core.api.idempotency import fingerprint
from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictBoolean, StrictInteger, StrictSerializer, StrictTime
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.names import LONGEST_NAME
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.texts import clean_text
from orders.api import examples
from orders.order_commands import MAX_LINES, MAX_QUANTITY, CourseWish, LineRequest, OrderRequest, When
from tables.transitions import CallReason

BIGGEST_ID = 2**63 - 1
BIGGEST_SMALL = 999


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 120}]})
class IdOrName(serializers.Field[Any, Any, Any, Any]):
    """A field that takes the id or the name of a row."""

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data <= BIGGEST_ID:
            return data
        if isinstance(data, str) and 0 < len(name := clean_text(data)) <= LONGEST_NAME:
            return name
        raise serializers.ValidationError(gettext("An id or a name."))

    def to_representation(self, value: Any) -> Any:
        return value


class LineFields(StrictSerializer):
    """The fields of a line in all bodies."""

    quantity = StrictInteger(min_value=1, max_value=MAX_QUANTITY)
    modifiers = serializers.ListField(child=IdOrName(), required=False, default=list, max_length=50)
    allergies = serializers.ListField(
        child=LineOfText(max_length=40), required=False, max_length=50, help_text="Codes of the menu's `allergens`."
    )
    note = LineOfText(max_length=200, required=False, default="", allow_blank=True)
    seat = StrictInteger(min_value=1, max_value=BIGGEST_SMALL, required=False, allow_null=True)
    course = StrictInteger(min_value=1, max_value=BIGGEST_SMALL, required=False, allow_null=True)


class PadLineInput(LineFields):
    """A line that names its item (docs/contracts/bistro92.md)."""

    name = LineOfText(max_length=120)


@shown(examples.NEW_PAD_ORDER)
class PadOrderInput(StrictSerializer):
    """An order by names: `{"table": "Table 1", "items": [{"name", "quantity"}, …]}`."""

    table = LineOfText(max_length=60)
    items = PadLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    note = LineOfText(max_length=400, required=False, default="", allow_blank=True)


class LineInput(LineFields):
    """A line with the id or name of its item (docs/contracts/lunchify.md)."""

    item = IdOrName()


class EditedLineInput(LineInput):
    """A line of a PUT. With `id`, the existing line is changed.

    It keeps its choices when `modifiers` is left out, its allergies when `allergies` is left out.
    """

    modifiers = serializers.ListField(child=IdOrName(), required=False, max_length=50)
    id = StrictInteger(min_value=1, max_value=BIGGEST_ID, required=False)


class NewLineInput(LineInput):
    """A line of a new order. `price` is a typed unit price with its reason; an open item also has a typed `name`."""

    name = LineOfText(max_length=120, required=False, allow_blank=True)
    price = serializers.RegexField(r"^\d{1,9}(\.\d{1,4})?$", required=False, allow_null=True)
    price_reason = LineOfText(max_length=200, required=False, allow_blank=True)


class ApprovalInput(StrictSerializer):
    """The approval of a manager by PIN."""

    member = StrictInteger(min_value=1, max_value=BIGGEST_ID, help_text="Id of the manager's membership.")
    pin = serializers.CharField(max_length=20)


class CourseWishInput(StrictSerializer):
    """A wish for one course of a new order: `now` with the order, or on `hold`, with `minutes` for that long."""

    course = StrictInteger(min_value=1, max_value=BIGGEST_SMALL)
    when = serializers.ChoiceField([when.value for when in When])
    minutes = StrictInteger(min_value=0, max_value=720, required=False, allow_null=True, default=None)


@shown(examples.NEW_ORDER)
class OrderInput(StrictSerializer):
    """A new order. For a pad the table is optional.

    Staff and integrations must send the table (id or name), except for `take_away` and `counter`, which may have a
    `name` and a `pickup_at`.
    """

    kind = serializers.ChoiceField(OrderKind.choices, required=False, default=OrderKind.DINE_IN.value)
    name = LineOfText(max_length=80, required=False, default="", allow_blank=True)
    pickup_at = StrictTime(required=False, default=None, allow_null=True)
    table = IdOrName(required=False, allow_null=True)
    lines = NewLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    approval = ApprovalInput(required=False, allow_null=True)
    courses = CourseWishInput(many=True, required=False, max_length=50)  # type: ignore[call-arg]
    note = LineOfText(max_length=400, required=False, default="", allow_blank=True)


@shown(examples.PICKUP)
class PickupInput(StrictSerializer):
    """Another pick-up time or name of a take-away or counter order. What is left out stays."""

    pickup_at = StrictTime(required=False, allow_null=True)
    name = LineOfText(max_length=80, required=False, allow_blank=True)


@shown(examples.EDITED_ORDER)
class OrderEdit(StrictSerializer):
    """The new lines of an order that the kitchen has not started."""

    lines = EditedLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    note = LineOfText(max_length=400, required=False, allow_blank=True)


@shown(examples.CANCELLATION)
class CancelInput(StrictSerializer):
    """The reason of a cancellation."""

    reason = LineOfText(max_length=200)


@shown(examples.CALL_STAFF)
class CallInput(StrictSerializer):
    """A call of guests for staff."""

    reason = serializers.ChoiceField(CallReason.choices)


@shown(examples.VOID)
class VoidInput(StrictSerializer):
    """A void. Without `quantity` the whole line leaves. `kitchen_told` says that the cook knows already."""

    quantity = StrictInteger(min_value=1, max_value=MAX_QUANTITY, required=False, allow_null=True, default=None)
    reason = LineOfText(max_length=200)
    kitchen_told = StrictBoolean(required=False, default=False)
    approval = ApprovalInput(required=False, allow_null=True, default=None)


@shown(examples.ALLERGIES)
class AllergiesInput(StrictSerializer):
    """The allergies of a seat or, without a seat, of the whole party. They replace the earlier ones."""

    seat = StrictInteger(min_value=1, max_value=BIGGEST_SMALL, required=False, allow_null=True)
    allergies = serializers.ListField(child=LineOfText(max_length=40), max_length=50)


@shown(examples.COURSE)
class FireInput(StrictSerializer):
    """The course to fire."""

    course = StrictInteger(min_value=1, max_value=BIGGEST_SMALL)


@shown(examples.PLAN)
class PlanInput(FireInput):
    """The course to plan, and the minutes until it fires. `null` removes the plan."""

    minutes = StrictInteger(min_value=0, max_value=720, allow_null=True)


class LineModifierOutput(serializers.Serializer[Any]):
    """A chosen modifier with its name and price at the time of ordering."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    price = serializers.CharField()


class ConflictOutput(serializers.Serializer[Any]):
    """An allergen that the guest must not eat and that the line contains, may contain or does not mention."""

    allergen = serializers.CharField()
    where = serializers.CharField(help_text="Dish or choice.")
    level = serializers.ChoiceField(["contains", "may_contain", "not_stated"])


class TaxOutput(serializers.Serializer[Any]):
    """A component of the tax, rounded once for the order."""

    name = serializers.CharField()
    percent = serializers.CharField()
    amount = serializers.CharField()


class LineOutput(serializers.Serializer[Any]):
    """A line of an order."""

    id = serializers.IntegerField()
    item = serializers.IntegerField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.CharField()
    list_price = serializers.CharField(allow_null=True, help_text="Price of the menu, if another was typed.")
    price_reason = serializers.CharField(allow_blank=True)
    approved_by = serializers.CharField(allow_blank=True, help_text="Manager who approved a typed price.")
    modifiers = LineModifierOutput(many=True)
    allergies = serializers.ListField(child=serializers.CharField())
    conflicts = ConflictOutput(many=True)
    note = serializers.CharField(allow_blank=True)
    seat = serializers.IntegerField(allow_null=True)
    course = serializers.IntegerField()
    status = serializers.CharField()
    total = serializers.CharField()
    tax = serializers.CharField(help_text="Part of the order's rounded tax; the parts of all lines add up to it.")


@shown(examples.ORDER)
class OrderOutput(serializers.Serializer[Any]):
    """An order in every answer under `/api/v1`."""

    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    number = serializers.IntegerField()
    business_date = serializers.DateField()
    status = serializers.CharField()
    kind = serializers.ChoiceField(OrderKind.choices)
    name = serializers.CharField(allow_blank=True, help_text="Name of the guest who picks the order up.")
    pickup_at = serializers.DateTimeField(allow_null=True)
    table = serializers.IntegerField(allow_null=True)
    table_name = serializers.CharField(allow_blank=True)
    party = serializers.IntegerField()
    placed_by = serializers.CharField()
    lines = LineOutput(many=True)
    total = serializers.CharField()
    tax = serializers.CharField()
    taxes = TaxOutput(many=True)
    note = serializers.CharField(allow_blank=True)
    placed_at = serializers.DateTimeField()
    unseen_at = serializers.DateTimeField(
        allow_null=True, help_text="Time of the alarm that the kitchen has not seen the order; null once it has."
    )
    seen_on = serializers.CharField(allow_null=True, help_text="Kitchen screen whose report confirmed the order.")
    confirmed_at = serializers.DateTimeField(allow_null=True)
    preparing_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    fired_at = serializers.DateTimeField(allow_null=True)
    served_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class KitchenOutput(serializers.Serializer[Any]):
    """The meaning of a void for the kitchen."""

    stage = serializers.ChoiceField(["held", "queued", "started", "done"], help_text="How far the kitchen was.")
    message = serializers.CharField()


@shown(examples.VOIDED)
class VoidOutput(OrderOutput):
    """The order after a void."""

    kitchen = KitchenOutput()


class PadItemOutput(serializers.Serializer[Any]):
    """An item of a Bistro92 order (docs/contracts/bistro92.md)."""

    name = serializers.CharField()
    quantity = serializers.IntegerField()
    modifiers = serializers.ListField(child=serializers.CharField(), required=False, help_text="Names of the choices.")
    allergies = serializers.ListField(child=serializers.CharField(), required=False)
    note = serializers.CharField(required=False)
    seat = serializers.IntegerField(required=False)


@shown(examples.PAD_ORDER)
class PadOrderOutput(OrderOutput):
    """An order for Bistro92: `id`, `table`, `items` and `created_at` as before, then the keys of `OrderOutput`."""

    table = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="Name of the table, or empty without one."
    )
    items = PadItemOutput(many=True)
    table_name = None  # type: ignore[assignment]


class PadOrderRow(PadOrderOutput):
    """An order in the list for Bistro92, with the keys of `?fields=` or, without it, all keys."""

    def get_fields(self) -> dict[str, Any]:
        """Make every key optional."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


@shown(examples.RECENT_LINE)
class RecentRow(serializers.Serializer[Any]):
    """A line of a recent order."""

    order_id = serializers.IntegerField()
    table_name = serializers.CharField(allow_blank=True)
    item_name = serializers.CharField()
    quantity = serializers.IntegerField()
    created_at = serializers.DateTimeField()


def line_request(line: Mapping[str, Any]) -> LineRequest:
    """Return the service's request for a validated line."""
    return LineRequest(
        item=line["item"] if "item" in line else line["name"],
        quantity=line["quantity"],
        modifiers=tuple(line["modifiers"]) if "modifiers" in line else None,
        allergies=tuple(line["allergies"]) if line.get("allergies") is not None else None,
        note=line["note"],
        seat=line.get("seat"),
        course=line.get("course"),
        name=line.get("name", "") if "item" in line else "",
        price=Decimal(line["price"]) if line.get("price") is not None else None,
        price_reason=line.get("price_reason", ""),
        id=line.get("id"),
    )


def order_request(
    actor: Actor,
    lines: list[Mapping[str, Any]],
    order_data: Mapping[str, Any],
    key: str | None,
    raw: Any,
    token_hash: str = "",
    problems: tuple[DomainError, ...] = (),
    approver: Actor | None = None,
) -> OrderRequest:
    """Return the service's request for an order whose body was read, with the problems that were found in it.

    `order_data` has `note`, and if given `table` (id or name), `kind`, `name`, `pickup_at` and `courses`. `raw` is the
    body as received, for the fingerprint, which leaves out PINs. `token_hash` is set only on the fast path.
    """
    table = order_data.get("table")
    return OrderRequest(
        actor=actor,
        lines=tuple(line_request(line) for line in lines),
        table_id=table if isinstance(table, int) else None,
        table_name=table if isinstance(table, str) else "",
        kind=order_data.get("kind", OrderKind.DINE_IN.value),
        name=order_data.get("name", ""),
        pickup_at=order_data.get("pickup_at"),
        note=order_data["note"],
        courses=tuple(CourseWish(**{**wish, "when": When(wish["when"])}) for wish in order_data.get("courses", ())),
        approver=approver,
        key=key,
        fingerprint=fingerprint({name: raw[name] for name in raw if name != "approval"}) if key else "",
        token_hash=token_hash,
        problems=problems,
    )

"""Orders as JSON, in one shape for the API, the event log and the sockets.

`OrderOutput` and `LineOutput` in `orders.api.serializers` list all keys with their types; docs/contracts/lunchify.md
has an example. Amounts are strings such as "12.50", times are ISO 8601 in UTC or None.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from orders.allergies import conflicts
from orders.models import Order, OrderLine
from orders.transitions import OrderStatus


def order_json(order: Order, lines: Iterable[OrderLine], *, table_name: str) -> dict[str, Any]:
    """Return an order as the event log stores it: the keys of `OrderOutput` without notes, name and `cancel_reason`.

    These texts are personal data, stored apart (`private_notes`) and put back by `with_notes`.
    """
    return {
        "id": order.pk,
        "uid": str(order.uid),
        "number": order.number,
        "business_date": order.business_date.isoformat(),
        "status": order.status,
        "kind": order.kind,
        "pickup_at": moment(order.pickup_at),
        "table": order.table_id,
        "table_name": table_name,
        "party": order.party_id,
        "placed_by": order.placed_by,
        "lines": [line_json(line, order.currency) for line in lines],
        "total": text(order.total, order.currency),
        "tax": text(order.tax, order.currency),
        "taxes": order.taxes,
        "placed_at": moment(order.placed_at),
        "unseen_at": moment(order.unseen_at) if order.status == OrderStatus.PLACED else None,
        "seen_on": order.seen_on,
        "confirmed_at": moment(order.confirmed_at),
        "preparing_at": moment(order.preparing_at),
        "ready_at": moment(order.ready_at),
        "fired_at": moment(order.fired_at),
        "served_at": moment(order.served_at),
        "delivered_at": moment(order.delivered_at),
        "cancelled_at": moment(order.cancelled_at),
        "created_at": moment(order.placed_at),
        "version": order.version,
    }


def line_json(line: OrderLine, currency: str) -> dict[str, Any]:
    """Return a line: the keys of `LineOutput` without `note` and `price_reason`.

    `modifiers` are the choices, `[{"id": int, "name": str, "price": str}]`. `allergies` are the codes that matter for
    the line, `conflicts` those of them that the dish or a choice contains, may contain or does not mention.
    """
    return {
        "id": line.pk,
        "item": line.item_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": text(line.unit_price, currency),
        "list_price": None if line.list_price is None else text(line.list_price, currency),
        "approved_by": line.approved_by,
        "modifiers": [{"id": each["id"], "name": each["name"], "price": each["price"]} for each in line.modifiers],
        "allergies": line.allergies,
        "conflicts": conflicts(line),
        "seat": line.seat,
        "course": line.course,
        "status": line.status,
        "total": text(line.total, currency),
        "tax": text(line.tax, currency),
    }


def private_notes(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any] | None:
    """Return the typed texts of an order, or None if there are none.

    Keys, each only if not empty: `name`, `note`, `cancel_reason` (str), `lines` ({line id as str: note}),
    `price_reasons` ({line id as str: reason}).
    """
    rows = list(lines)
    by_line = {str(line.pk): line.note for line in rows if line.note}
    reasons = {str(line.pk): line.price_reason for line in rows if line.price_reason}
    notes: dict[str, Any] = {}
    if order.name:
        notes["name"] = order.name
    if order.note:
        notes["note"] = order.note
    if by_line:
        notes["lines"] = by_line
    if reasons:
        notes["price_reasons"] = reasons
    if order.cancel_reason:
        notes["cancel_reason"] = order.cancel_reason
    return notes or None


def with_notes(data: Mapping[str, Any], notes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the result of `order_json` together with that of `private_notes`, in the shape of `OrderOutput`."""
    notes = notes or {}
    by_line, reasons = notes.get("lines", {}), notes.get("price_reasons", {})
    return {
        **data,
        "name": notes.get("name", ""),
        "note": notes.get("note", ""),
        "cancel_reason": notes.get("cancel_reason", ""),
        "lines": [
            {**line, "note": by_line.get(str(line["id"]), ""), "price_reason": reasons.get(str(line["id"]), "")}
            for line in data["lines"]
        ],
    }


def order_detail(order: Order) -> dict[str, Any]:
    """Return an order in the shape of `OrderOutput`. The order must be read `with_lines()`."""
    lines = list(order.lines.all())
    return with_notes(order_json(order, lines, table_name=order.table_name), private_notes(order, lines))


def pad_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order for Bistro92 (docs/contracts/bistro92.md): `PadOrderOutput` and the other keys of `data`.

    `id`, `table` (a name, "" without a table), `items` and `created_at` (whole seconds) have the meaning of Bistro92.
    """
    old = {
        "id": data["id"],
        "table": data["table_name"],
        "items": [_pad_item(line) for line in data["lines"]],
        "created_at": whole_seconds(datetime.fromisoformat(data["created_at"])),
    }
    return {**old, **{key: value for key, value in data.items() if key not in {*old, "table_name"}}}


def _pad_item(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item for Bistro92: `name` and `quantity`, and only if set also modifiers, allergies, note and seat."""
    item: dict[str, Any] = {"name": line["name"], "quantity": line["quantity"]}
    if line["modifiers"]:
        item["modifiers"] = [modifier["name"] for modifier in line["modifiers"]]
    if line["allergies"]:
        item["allergies"] = line["allergies"]
    for name in ("note", "seat"):
        if line.get(name):
            item[name] = line[name]
    return item


def recent_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the recent-orders list (`RecentRow`), with `created_at` in whole seconds."""
    return {**row, "created_at": whole_seconds(row["created_at"])}


def whole_seconds(value: datetime) -> str:
    """Return a time in UTC with whole seconds and offset, as Bistro92 clients parse it."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat()

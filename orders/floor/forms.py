"""The waiter's order form.

Fields: quantity-<item>, modifier-<item>-<group>, allergy-<item>, note-<item>, note, key.
"""

from typing import Any

from django.http import QueryDict

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.texts import clean_text
from orders.api.serializers import fingerprint
from orders.order_commands import MAX_QUANTITY, LineRequest, OrderRequest


def read_order_data(data: QueryDict) -> dict[str, Any]:
    """Return the content of the form, which can also be shown again after a refusal.

    Shape: {"key": str, "note": str, "items": {item id: item}} with each item as
    {"quantity": str as typed, "note": str, "modifiers": [ids], "allergies": [codes]}.
    Items with an empty quantity or 0 are left out.
    """
    items: dict[int, dict[str, Any]] = {}
    for name in data:
        kind, _, item_id = name.partition("-")
        item = whole_number(item_id)
        if kind != "quantity" or item is None:
            continue
        quantity = str(data[name]).strip()
        if quantity in ("", "0"):
            continue
        items[item] = {
            "quantity": quantity,
            "note": short_text(data.get(f"note-{item_id}", ""), 200),
            "modifiers": _modifiers(data, item_id),
            "allergies": data.getlist(f"allergy-{item_id}")[:50],
        }
    return {"key": short_text(data.get("key", ""), 64), "note": short_text(data.get("note", ""), 400), "items": items}


def form_request(order_data: dict[str, Any], table_id: int, actor: Actor) -> OrderRequest:
    """Return the service's request for the result of `read_order_data`. Raises InvalidInput for a bad quantity."""
    lines = []
    for item_id, entry in order_data["items"].items():
        quantity = whole_number(entry["quantity"], least=1, most=MAX_QUANTITY)
        if quantity is None:
            raise InvalidInput(f"“{entry['quantity'][:20]}” is not a quantity. Use 1 to {MAX_QUANTITY}.")
        modifiers = tuple(entry["modifiers"])
        allergies = tuple(entry["allergies"])
        lines.append(
            LineRequest(item=item_id, quantity=quantity, modifiers=modifiers, allergies=allergies, note=entry["note"])
        )
    content = {
        "table": table_id,
        "note": order_data["note"],
        "items": {str(key): value for key, value in order_data["items"].items()},
    }
    return OrderRequest(
        actor=actor,
        lines=tuple(lines),
        table_id=table_id,
        note=order_data["note"],
        key=order_data["key"] or None,
        fingerprint=fingerprint(content),
    )


def _modifiers(data: QueryDict, item_id: str) -> list[int]:
    chosen: list[int] = []
    for name in data:
        if name.startswith(f"modifier-{item_id}-"):
            chosen += [key for value in data.getlist(name) if (key := whole_number(value)) is not None]
    return chosen


def short_text(value: str, longest: int) -> str:
    """Clean free text as the API does, but cut a text that is too long."""
    return clean_text(clean_text(value.replace("\x00", ""))[:longest])

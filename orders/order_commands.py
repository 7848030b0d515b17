"""What a door hands to the order services: plain values, shape already checked."""

from dataclasses import dataclass

from bistro.core.kernel.actors import Actor

MAX_QUANTITY = 999
MAX_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """One wished line. `item` is an id or a name; modifiers are ids or names within the item."""

    item: int | str
    quantity: int
    modifiers: tuple[int | str, ...] = ()
    note: str = ""
    seat: int | None = None
    course: int | None = None
    id: int | None = None  # an existing line that stays itself when an order is edited


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """One wished order. Without `table_id` and `table_name` it is for the pad's own table; key and fingerprint make a
    retry a success. `token_hash` is there when the door knew the device from memory (bistro.core.auth.device_cache)."""

    actor: Actor
    lines: tuple[LineRequest, ...]
    table_id: int | None = None
    table_name: str = ""
    note: str = ""
    key: str | None = None
    fingerprint: str = ""
    token_hash: str = ""

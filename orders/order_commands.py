"""Input of the order services as plain values, whose shape the entry points have checked."""

from dataclasses import dataclass
from datetime import datetime

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.order_kinds import OrderKind

MAX_QUANTITY = 999
MAX_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """A line to order. `item` is an id or a name; modifiers are ids or names within the item.

    `allergies` are codes of the catalogue. For both, None means that nobody said: an edited line keeps those that it
    has, a new line has none.
    """

    item: int | str
    quantity: int
    modifiers: tuple[int | str, ...] | None = None
    allergies: tuple[str, ...] | None = None
    note: str = ""
    seat: int | None = None
    course: int | None = None
    id: int | None = None  # the existing line that an edit of the order changes


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order to place. Without `table_id` and `table_name` it is for the pad's own table, or has no table.

    `key` is the Idempotency-Key. `fingerprint` is the SHA-256 (64 hex digits) of the body's JSON with sorted keys, or
    "" without a key; a repeated key with another fingerprint is refused (ADR 0003). `token_hash` is set if the entry
    point authenticated the device from memory (bistro.core.auth.device_cache), so that the service checks it again.
    `problems` are those that the entry point found: the order is refused with these and all that the service finds.
    """

    actor: Actor
    lines: tuple[LineRequest, ...]
    problems: tuple[DomainError, ...] = ()
    table_id: int | None = None
    table_name: str = ""
    kind: str = OrderKind.DINE_IN
    name: str = ""
    pickup_at: datetime | None = None
    note: str = ""
    key: str | None = None
    fingerprint: str = ""
    token_hash: str = ""

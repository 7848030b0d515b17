"""Input of the order services as plain values, whose shape the entry points have checked."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import get_language

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.order_kinds import OrderKind

MAX_QUANTITY = 999
MAX_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """A line to order. `item` is an id or a name; modifiers are ids or names within the item.

    `allergies` are codes of the catalogue. For both, None means that nobody said: an edited line keeps those that it
    has, a new line has none. `price` is a typed unit price, with its `price_reason`; an open item also has a typed
    `name`.
    """

    item: int | str
    quantity: int
    modifiers: tuple[int | str, ...] | None = None
    allergies: tuple[str, ...] | None = None
    note: str = ""
    seat: int | None = None
    course: int | None = None
    name: str = ""
    price: Decimal | None = None
    price_reason: str = ""
    id: int | None = None  # the existing line that an edit of the order changes


class When(StrEnum):
    """The moment when a course of a new order goes to the kitchen: with the order, or when somebody fires it."""

    NOW = "now"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseWish:
    """A wish for one course of a new order. With `minutes` a course on hold fires automatically after that time."""

    course: int
    when: When
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order to place. Without `table_id` and `table_name` it is for the pad's own table, or has no table.

    `key` is the Idempotency-Key. `fingerprint` is the SHA-256 (64 hex digits) of the body's JSON with sorted keys, or
    "" without a key; a repeated key with another fingerprint is refused (ADR 0003). `token_hash` is set if the entry
    point authenticated the device from memory (bistro.core.auth.device_cache), so that the service checks it again.
    `approver` is the manager who approved typed prices above the restaurant's limit.
    `courses` are wishes for single courses; the others follow the restaurant's setting.
    `problems` are those that the entry point found: the order is refused with these and all that the service finds.
    `draft_lines` are the keys of the draft's lines that this order sends (orders.draft_steps). `held` are the courses
    that wait until somebody fires them, possibly all; None means the house's rule.
    `party_id` is the party that the sender saw at the table: other guests there refuse the order. None accepts any.
    `language` is the one of the answer, which another request's thread may write.
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
    courses: tuple[CourseWish, ...] = ()
    approver: Actor | None = None
    key: str | None = None
    fingerprint: str = ""
    token_hash: str = ""
    draft_lines: tuple[str, ...] = ()
    held: tuple[int, ...] | None = None
    party_id: int | None = None
    language: str = field(default_factory=lambda: get_language() or "en")

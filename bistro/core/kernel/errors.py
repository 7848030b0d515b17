"""One family of errors that a person can act on. Doors translate them; services know nothing of HTTP bodies."""

from collections.abc import Iterable, Mapping
from typing import Any


class DomainError(Exception):
    """Something was refused.

    `code` is for machines, `message` for people, `status` for the API, `fields` names the causes by input field,
    `extra` goes into the problem document beside them.
    """

    code = "not_allowed"
    status = 422
    retry_after: int | None = None  # seconds, where it helps to come again

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.extra = extra


class InvalidInput(DomainError):
    """Parsed, but not acceptable."""

    code = "validation_error"


class IllegalTransition(DomainError):
    """The status does not allow this move; carries the current status and the allowed ones."""

    code = "invalid_order_status"

    def __init__(self, message: str, *, current: str, allowed: Iterable[str]) -> None:
        super().__init__(message, current=current, allowed=sorted(allowed))


class ReusedKey(DomainError):
    """An idempotency key came again with another body."""

    code = "idempotency_key_reused"


class NotYours(DomainError):
    """Missing, or somebody else's: the same answer, on purpose."""

    code = "not_found"
    status = 404


class NotPermitted(DomainError):
    """A role that may not do this."""

    code = "permission_denied"
    status = 403


class DeviceIsLocked(NotPermitted):
    """A pad that reported something wrong about itself. It may only go on reporting."""

    code = "device_locked"

    def __init__(self) -> None:
        super().__init__("This pad is locked. Ask a member of staff to look at it.")


class LostRace(DomainError):
    """Somebody else was first: sold out, already bumped."""

    code = "conflict"
    status = 409


class SoldOut(LostRace):
    """No more portions."""

    code = "sold_out"


class Paused(LostRace):
    """The kitchen takes no more of it for some minutes; `Retry-After` says how many seconds."""

    code = "paused"

    def __init__(self, message: str, *, retry_after: int, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class Stale(DomainError):
    """The row changed since the caller read it (If-Match)."""

    code = "precondition_failed"
    status = 412


class TooMany(DomainError):
    """Too many requests of one address, credential or account; `Retry-After` says how many seconds to wait."""

    code = "throttled"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(DomainError):
    """Too much at once; `Retry-After` says when to come again."""

    code = "overloaded"
    status = 503
    retry_after = 1

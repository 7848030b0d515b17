"""The family of errors that a user can act on. Entry points translate them; services know nothing of HTTP bodies."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext


class DomainError(Exception):
    """A refused action.

    `code` is for programs, `message` for people, `status` is the HTTP status of the API. `fields` maps input fields to
    their messages. `extra` holds further members of the problem document.
    """

    code = "not_allowed"
    status = 422
    retry_after: int | None = None  # seconds, where a retry can succeed

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
    """Input with the right types and unacceptable values."""

    code = "validation_error"


class Malformed(InvalidInput):
    """Input with missing fields, unknown fields or wrong types."""


class IllegalTransition(DomainError):
    """A status change that the table of moves forbids. Carries the current status and the allowed ones."""

    code = "invalid_order_status"

    def __init__(self, message: str, *, current: str, allowed: Iterable[str]) -> None:
        super().__init__(message, current=current, allowed=sorted(allowed))


class ReusedKey(DomainError):
    """An idempotency key that was used before with another body."""

    code = "idempotency_key_reused"


class NotYours(DomainError):
    """A row that is missing or belongs to another restaurant. Both get the same answer, so that nothing leaks."""

    code = "not_found"
    status = 404


class NotPermitted(DomainError):
    """An action that the actor's role does not allow."""

    code = "permission_denied"
    status = 403


class DeviceIsLocked(NotPermitted):
    """A request of a pad that is locked after a tamper report. Only its heartbeats are accepted."""

    code = "device_locked"

    def __init__(self) -> None:
        super().__init__(gettext("This pad is locked. Ask a member of staff to look at it."))


class LostRace(DomainError):
    """An action that another request did first, for example a second bump of one ticket."""

    code = "conflict"
    status = 409


class SoldOut(LostRace):
    """An order for more portions than are left."""

    code = "sold_out"


class Paused(LostRace):
    """An order for something that the kitchen has paused. `retry_after` holds the seconds until the pause ends."""

    code = "paused"

    def __init__(self, message: str, *, retry_after: int, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class Stale(DomainError):
    """A write based on an old version of the row (If-Match)."""

    code = "precondition_failed"
    status = 412


class TooMany(DomainError):
    """A request beyond the rate limit of its address, credential or account. `retry_after` is in seconds."""

    code = "throttled"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(DomainError):
    """A request refused because of load. `Retry-After` says when to retry."""

    code = "overloaded"
    status = 503
    retry_after = 1


class StorageFull(Overloaded):
    """A write for which the disk has no space. Nothing was kept; the same request succeeds once there is space."""

    code = "storage_full"
    retry_after = 10

    def __init__(self) -> None:
        super().__init__(gettext("The server's disk is full, so nothing was saved. Tell the owner; then try again."))


class StorageDamaged(Overloaded):
    """A request that met a malformed database. Only a restore helps."""

    code = "storage_damaged"
    retry_after = 60

    def __init__(self) -> None:
        super().__init__(
            gettext("The server's database is damaged. Tell the owner: the newest backup must be restored.")
        )

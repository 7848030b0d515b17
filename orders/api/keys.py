"""The Idempotency-Key header (DECISIONS 16)."""

from rest_framework.request import Request

from bistro.core.kernel.errors import InvalidInput

LONGEST = 200


def idempotency_key(request: Request, *, required: bool) -> str | None:
    """The key, or None when there is none and none is required. Raises InvalidInput."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        if required:
            message = "Send an Idempotency-Key, so that a retry cannot order twice."
            raise InvalidInput(message, code="idempotency_key_required", fields={"Idempotency-Key": ["Required."]})
        return None
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            "This Idempotency-Key is not acceptable.", fields={"Idempotency-Key": ["At most 200 ASCII."]}
        )
    return key

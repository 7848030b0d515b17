"""The refusal of a used idempotency key."""

from django.utils.translation import gettext

from bistro.core.kernel.errors import ReusedKey


def reused_key() -> ReusedKey:
    """Return the refusal of a used key with another body."""
    return ReusedKey(
        gettext("This Idempotency-Key came before with another body. Use a new key for a new request."),
        fields={"Idempotency-Key": [gettext("Already used for another request.")]},
    )

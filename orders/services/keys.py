"""Idempotency keys: the row that an equal request has made, and the refusal of a key that was used for another one."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from bistro.core.kernel.errors import ReusedKey
from bistro.core.kernel.once import Once
from bistro.core.writing.unit_of_work import UnitOfWork


def made_before(rows: QuerySet[Any], once: Once | None, work: UnitOfWork) -> Any:
    """Return the row that a request with this key has made, or None. `rows` have a key and a fingerprint.

    Raises ReusedKey if the body of that request was another one.
    """
    if once is None:
        return None
    mine = rows.filter(restaurant_id=work.restaurant_id, credential=work.actor.credential, key=once.key)
    row = mine.first()
    if row is not None and row.fingerprint != once.fingerprint:
        raise reused_key()
    return row


def reused_key() -> ReusedKey:
    """Return the refusal of a used key with another body."""
    return ReusedKey(
        gettext("This Idempotency-Key came before with another body. Use a new key for a new request."),
        fields={"Idempotency-Key": [gettext("Already used for another request.")]},
    )

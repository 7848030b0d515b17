"""Steps that the configuration of every app shares."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import NameKeyField, name_key
from bistro.core.models import Event, Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction


def lock_restaurant(work: UnitOfWork) -> Restaurant:
    """Lock and return the unit's restaurant, because rows that do not exist yet cannot be locked."""
    require_transaction()
    return Restaurant.objects.select_for_update(no_key=True).get(pk=work.restaurant_id)


def archive(row: Any, work: UnitOfWork) -> None:
    """Take a row out of use. Orders, tickets and bills keep referring to it."""
    require_transaction()
    row.archived_at = work.now
    _save(row)


def bring_back(row: Any, work: UnitOfWork) -> None:
    """Put an archived row back into use. Raises InvalidInput if another row has taken its name."""
    require_transaction()
    row.archived_at = None
    try:
        row.validate_constraints()
    except ValidationError:
        raise InvalidInput(
            gettext("“%(row)s” cannot be restored: the name is in use again.") % {"row": row}, code="name_taken"
        ) from None
    _save(row)


def erase_private(subjects: Sequence[str], work: UnitOfWork) -> int:
    """Erase the private part of all events about these subjects, and return their number.

    The hash chain covers a digest of the private part, so the log still verifies. Reads the whole log of the
    restaurant, which an erasure may cost.
    """
    require_transaction()
    rows = Event.objects.of_restaurant(work.restaurant_id).filter(subject__in=subjects, private__isnull=False)
    return int(rows.update(private=None))


def settle_names(row: Model) -> None:
    """Compute the compared forms of names before saving, so that constraints can be checked."""
    for field in row._meta.concrete_fields:
        if isinstance(field, NameKeyField):
            setattr(row, field.attname, name_key(getattr(row, field.source)))


def raise_version(row: Any) -> None:
    """Increment `version`, if the row has one (optimistic lock; stale writers get 412)."""
    if any(field.name == "version" for field in row._meta.concrete_fields):
        row.version += 1


def _save(row: Any) -> None:
    raise_version(row)
    row.save()

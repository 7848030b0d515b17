"""Bulk writes of configuration rows with their history, which simple_history keeps for single saves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Model

from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction

_ADDED, _CHANGED, _REMOVED = "+", "~", "-"


def insert_with_history(rows: Sequence[Model], work: UnitOfWork) -> None:
    """Insert rows of one model and their history, and set their keys: two statements for a thousand rows."""
    require_transaction()
    insert_rows(rows)
    _keep(rows, _ADDED, work)


def update_with_history(changed: Mapping[Any, Collection[str]], work: UnitOfWork) -> None:
    """Update rows of one model, given with their changed fields.

    The history gets the rows of which a field changed that it keeps.
    """
    require_transaction()
    rows = list(changed)
    if not rows:
        return
    model = type(rows[0])
    model._default_manager.bulk_update(rows, sorted({name for names in changed.values() for name in names}))
    history = getattr(model, "history", None)
    if history is not None:
        kept = {field.name for field in history.model.tracked_fields}
        _keep([row for row, names in changed.items() if kept.intersection(names)], _CHANGED, work)


def delete_with_history(rows: Sequence[Any], work: UnitOfWork) -> None:
    """Delete rows of one model to which nothing refers, and add their last state to the history."""
    require_transaction()
    if not rows:
        return
    _keep(rows, _REMOVED, work)
    gone = type(rows[0])._default_manager.filter(pk__any_of=[row.pk for row in rows])
    gone._raw_delete(gone.db)  # a plain delete would write the history once more, row by row


def _keep(rows: Sequence[Any], kind: str, work: UnitOfWork) -> None:
    """Add the state of rows to the history, by the person of the unit of work."""
    history = getattr(type(rows[0]), "history", None) if rows else None
    if history is None:
        return
    user = work.actor.id if work.actor.is_staff else None
    common = {"history_date": work.now, "history_type": kind, "history_user_id": user}
    fields = [field.attname for field in history.model.tracked_fields]
    insert_rows([history.model(**common, **{name: getattr(row, name) for name in fields}) for row in rows])

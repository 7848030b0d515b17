"""The service that keeps drafts: what a waiter has chosen for a table and not sent yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.draft_steps import forget_lines, locked_draft, save
from orders.models import Draft
from orders.order_commands import MAX_LINES
from tables.models import Table

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft after a change. `refused` are the keys of lines that were sent or removed before the change came."""

    draft: Draft
    refused: tuple[str, ...]


def change_draft(
    *,
    table_id: int | None,
    actor: Actor,
    put: Sequence[Line] = (),
    removed: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
) -> SavedDraft:
    """Add, change and remove lines of the draft of a table or, without a table, of the acting person.

    A change names only the lines that it is about, so that two waiters at one table do not overwrite each other. A line
    whose key was sent or removed stays away. `details` replaces the other fields of the order; None leaves them.
    Locks: draft. Raises InvalidInput for too many lines, NotPermitted, NotYours.
    """
    actor.require(Permission.PLACE_ANYWHERE)
    with UnitOfWork(actor) as work:
        _require_table(table_id, work)
        draft = locked_draft(table_id, actor, work)
        before = draft.lines, draft.details, draft.gone
        forget_lines(draft, removed)
        refused = _put(draft, put, actor)
        if details is not None:
            draft.details = dict(details)
        if len(draft.lines) > MAX_LINES:
            message = gettext("An order has at most %(max_lines)s lines. Send these first.") % {"max_lines": MAX_LINES}
            raise InvalidInput(
                message, fields={"lines": [gettext("At most %(max_lines)s.") % {"max_lines": MAX_LINES}]}
            )
        if (draft.lines, draft.details, draft.gone) != before:
            save(draft, actor.label, work)
    return SavedDraft(draft, refused)


def _require_table(table_id: int | None, work: UnitOfWork) -> None:
    if table_id is None:
        return
    if not Table.objects.of_restaurant(work.restaurant_id).not_archived().filter(pk=table_id).exists():
        raise NotYours(gettext("There is no such table."), code="table_not_found")


def _put(draft: Draft, put: Sequence[Line], actor: Actor) -> tuple[str, ...]:
    """Add new lines at the end and replace known ones where they are. Return the keys that have left the draft."""
    gone = set(draft.gone)
    lines = {line["key"]: line for line in draft.lines}
    refused = []
    for line in put:
        if line["key"] in gone:
            refused.append(line["key"])
        else:
            by = lines.get(line["key"], {}).get("by", actor.label)
            lines[line["key"]] = {**line, "by": by}
    draft.lines = list(lines.values())
    return tuple(refused)

"""Steps of units of work that change drafts. A draft is the last row that a unit of work locks before the sequence."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace, NotPermitted
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.models import Draft
from orders.order_commands import OrderRequest

REMEMBERED = 500  # keys of lines that were sent or removed


def locked_draft(table_id: int | None, actor: Actor, work: UnitOfWork) -> Draft:
    """Lock the draft of a table or, without a table, of a person; the first use creates it. Locks: draft."""
    require_transaction()
    if table_id is None and not actor.is_staff:
        raise NotPermitted(gettext("Only a person has a draft without a table."))
    whose: dict[str, Any] = {"table_id": table_id} if table_id is not None else {"staff_id": actor.id}
    Draft.objects.get_or_create(restaurant_id=work.restaurant_id, **whose)
    draft: Draft = Draft.objects.of_restaurant(work.restaurant_id).filter(**whose).locked().get()
    return draft


def take_from_drafts(requests: Sequence[OrderRequest], work: UnitOfWork) -> None:
    """Take the lines that these orders send out of their drafts, so that no line is sent twice. Locks: draft.

    Raises LostRace if a line was sent or removed by somebody else meanwhile.
    """
    require_transaction()
    sending = [request for request in requests if request.draft_lines]
    for request in sorted(sending, key=lambda each: (each.table_id or 0, each.actor.id)):
        draft = locked_draft(request.table_id, request.actor, work)
        _refuse_gone(draft, request.draft_lines)
        forget_lines(draft, request.draft_lines)
        draft.details = draft.details if draft.lines else {}
        save(draft, request.actor.label, work)


def drop_draft(table_id: int, work: UnitOfWork) -> None:
    """Empty the draft of a table whose guests have left. Locks: draft."""
    require_transaction()
    draft = Draft.objects.of_restaurant(work.restaurant_id).filter(table_id=table_id).locked().first()
    if draft is not None and draft.lines:
        forget_lines(draft, [line["key"] for line in draft.lines])
        draft.details = {}
        save(draft, work.actor.label, work)


def bring_drafts(left: Collection[int], table_id: int, work: UnitOfWork) -> None:
    """Bring the dishes chosen at tables that guests left to the draft of their table. Locks: draft."""
    require_transaction()
    drafts = Draft.objects.of_restaurant(work.restaurant_id).filter(table_id__in=left).locked()
    found = [draft for draft in drafts if draft.lines]
    if not found:
        return
    target = locked_draft(table_id, work.actor, work)
    for draft in found:
        lines, keys = draft.lines, {line["key"] for line in draft.lines}
        target.lines = [*target.lines, *lines]
        target.gone = [key for key in target.gone if key not in keys]
        target.details, draft.details = {**draft.details, **target.details}, {}
        forget_lines(draft, [line["key"] for line in lines])
        save(draft, work.actor.label, work)
    save(target, work.actor.label, work)


def reseat_drafts(tables: Collection[int], seat: Callable[[int], int | None], work: UnitOfWork) -> None:
    """Give the chosen dishes at these tables the seats that `seat` returns for theirs. Locks: draft."""
    require_transaction()
    for draft in Draft.objects.of_restaurant(work.restaurant_id).filter(table_id__in=tables).locked():
        lines = [{**line, "seat": seat(line["seat"])} if line.get("seat") else line for line in draft.lines]
        if lines != draft.lines:
            draft.lines = lines
            save(draft, work.actor.label, work)


def forget_lines(draft: Draft, keys: Iterable[str]) -> None:
    """Remove lines from a draft without saving, and remember their keys."""
    leaving = list(dict.fromkeys(keys))
    draft.lines = [line for line in draft.lines if line["key"] not in leaving]
    draft.gone = [*(key for key in draft.gone if key not in leaving), *leaving][-REMEMBERED:]


def save(draft: Draft, by: str, work: UnitOfWork) -> None:
    """Save a changed draft with the next version."""
    require_transaction()
    draft.version += 1
    draft.changed_by, draft.changed_at = by[:120], work.now
    draft.save(update_fields=["lines", "details", "gone", "version", "changed_by", "changed_at"])


def _refuse_gone(draft: Draft, keys: Sequence[str]) -> None:
    """Raise LostRace if one of the lines has left the draft."""
    gone = set(draft.gone) & set(keys)
    if gone:
        message = ngettext(
            "One of these dishes was already sent or removed by %(name)s. Look at the check.",
            "%(count)s of these dishes were already sent or removed by %(name)s. Look at the check.",
            len(gone),
        )
        told = message % {"count": len(gone), "name": draft.changed_by}
        raise LostRace(told, code="draft_line_gone", lines=sorted(gone))

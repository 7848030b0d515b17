"""The sweep that has documents signed, outside of the transactions that made them."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.documents.fiscal import signer
from orders.documents.fiscal.interface import Refused, Unreachable
from orders.documents.models import Signature

MOST = 50  # documents in one sweep
LONGEST_PAUSE = timedelta(minutes=10)
log = logging.getLogger(__name__)


def sign_due(*, now: datetime) -> int:
    """Have the documents signed that wait for it, oldest first, and return their number.

    While the signer cannot be reached, the pauses between two tries grow from 2 seconds to 10 minutes.
    """
    if settings.FISCAL_SIGNER == "none":
        return 0
    waiting = Signature.objects.filter(state=Signature.State.WAITING)
    rows = waiting.filter(due_at__lte=now).select_related("document").order_by("due_at", "document__position")
    due: dict[int, list[Signature]] = {}
    for row in rows[:MOST]:
        due.setdefault(row.restaurant_id, []).append(row)
    return in_each(due, lambda _restaurant, tasks: sum(map(_sign, tasks)))


def _sign(task: Signature) -> int:
    """Ask the signer for one document and keep its answer. Return 1 if it signed."""
    try:
        answer = dict(signer(task.signer).on_document(task.document))
    except Unreachable as error:
        return _keep(task, Signature.State.WAITING, {}, str(error))
    except Refused as error:
        return _keep(task, Signature.State.FAILED, {}, str(error))
    return _keep(task, Signature.State.SIGNED, answer, "")


def _keep(task: Signature, state: str, answer: dict[str, str], problem: str) -> int:
    """Keep an answer, unless another process was first."""
    with UnitOfWork(Actor.system(task.restaurant_id, "fiscal signer")) as work:
        pause = min(timedelta(seconds=2 << min(task.tries, 9)), LONGEST_PAUSE)
        rows = Signature.objects.filter(pk=task.pk, state=Signature.State.WAITING, tries=task.tries)
        changed: int = rows.update(
            state=state, answer=answer, problem=problem[:200], tries=task.tries + 1, due_at=work.now + pause
        )
    if problem:
        log.warning("document not signed", extra={"document": task.document.code, "problem": problem})
    return changed if state == Signature.State.SIGNED else 0

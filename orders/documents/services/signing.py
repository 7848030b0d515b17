"""The sweep that has documents, closings and orders signed, outside of the transactions that made them."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from json import loads
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.jsontext import moment
from bistro.core.models import Event, FeedHead, Restaurant
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.documents.fiscal import signer
from orders.documents.fiscal.interface import Refused, Unreachable
from orders.documents.models import Signature
from orders.till.representations import closing_json

MOST = 50  # signatures in one sweep
MOST_EVENTS = 200  # of orders, in one signature
ORDER_EVENTS = ("order_created", "order_updated")
LONGEST_PAUSE = timedelta(minutes=10)
LEASE = timedelta(minutes=2)  # longer than any call of a signer; after it another process asks again
log = logging.getLogger(__name__)


def sign_due(*, now: datetime) -> int:
    """Have signed what waits for it, oldest first, and return the number of signatures.

    While the signer cannot be reached, the pauses between two tries grow from 2 seconds to 10 minutes.
    """
    if settings.FISCAL_SIGNER == "none":
        return 0
    if signer().wants_orders:
        for head in _heads_with_orders():
            _queue_orders(head, now)
    waiting = Signature.objects.filter(state=Signature.State.WAITING)
    rows = waiting.filter(due_at__lte=now).select_related("document", "closing").order_by("due_at", "pk")
    due: dict[int, list[Signature]] = {}
    for row in rows[:MOST]:
        due.setdefault(row.restaurant_id, []).append(row)
    return in_each(due, lambda _restaurant, tasks: sum(map(_sign, tasks)))


def _heads_with_orders() -> QuerySet[FeedHead]:
    """Return the heads of logs with events of orders since the last ones that this signer got, their `last_event`.

    While those still wait, the next ones are left out: the signer gets them in order.
    """
    own = Signature.objects.filter(
        restaurant=OuterRef("restaurant"), signer=settings.FISCAL_SIGNER, first_event__isnull=False
    )
    last = own.order_by("-first_event").values("last_event")[:1]
    new = Event.objects.filter(
        restaurant=OuterRef("restaurant"), seq__gt=Coalesce(OuterRef("last_event"), 0), type__in=ORDER_EVENTS
    )
    heads = FeedHead.objects.select_related("restaurant").annotate(last_event=Subquery(last))
    return heads.filter(~Exists(own.filter(state=Signature.State.WAITING)), Exists(new)).order_by("pk")


def _queue_orders(head: Any, now: datetime) -> None:
    """Queue the events of orders of one of `_heads_with_orders`. A new signer begins with those of the business day."""
    events = Event.objects.of_restaurant(head.restaurant_id)
    start = _before_today(events, head.restaurant, now) if head.last_event is None else head.last_event
    new = events.filter(seq__gt=start, seq__lte=head.seq, type__in=ORDER_EVENTS).order_by("seq")
    found = list(new.values_list("seq", flat=True)[:MOST_EVENTS])
    if not found:
        return
    row = Signature(
        restaurant_id=head.restaurant_id,
        signer=settings.FISCAL_SIGNER,
        first_event=found[0],
        last_event=found[-1],
        due_at=now,
    )
    with UnitOfWork(Actor.system(head.restaurant_id, "fiscal signer")):
        Signature.objects.bulk_create([row], ignore_conflicts=True)  # another process may be first


def _before_today(events: TenantQuerySet, restaurant: Restaurant, now: datetime) -> int:
    """Return the number of the last event before this business day, 0 for none."""
    begins = restaurant.day_begins(restaurant.business_date(now))
    return events.filter(at__lt=begins).order_by("-seq").values_list("seq", flat=True).first() or 0


def _events_of(task: Signature) -> list[dict[str, Any]]:
    """Return the events of orders that a signature is for."""
    rows = Event.objects.of_restaurant(task.restaurant_id).filter(type__in=ORDER_EVENTS)
    return [
        {"seq": row.seq, "type": row.type, "action": row.action, "data": loads(row.data), "at": moment(row.at)}
        for row in rows.filter(seq__gte=task.first_event, seq__lte=task.last_event).order_by("seq")
    ]


def _ask(task: Signature) -> Mapping[str, Any]:
    """Ask the signer. Raises Unreachable, Refused."""
    chosen = signer(task.signer)
    if task.document is not None:
        return chosen.on_document(task.document)
    if task.closing is not None:
        return chosen.on_closing(closing_json(task.closing))
    return chosen.on_order(_events_of(task))


def _sign(task: Signature) -> int:
    """Ask the signer for one signature and keep its answer. Return 1 if it signed."""
    if not _claim(task):
        return 0
    try:
        answer = dict(_ask(task))
    except Unreachable as error:
        return _keep(task, Signature.State.WAITING, {}, str(error))
    except Refused as error:
        return _keep(task, Signature.State.FAILED, {}, str(error))
    return _keep(task, Signature.State.SIGNED, answer, "")


def _claim(task: Signature) -> bool:
    """Take a task for as long as the lease; return whether this process got it."""
    with UnitOfWork(Actor.system(task.restaurant_id, "fiscal signer")) as work:
        rows = Signature.objects.filter(pk=task.pk, state=Signature.State.WAITING, tries=task.tries)
        claimed: int = rows.update(tries=task.tries + 1, due_at=work.now + LEASE)
    task.tries += 1
    return claimed == 1


def _keep(task: Signature, state: str, answer: dict[str, Any], problem: str) -> int:
    """Keep an answer, unless the lease is over and another process has the task."""
    with UnitOfWork(Actor.system(task.restaurant_id, "fiscal signer")) as work:
        pause = min(timedelta(seconds=1 << min(task.tries, 10)), LONGEST_PAUSE)
        rows = Signature.objects.filter(pk=task.pk, state=Signature.State.WAITING, tries=task.tries)
        changed: int = rows.update(state=state, answer=answer, problem=problem[:200], due_at=work.now + pause)
    if problem:
        log.warning("not signed", extra={"signature": str(task), "problem": problem})
    return changed if state == Signature.State.SIGNED else 0

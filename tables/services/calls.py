"""Services of service calls: guests call and withdraw, staff answer, and a sweep rings until somebody takes a call."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.call_events import CallClosed, CallEvent, CallMade, CallRang, CallReleased, CallTaken, CallWithdrawn
from tables.models import Party, ServiceCall, Table
from tables.phase_steps import note_bill_asked
from tables.transitions import RINGS_FOR, CallReason

AT_ONCE = 200  # calls of one restaurant in one unit of work; the next sweep rings the rest


def call_staff(*, table_id: int, reason: str, actor: Actor) -> tuple[ServiceCall, bool]:
    """Call staff to a table, and return the call and whether it is new. An open call for the same reason is that call.

    Locks: table. Raises InvalidInput for an unknown reason, NotPermitted, NotYours.
    """
    actor.require(Permission.CALL_STAFF)
    if reason not in CallReason.values:
        message = gettext("One of waiter, bill and help.")
        raise InvalidInput(message, fields={"reason": [message]})
    with UnitOfWork(actor) as work:
        table = Table.objects.visible_to(actor).not_archived().filter(pk=table_id).locked().first()
        if table is None:
            raise NotYours(gettext("There is no such table."), code="table_not_found")
        calls = ServiceCall.objects.of_restaurant(work.restaurant_id).filter(table=table)
        known = calls.open().filter(reason=reason).select_related("table").first()
        if known is not None:
            return known, False
        party = Party.objects.of_restaurant(work.restaurant_id).at_table(table.pk).first()
        call = ServiceCall.objects.create(
            restaurant_id=work.restaurant_id,
            table=table,
            party=party,
            reason=reason,
            number=calls.filter(party=party).count() + 1 if party else 1,
            by=actor.label[:120],
            at=work.now,
            last_rung_at=work.now,
        )
        work.record(CallMade(call=call))
        if party is not None and reason == CallReason.BILL:
            note_bill_asked(party.pk, work)
    return call, True


def take_call(*, call_id: int, actor: Actor) -> ServiceCall:
    """Take a call: the actor goes there, and it rings no more. A call that the actor has taken stays unchanged.

    One UPDATE decides who of several was first. Locks: call.
    Raises LostRace (`call_taken` with the name of the other person, `call_closed`), NotPermitted, NotYours.
    """
    actor.require(Permission.ANSWER_CALLS)
    with UnitOfWork(actor) as work:
        call = _call(call_id, actor)
        taken = {"taken_at": work.now, "taken_by_id": _staff(actor), "taken_by_name": actor.label[:120]}
        if ServiceCall.objects.ringing().filter(pk=call.pk).update(**taken) == 1:
            return _told(call, CallTaken, work)
        call = _call(call_id, actor)
        if call.closed_at is None and _is_mine(call, actor):
            return call
        raise _too_late(call)


def close_call(*, call_id: int, actor: Actor) -> ServiceCall:
    """Close a call. Who closes an open call has taken it. A closed call stays unchanged.

    Locks: call. Raises NotPermitted, NotYours.
    """
    actor.require(Permission.ANSWER_CALLS)
    with UnitOfWork(actor) as work:
        call = _call(call_id, actor)
        rows = ServiceCall.objects.filter(pk=call.pk)
        taken = {"taken_at": work.now, "taken_by_id": _staff(actor), "taken_by_name": actor.label[:120]}
        rows.ringing().update(**taken)
        if rows.open().update(closed_at=work.now, closed_by_name=actor.label[:120]) == 1:
            return _told(call, CallClosed, work)
        return _call(call_id, actor)


def withdraw_call(*, call_id: int, table_id: int, actor: Actor) -> ServiceCall:
    """Withdraw a call of guests from a pad of their table, also if somebody is on the way. A closed call is unchanged.

    Locks: call. Raises NotPermitted, NotYours.
    """
    actor.require(Permission.CALL_STAFF)
    with UnitOfWork(actor) as work:
        here = ServiceCall.objects.of_restaurant(work.restaurant_id).filter(pk=call_id, table_id=table_id)
        call = here.select_related("table").first()
        if call is None:
            raise _no_call()
        facts = {"closed_at": work.now, "closed_by_name": actor.label[:120], "withdrawn": True}
        return _told(call, CallWithdrawn, work) if here.open().update(**facts) == 1 else call


def release_call(*, call_id: int, actor: Actor) -> ServiceCall:
    """Undo a taken or closed call: it is open and rings. An open call stays unchanged.

    One UPDATE decides against a colleague who took it meanwhile. Locks: table, call. Raises LostRace if another person
    is on the way (`call_taken`), if the guests have left or called again for the same reason (`call_again`) or withdrew
    the call (`call_withdrawn`), NotPermitted, NotYours.
    """
    actor.require(Permission.ANSWER_CALLS)
    with UnitOfWork(actor) as work:
        call = _call(call_id, actor)
        list(Table.objects.filter(pk=call.table_id).locked().values_list("pk"))
        call = _call(call_id, actor)
        if call.state == "open":
            return call
        if call.closed_at is not None:
            _require_here(call)
        nobody = {"taken_at": None, "taken_by": None, "taken_by_name": "", "closed_at": None, "closed_by_name": ""}
        if call.state == "taken" and not _is_mine(call, actor):
            raise _too_late(call)
        seen = {"taken_at": call.taken_at, "taken_by": call.taken_by_id, "closed_at": call.closed_at}
        if ServiceCall.objects.filter(pk=call.pk, **seen).update(**nobody, last_rung_at=work.now) == 1:
            return _told(call, CallReleased, work)
        call = _call(call_id, actor)
        if call.state == "open":
            return call
        raise _too_late(call)


def ring_again(*, now: datetime) -> int:
    """Ring the calls of all restaurants that nobody has taken since their last ring, and return their number. A sweep.

    A restaurant's setting says after how many seconds; None means never. Costs one query, and one unit of work for
    each restaurant where something is due. A conditional UPDATE decides between several processes. Locks: call.
    """
    due: dict[int, list[int]] = defaultdict(list)
    seconds: dict[int, int] = {}
    rows = ServiceCall.objects.ringing().filter(at__gt=now - RINGS_FOR).order_by()
    columns = "restaurant_id", "pk", "last_rung_at", "restaurant__calls_ring_seconds"
    for restaurant_id, pk, last_rung_at, pause in rows.values_list(*columns):
        if pause is not None and last_rung_at <= now - timedelta(seconds=pause):
            due[restaurant_id].append(pk)
            seconds[restaurant_id] = pause
    return in_each(due, lambda here, ids: _ring_in(here, ids[:AT_ONCE], now, timedelta(seconds=seconds[here])))


def _ring_in(restaurant_id: int, call_ids: Sequence[int], now: datetime, pause: timedelta) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "service call")) as work:
        still = ServiceCall.objects.of_restaurant(work.restaurant_id).ringing().rung_before(now - pause)
        again = {"rings": F("rings") + 1, "last_rung_at": now}
        rung = [pk for pk in sorted(call_ids) if still.filter(pk=pk).update(**again)]
        for call in ServiceCall.objects.filter(pk__in=rung).select_related("table").order_by("pk"):
            work.record(CallRang(call=call))
    return len(rung)


def _call(call_id: int, actor: Actor) -> ServiceCall:
    call = ServiceCall.objects.visible_to(actor).filter(pk=call_id).select_related("table").first()
    if call is None:
        raise _no_call()
    return call


def _no_call() -> NotYours:
    return NotYours(gettext("There is no such call."), code="call_not_found")


def _told(call: ServiceCall, event: type[CallEvent], work: UnitOfWork) -> ServiceCall:
    """Record the event of a call that was updated, and return the call as it is now."""
    call = ServiceCall.objects.filter(pk=call.pk).select_related("table").get()
    work.record(event(call=call))
    return call


def _staff(actor: Actor) -> int | None:
    return actor.id if actor.is_staff else None


def _is_mine(call: ServiceCall, actor: Actor) -> bool:
    return call.taken_by_name == actor.label[:120] and call.taken_by_id == _staff(actor)


def _too_late(call: ServiceCall) -> LostRace:
    if call.closed_at is not None:
        return LostRace(gettext("This call is closed already."), code="call_closed")
    message = gettext("%(name)s has taken this call.") % {"name": call.taken_by_name}
    return LostRace(message, code="call_taken")


def _require_here(call: ServiceCall) -> None:
    """Refuse to open a call again after its guests have left or called again. Raises LostRace."""
    if call.withdrawn:
        raise LostRace(gettext("The guests have withdrawn this call."), code="call_withdrawn")
    again = ServiceCall.objects.open().filter(table_id=call.table_id, reason=call.reason).exists()
    if again or (not Party.objects.seated().filter(pk=call.party_id).exists() and call.party_id is not None):
        raise LostRace(gettext("The guests have left or called again."), code="call_again")

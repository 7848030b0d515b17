"""The tables that need somebody, each with the one act that settles it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from bistro.core.kernel.roles import Permission
from orders.floor.calls import Call
from orders.floor.rounds import Round, Sitting
from orders.transitions import OrderStatus
from tables.models import Table
from tables.transitions import CallReason

ORDER_AFTER = timedelta(minutes=5)  # seated for so long without an order
CLEAR_AFTER = timedelta(minutes=60)  # nothing was served for so long
PAID_AFTER = timedelta(minutes=5)  # guests who have paid usually leave
CLEAR = {"eating": CLEAR_AFTER, "paid": PAID_AFTER}


@dataclass(frozen=True, slots=True)
class Act:
    """The act that settles a need: a button that posts to `url`, or a link (`is_link`).

    `field` and `value` are posted with it. `later` is the text of the undo bar: the request is sent when it is over.
    `right` is the permission that the server asks for; the page shows the act only to people who have it.
    """

    name: str
    label: str
    url: str
    right: str
    later: str = ""
    field: str = ""
    value: str = ""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A reason why a table needs somebody. `mark` is the state whose mark and colour it has.

    A smaller `rank` is more urgent. `also` has the words of further reasons at the same table.
    """

    mark: str
    words: str
    since: datetime | None
    rank: int
    act: Act
    also: tuple[str, ...] = ()
    rings: int = 0  # of a call that nobody has taken
    is_for_all: bool = False  # such a call for which everybody on the floor was called

    @property
    def sort(self) -> str:
        """Return the key that sorts the list: by urgency, then by age."""
        return f"{self.rank}-{int(self.since.timestamp()) if self.since else 0:010d}"

    @property
    def signature(self) -> str:
        """Return a text that differs as soon as the act would do something else."""
        return f"{self.act.name} {self.act.value or self.act.url}"

    @property
    def since_iso(self) -> str:
        """Return the start for scripts, in whole seconds."""
        return iso(self.since) if self.since else ""


@dataclass(frozen=True, slots=True)
class Situation:
    """A table with its present state, the start of that state, its party with the orders, and its service calls."""

    table: Table
    state: str
    since: datetime | None
    sitting: Sitting
    calls: tuple[Call, ...]
    now: datetime


def iso(moment: datetime) -> str:
    """Return a moment for scripts, in whole seconds."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def need_of(found: Situation) -> Need | None:
    """Return the most urgent need of a table with the words of the others, or None if the table is fine."""
    return _first([need for check in _CHECKS for need in check(found)])


def _first(found: list[Need]) -> Need | None:
    if not found:
        return None
    first, *others = sorted(found, key=lambda need: need.sort)
    return replace(first, also=tuple(other.words for other in others))


def changes_at(state: str, since: datetime | None, late_seconds: int) -> datetime | None:
    """Return the time at which a table begins to need somebody if nothing happens until then."""
    if since is None:
        return None
    after = {"waiting": timedelta(seconds=late_seconds), "occupied": ORDER_AFTER, **CLEAR}.get(state)
    return since + after if after else None


def _calls(found: Situation) -> Iterable[Need]:
    """Yield a need for each open call. A call that somebody has taken is quiet until that person is done."""
    for call in found.calls:
        rank, mark = _CALL_RANKS[call.reason], "bill" if call.reason == CallReason.BILL else "calls"
        if call.taken_at is None:
            url = reverse("floor:take-call", args=[call.id])
            act = Act("take", _("Going"), url, Permission.ANSWER_CALLS)
            words, is_for_all = _call_words(call), call.escalation > 0
            if is_for_all:
                words, rank = _("Nobody is going yet: %(call)s") % {"call": words}, 0
            yield Need(mark, words, call.since, rank, act, rings=call.rings, is_for_all=is_for_all)
        else:
            words = _("%(name)s is going: %(call)s") % {"name": call.taken_by, "call": _call_words(call)}
            act = Act("close", _("Done"), reverse("floor:close-call", args=[call.id]), Permission.ANSWER_CALLS)
            yield Need("occupied", words, call.since, 7, act)


_CALL_RANKS: dict[str, int] = {CallReason.HELP: 0, CallReason.WAITER: 1, CallReason.BILL: 4}


def _call_words(call: Call) -> str:
    """Return the reason of a call, and which call of the party it is from the second on."""
    if call.number < 2:
        return call.words
    return _("%(call)s, call %(number)s") % {"call": call.words, "number": call.number}


def _ready(found: Situation) -> Iterable[Need]:
    ready = found.sitting.with_status(OrderStatus.READY)
    if not ready:
        return
    since = min((each.order.ready_at for each in ready if each.order.ready_at), default=None)
    act = Act(
        "deliver",
        _("Taken"),
        reverse("floor:deliver-ready", args=[found.table.pk]),
        Permission.DELIVER_ORDER,
        later=_("%(table)s: food taken") % {"table": found.table.name},
        field="orders",
        value=",".join(str(each.order.pk) for each in ready),
    )
    yield Need("ready", _("Food ready at the pass"), since, 2, act)


def _late(found: Situation) -> Iterable[Need]:
    if found.state == "late":
        yield Need("late", _("Waiting for food"), found.since, 3, _open(found.table))


def _held(found: Situation) -> Iterable[Need]:
    """Yield a need for the course that waits longest. A course that is planned to fire automatically needs nobody."""
    open_orders = found.sitting.with_status(*_FIREABLE)
    waiting = [each for each in open_orders if each.waits_for_fire and not _is_planned(each, found.now)]
    if not waiting:
        return
    first = min(waiting, key=_waits_since)
    course = first.held[0]
    act = Act(
        "fire",
        _("Fire"),
        reverse("floor:fire", args=[first.order.pk, course]),
        Permission.FIRE_COURSE,
        later=_("%(table)s: course %(course)s fired") % {"table": found.table.name, "course": course},
    )
    yield Need("held", _("Course %(course)s on hold") % {"course": course}, _waits_since(first), 5, act)


_FIREABLE = (OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.PREPARING)


def _is_planned(found: Round, now: datetime) -> bool:
    fire_at = found.plans.get(found.held[0])
    return fire_at is not None and fire_at > now - timedelta(minutes=1)


def _waits_since(found: Round) -> datetime:
    return found.order.served_at or found.order.placed_at


def _nothing_ordered(found: Situation) -> Iterable[Need]:
    if found.state != "occupied" or found.since is None or found.now - found.since < ORDER_AFTER:
        return
    url = reverse("ordering:table-screen", args=[found.table.pk])
    act = Act("order", _("Order"), url, Permission.PLACE_ANYWHERE, is_link=True)
    yield Need("occupied", _("Nothing ordered yet"), found.since, 6, act)


def _to_clear(found: Situation) -> Iterable[Need]:
    after = CLEAR.get(found.state)
    if after is None or found.since is None or found.now - found.since < after:
        return
    act = Act(
        "clear",
        _("Clear"),
        reverse("floor:clear", args=[found.table.pk]),
        Permission.CLEAR_TABLE,
        later=_("%(table)s cleared") % {"table": found.table.name},
        field="party",
        value=str(found.sitting.party.pk) if found.sitting.party else "",
    )
    words = _("Clear it if the guests have left. Paid") if found.state == "paid" else ""
    yield Need("clear", words or _("Clear it if the guests have left. Served"), found.since, 8, act)


def _open(table: Table) -> Act:
    return Act("open", _("Open"), reverse("floor:table", args=[table.pk]), Permission.WATCH_FLOOR, is_link=True)


_CHECKS: tuple[Callable[[Situation], Iterable[Need]], ...] = (
    _calls,
    _ready,
    _late,
    _held,
    _nothing_ordered,
    _to_clear,
)

"""Alarms that staff must handle now, grouped by their cause."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.hooks import hook
from bistro.core.models import Device
from orders.floor.calls import Call, alarming_calls, is_alarm
from orders.models import Order

ALARMS_SHOWN = 20  # of each kind
UNSEEN, PRINTER, PAD, BACKUP, MESSAGE, PAYMENT = "unseen", "printer", "pad", "backup", "message", "payment"  # causes
CALL = "call"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that staff must handle now. Alarms of one `cause` are shown together.

    `url` leads to the table, or is "" without one. `settle_url` is the target of "The kitchen knows", or "" if a
    person cannot end the alarm there.
    """

    id: str
    table_name: str
    text: str
    since: datetime | None
    url: str
    settle_url: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class AlarmGroup:
    """The alarms of one cause. `text` names the cause and the number of its alarms, `since` is the oldest start."""

    cause: str
    text: str
    since: datetime | None
    alarms: tuple[Alarm, ...]


def alarms(actor: Actor, now: datetime, calls: Sequence[Call] | None = None) -> tuple[Alarm, ...]:
    """Return the alarms: unseen orders, calls, locked pads and the alarms of higher apps (`FLOOR_ALARMS`).

    `calls` are the open calls of guests, if the caller has read them.
    """
    ringing = alarming_calls(actor, now) if calls is None else [call for call in calls if is_alarm(call, now)]
    more = (alarm for path in settings.FLOOR_ALARMS for alarm in hook(path)(actor))
    return (*_unseen_orders(actor, now), *_untaken_calls(ringing), *_locked_pads(actor), *more)


def grouped(found: Iterable[Alarm]) -> tuple[AlarmGroup, ...]:
    """Return the alarms by cause, in the order of the first alarm of each. An alarm without a cause stands alone."""
    groups: dict[str, list[Alarm]] = {}
    for alarm in found:
        groups.setdefault(alarm.cause or alarm.id, []).append(alarm)
    return tuple(_group(cause, alarms) for cause, alarms in groups.items())


def _group(cause: str, found: Sequence[Alarm]) -> AlarmGroup:
    words = _CAUSES.get(cause)
    text = words(len(found)) if words and len(found) > 1 else found[0].text
    began = [alarm.since for alarm in found if alarm.since]
    return AlarmGroup(cause=cause, text=text, since=min(began, default=None), alarms=tuple(found))


def _unseen_words(count: int) -> str:
    return _("Kitchen wall is not showing orders (%(count)s)") % {"count": count}


def _printer_words(count: int) -> str:
    return ngettext("%(count)s printer in trouble", "%(count)s printers in trouble", count) % {"count": count}


def _pad_words(count: int) -> str:
    return ngettext("%(count)s pad is locked", "%(count)s pads are locked", count) % {"count": count}


def _call_words(count: int) -> str:
    return _("Nobody answers the calls of guests (%(count)s)") % {"count": count}


_CAUSES: dict[str, Callable[[int], str]] = {
    UNSEEN: _unseen_words,
    CALL: _call_words,
    PRINTER: _printer_words,
    PAD: _pad_words,
}


def _unseen_orders(actor: Actor, now: datetime) -> Iterable[Alarm]:
    rows = Order.objects.visible_to(actor).unseen(now)
    return tuple(
        Alarm(
            id=f"unseen-{order.pk}",
            table_name=order.place,
            text=_("The kitchen has not seen order %(number)s yet") % {"number": order.number},
            since=order.placed_at,
            url=table_url(order.table_id),
            settle_url="" if order.table_id else reverse("floor:confirm", args=[order.pk]),
            cause=UNSEEN,
        )
        for order in rows.select_related("table").order_by("-pk")[:ALARMS_SHOWN]
    )


def _untaken_calls(calls: Iterable[Call]) -> Iterable[Alarm]:
    """Yield the alarms of calls of guests that nobody has taken after everybody was called."""
    return (
        Alarm(
            id=f"call-{call.id}",
            table_name=call.table_name,
            text=_("Nobody answers the guests: %(call)s") % {"call": call.words},
            since=call.since,
            url=call.url,
            cause=CALL,
        )
        for call in calls
    )


def table_url(table_id: int | None) -> str:
    """Return the address of a table's page, or "" without a table."""
    return reverse("floor:table", args=[table_id]) if table_id else ""


def _locked_pads(actor: Actor) -> Iterable[Alarm]:
    rows = Device.objects.visible_to(actor).locked_out().select_related("pad__table").order_by("locked_at", "pk")
    return tuple(_locked_pad(device) for device in rows[:ALARMS_SHOWN])


def _locked_pad(device: Device) -> Alarm:
    """Return the alarm of a locked pad. It has no URL if the pad has no table yet."""
    table = device.pad.table if hasattr(device, "pad") else None
    words = _("%(pad)s at %(table)s is locked: %(reason)s") if table else _("%(pad)s is locked: %(reason)s")
    facts = {"pad": device.name, "table": table and table.name, "reason": device.get_lock_reason_display()}
    return Alarm(
        id=f"locked-{device.pk}",
        table_name="",
        text=words % facts,
        since=device.locked_at,
        url=table_url(table.pk if table else None),
        cause=PAD,
    )

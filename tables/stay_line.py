"""The time line of a stay for people: when each phase began, and how often and how long the guests called."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tables.models import Party, ServiceCall
from tables.phases import PHASES, minutes_between

WORDS = {
    "seated_at": gettext_lazy("Seated"),
    "first_order_at": gettext_lazy("First order"),
    "first_dish_at": gettext_lazy("First dish"),
    "last_dish_at": gettext_lazy("Last dish"),
    "bill_asked_at": gettext_lazy("Bill asked"),
    "paid_at": gettext_lazy("Paid"),
    "completed_at": gettext_lazy("Left"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a stay: what happened, when, and how many minutes after the guests were seated."""

    word: str
    at: datetime
    minutes: int


def moments_of(party: Party, calls: Iterable[ServiceCall]) -> list[Moment]:
    """Return the phases of a stay and its calls in the order of time. `calls` are those of the party."""
    seated = party.seated_at
    if seated is None:
        return []
    begun = [(getattr(party, name), str(WORDS[name])) for name in (*PHASES, "completed_at")]
    called = [(call.at, _call_words(call)) for call in calls]
    found = [(at, word) for at, word in (*begun, *called) if at is not None]
    return [
        Moment(word, at, round(minutes_between(seated, at))) for at, word in sorted(found, key=lambda each: each[0])
    ]


def calls_in_words(calls: Sequence[ServiceCall], now: datetime) -> str:
    """Return how often guests called and how many minutes they waited in all, or "" if they did not call."""
    if not calls:
        return ""
    waited = round(sum(minutes_between(call.at, call.waited_until or now) for call in calls))
    words = ngettext("%(count)s call, waited %(minutes)s min", "%(count)s calls, waited %(minutes)s min", len(calls))
    return words % {"count": len(calls), "minutes": waited}


def _call_words(call: ServiceCall) -> str:
    if call.waited_until is None:
        return str(call.get_reason_display())
    facts = {"call": call.get_reason_display(), "minutes": round(minutes_between(call.at, call.waited_until))}
    if call.taken_at is None and call.withdrawn:
        return _("%(call)s: withdrawn after %(minutes)s min") % facts
    if call.taken_at is None:
        return _("%(call)s: nobody came, over after %(minutes)s min") % facts
    return _("%(call)s: %(name)s went after %(minutes)s min") % {**facts, "name": call.taken_by_name}

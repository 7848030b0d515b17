"""The tables of the report of a day about calls of guests: by kind, hour, section, and waiter who went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.models import Restaurant
from orders.till.reports.rows import Row, Table
from tables.models import ServiceCall
from tables.phases import quantile
from tables.transitions import CallReason

COUNT = ("count",)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Calls:
    """The calls of one row. `waits` are the seconds until somebody took a call, of those that somebody took.

    `withdrawn` counts those that the guests took back before that.
    """

    count: int = 0
    escalated: int = 0
    withdrawn: int = 0
    waits: list[float] = field(default_factory=list)

    def add(self, call: ServiceCall) -> None:
        """Add a call."""
        self.count += 1
        self.escalated += call.escalation > 0
        if call.taken_at is not None:
            self.waits.append((call.taken_at - call.at).total_seconds())
        else:
            self.withdrawn += call.withdrawn

    @property
    def words(self) -> str:
        """Return how long guests waited, and which calls went wrong, in words."""
        waits, found = sorted(self.waits), []
        missed = self.count - len(waits) - self.withdrawn
        if waits:
            times = {
                "median": minutes_and_seconds(quantile(waits, 0.5)),
                "most": minutes_and_seconds(quantile(waits, 0.9)),
            }
            found.append(_("median %(median)s min, 90 %% within %(most)s min") % times)
        if self.escalated:
            found.append(_("%(count)s escalated") % {"count": self.escalated})
        if self.withdrawn:
            found.append(_("%(count)s withdrawn") % {"count": self.withdrawn})
        if missed:
            found.append(ngettext("%(count)s not answered", "%(count)s not answered", missed) % {"count": missed})
        return " · ".join(found)


def call_tables(restaurant: Restaurant, day: date) -> list[Table]:
    """Return the calls of a business day by kind, hour, section, and waiter who went. One query."""
    begin, end = restaurant.day_begins(day), restaurant.day_begins(day + DAY)
    rows = ServiceCall.objects.of_restaurant(restaurant.pk).filter(at__gte=begin, at__lt=end)
    calls = list(rows.select_related("table__section").order_by("at", "pk"))
    kinds = [str(reason.label) for reason in CallReason]
    return [
        Table("calls", _("Calls of guests"), _by(calls, lambda call: str(call.get_reason_display()), kinds), COUNT),
        Table(
            "calls_hours",
            _("Calls by hour"),
            _by(calls, lambda call: f"{call.at.astimezone(restaurant.tz):%H}:00"),
            COUNT,
        ),
        Table(
            "calls_sections", _("Calls by section"), _sorted(_by(calls, lambda call: call.table.section.name)), COUNT
        ),
        Table("calls_waiters", _("Calls by person who went"), _sorted(_by(calls, _who)), COUNT),
    ]


def _by(calls: Iterable[ServiceCall], key: Callable[[ServiceCall], str], order: Iterable[str] = ()) -> list[Row]:
    """Return a row for each key, in the given order, else in the order of the first calls."""
    found: dict[str, Calls] = {name: Calls() for name in order}
    for call in calls:
        found.setdefault(key(call), Calls()).add(call)
    return [Row(name, each.words, each.count) for name, each in found.items() if each.count]


def _who(call: ServiceCall) -> str:
    return call.taken_by_name or (_("Withdrawn") if call.withdrawn else _("Nobody"))


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-(row.count or 0), row.label))


def minutes_and_seconds(seconds: float) -> str:
    """Return a length of time as minutes and seconds, e.g. 1:05."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"

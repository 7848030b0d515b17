"""Ticket times: the last hour for the wall, whole days for managers.

Fulfilment is `done_at` minus the start of the clock (`aged_from`, else `fired_at`), at least zero. Percentiles are
nearest-rank: of n values in ascending order the p-th is number ⌈p/100 × n⌉, always one that occurred (Hyndman and Fan,
“Sample Quantiles in Statistical Packages”, The American Statistician 50, 1996, definition 1; PostgreSQL's
percentile_disc).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, IntegerField, Value
from django.db.models.functions import Coalesce, ExtractHour, Greatest
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.models import Restaurant
from kitchen.ages import Dish, limits_of
from kitchen.durations import SecondsBetween
from kitchen.models import Station, Ticket, TicketLine
from kitchen.transitions import TicketStatus
from menu.models import Item

LATELY = timedelta(hours=1)
LONGEST = 31  # days of a report at most
MOST = 200_000  # tickets, and lines, that a report reads; with more it reads the newest


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The tickets of the last hour: their number, average time and target."""

    count: int
    average_seconds: int
    target_seconds: int

    @property
    def average_minutes(self) -> int:
        return max(1, round(self.average_seconds / 60))

    @property
    def target_minutes(self) -> int:
        return max(1, round(self.target_seconds / 60))


def fulfilments(restaurant: Restaurant, station_id: int | None, now: datetime) -> dict[int, Fulfilment]:
    """Return `{station id: fulfilment of the last hour}` of one station or all in one query, without idle stations."""
    rows = Ticket.objects.of_restaurant(restaurant.pk).of_station(station_id).done_since(now - LATELY).order_by()
    target = Coalesce("station__target_seconds", "station__late_seconds", Value(restaurant.late_seconds))
    figures = rows.values_list("station_id").annotate(count=Count("pk"), average=Avg(_took()), aim=Avg(target))
    return {pk: Fulfilment(count, round(average), round(aim)) for pk, count, average, aim in figures}


def overall(took: Iterable[Fulfilment]) -> Fulfilment | None:
    """Return the fulfilment of several stations together.

    Each ticket counts once, so that average and target compare.
    """
    found = list(took)
    count = sum(each.count for each in found)
    if not count:
        return None
    average = sum(each.average_seconds * each.count for each in found) / count
    target = sum(each.target_seconds * each.count for each in found) / count
    return Fulfilment(count, round(average), round(target))


def target_of(target_seconds: int | None, late_seconds: int | None, restaurant: Restaurant) -> int:
    """Return the seconds a ticket should take at a station: its own target, else its threshold for late."""
    return target_seconds or late_seconds or restaurant.late_seconds


def _took(ticket: str = "", done: str = "done_at") -> Greatest:
    """Return the seconds a ticket took, at least zero: a cook may finish before a course that lands together is due."""
    began = Coalesce(f"{ticket}aged_from", f"{ticket}fired_at")
    return Greatest(Value(0), SecondsBetween(began, done), output_field=IntegerField())


# --- whole days ----------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Tally:
    """Running figures of one group."""

    seconds: Counter[int] = field(default_factory=Counter)
    late: int = 0
    recalls: int = 0

    def add(self, seconds: int, late: bool, recalls: int) -> None:
        self.seconds[seconds] += 1
        self.late += late
        self.recalls += recalls

    def figures(self) -> dict[str, Any]:
        """Return the figures as the API and the admin show them."""
        count = self.seconds.total()
        return {
            "count": count,
            "p50_seconds": percentile(self.seconds, 50),
            "p90_seconds": percentile(self.seconds, 90),
            "late_share": round(self.late / count, 3) if count else 0.0,
            "recalls": self.recalls,
        }


def percentile(values: Counter[int], percent: int) -> int | None:
    """Return the nearest-rank percentile of `{value: count}`; None without values."""
    rank = -(-values.total() * percent // 100)
    passed = 0
    for value in sorted(values):
        passed += values[value]
        if passed >= rank > 0:
            return value
    return None


@dataclass(slots=True)
class Tallies:
    """Tallies by group, each also by the hour of the day."""

    whole: dict[Any, Tally] = field(default_factory=dict)
    hourly: dict[Any, dict[int, Tally]] = field(default_factory=dict)

    def add(self, key: Any, hour: int, seconds: int, late: bool, recalls: int) -> None:
        self.whole.setdefault(key, Tally()).add(seconds, late, recalls)
        self.hourly.setdefault(key, {}).setdefault(hour, Tally()).add(seconds, late, recalls)

    def rows(self, names: Mapping[Any, str]) -> list[dict[str, Any]]:
        """Return one row for each group, the most frequent first."""
        found = sorted(self.whole.items(), key=lambda pair: (-pair[1].seconds.total(), names.get(pair[0], "")))
        return [
            {"id": key, "name": names.get(key, ""), **tally.figures(), "hours": self.hours(key)} for key, tally in found
        ]

    def hours(self, key: Any) -> list[dict[str, Any]]:
        """Return one row for each hour of the restaurant's day."""
        return [{"hour": hour, **tally.figures()} for hour, tally in sorted(self.hourly.get(key, {}).items())]


def fulfilment_report(actor: Actor, restaurant: Restaurant, first: date, last: date) -> dict[str, Any]:
    """Return what was finished on the business days from `first` to `last`, by station, item, cook and hour.

    Reads from the replica where there is one: four queries, at most `MOST` tickets and lines (`complete` says whether
    that was all). Items are counted by line, at the time the line was done.
    """
    days = restaurant.day_begins(first), restaurant.day_begins(last + timedelta(days=1))
    stations = {row.pk: row for row in Station.objects.visible_to(actor).for_reports()}
    items, late_after, all_lines = _item_tallies(actor, restaurant, days, stations)
    by_station, by_cook, everything = Tallies(), Tallies(), Tallies()
    read = 0
    for ticket_id, station_id, cook, hour, seconds, recalls in _tickets(actor, restaurant, days):
        read += 1
        late = seconds >= late_after.get(ticket_id, limits_of(restaurant, stations[station_id]).late)
        for tallies, key in ((by_station, station_id), (by_cook, cook or "nobody"), (everything, None)):
            tallies.add(key, hour, seconds, late, recalls)
    cooks = by_cook.rows({name: name for name in by_cook.whole})
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "complete": all_lines and read < MOST,
        **(everything.whole.get(None) or Tally()).figures(),
        "hours": everything.hours(None),
        "stations": by_station.rows({pk: row.name for pk, row in stations.items()}),
        "items": items.rows(_item_names(actor, items.whole)),
        "cooks": [{name: value for name, value in row.items() if name != "id"} for row in cooks],
    }


def _tickets(actor: Actor, restaurant: Restaurant, days: tuple[datetime, datetime]) -> Iterable[Any]:
    rows = Ticket.objects.visible_to(actor).for_reports().filter(status__literal_exact=TicketStatus.DONE)
    rows = rows.filter(done_at__gte=days[0], done_at__lt=days[1]).order_by("-done_at")[:MOST]
    hour = ExtractHour("done_at", tzinfo=restaurant.tz)
    return rows.values_list("pk", "station_id", "done_by", hour, _took(), "recalls").iterator()


def _item_tallies(
    actor: Actor, restaurant: Restaurant, days: tuple[datetime, datetime], stations: Mapping[int, Station]
) -> tuple[Tallies, dict[int, int], bool]:
    """Return `(items, {ticket id: seconds after which it was late}, whether everything was read)`."""
    rows = TicketLine.objects.visible_to(actor).for_reports().filter(ticket__status__literal_exact=TicketStatus.DONE)
    rows = rows.filter(ticket__done_at__gte=days[0], ticket__done_at__lt=days[1], done_at__isnull=False)
    hour = ExtractHour("done_at", tzinfo=restaurant.tz)
    asked = rows.order_by("-ticket__done_at")[:MOST].values_list(
        "ticket_id",
        "line__item_id",
        hour,
        _took("ticket__"),
        "ticket__recalls",
        "ticket__station_id",
        "line__prep_minutes",
        "line__quantity",
        "line__item__late_minutes",
    )
    items, dishes, read = Tallies(), dict[tuple[int, int], list[Dish]](), 0
    for ticket_id, item_id, at, seconds, recalls, station_id, prep_minutes, quantity, own_late in asked.iterator():
        read += 1
        dish = Dish(prep_minutes, quantity, late_minutes=own_late)
        dishes.setdefault((ticket_id, station_id), []).append(dish)
        late = limits_of(restaurant, stations[station_id], [dish]).late
        items.add(item_id, at, seconds, seconds >= late, recalls)
    late_after = {
        ticket_id: limits_of(restaurant, stations[station_id], found).late
        for (ticket_id, station_id), found in dishes.items()
    }
    return items, late_after, read < MOST


def _item_names(actor: Actor, item_ids: Iterable[int]) -> dict[int, str]:
    rows = Item.objects.visible_to(actor).for_reports().filter(pk__any_of=list(item_ids)).order_by()
    return dict(rows.values_list("pk", "name"))


def report_days(restaurant: Restaurant, first: str, last: str, now: datetime) -> tuple[date, date]:
    """Return the requested business days; `to` defaults to the present one and `from` to `to`.

    Raises InvalidInput for a malformed date, a reversed range or one that is too long.
    """
    today = restaurant.business_date(now)
    end = _day("to", last) or today
    begin = _day("from", first) or end
    if end < begin:
        raise InvalidInput(gettext("“to” is before “from”."), fields={"to": [gettext("Before the first day.")]})
    if end - begin >= timedelta(days=LONGEST):
        raise InvalidInput(
            gettext("At most %(longest)s days at once.") % {"longest": LONGEST},
            fields={"from": [gettext("More than %(longest)s days.") % {"longest": LONGEST}]},
        )
    return begin, end


def _day(name: str, raw: str) -> date | None:
    raw = raw.strip()
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        day = None
    if day is None or len(raw) != 10 or not 2000 <= day.year <= 2999:
        raise InvalidInput(
            gettext("“%(name)s” must be a day such as 2026-03-01.") % {"name": name},
            fields={name: [gettext("Not a day.")]},
        )
    return day

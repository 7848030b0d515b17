"""The accuracy of quotes: the waiting list measures its own error."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tables.phases import minutes_between
from tables.transitions import PartyStatus
from tables.waitlist.models import WaitlistEntry

DAYS = 30
NEAR = 5.0  # minutes around a range that still count as met
MOST = 2000


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The error of quotes. `error` and `bias` are minutes from the middle of the range, `near` is a share in percent.

    A positive bias means that guests waited longer than quoted.
    """

    quotes: int
    error: float
    bias: float
    near: int


@dataclass(frozen=True, slots=True)
class Report:
    """The accuracy of the last 30 days, of all quotes and by weekday (1 is Monday), hour and size."""

    whole: Accuracy | None
    weekdays: Mapping[int, Accuracy]
    hours: Mapping[int, Accuracy]
    sizes: Mapping[int, Accuracy]


def read_accuracy(restaurant_id: int, now: datetime, zone: ZoneInfo) -> Report:
    """Return how well the quotes of the last 30 days were met. One query. Only seated parties count."""
    rows = WaitlistEntry.objects.of_restaurant(restaurant_id).filter(
        closed_at__gt=now - timedelta(days=DAYS), party__status__in=[PartyStatus.SEATED, PartyStatus.COMPLETED]
    )
    columns = "quoted_at", "quoted_low", "quoted_high", "party__seated_at", "party__size"
    found: list[tuple[float, bool]] = []
    groups: dict[str, dict[int, list[tuple[float, bool]]]] = {
        name: defaultdict(list) for name in ("day", "hour", "size")
    }
    for quoted_at, low, high, seated_at, size in rows.order_by("-closed_at").values_list(*columns)[:MOST]:
        if seated_at is None:
            continue
        waited = minutes_between(quoted_at, seated_at)
        met = (waited - (low + high) / 2, low - NEAR <= waited <= high + NEAR)
        found.append(met)
        local = quoted_at.astimezone(zone)
        groups["day"][local.isoweekday()].append(met)
        groups["hour"][local.hour].append(met)
        groups["size"][size or 0].append(met)
    days, hours, sizes = ({key: _of(group[key]) for key in sorted(group)} for group in groups.values())
    return Report(_of(found) if found else None, days, hours, sizes)


def _of(met: Iterable[tuple[float, bool]]) -> Accuracy:
    found = list(met)
    return Accuracy(
        len(found),
        round(sum(abs(miss) for miss, _near in found) / len(found), 1),
        round(sum(miss for miss, _near in found) / len(found), 1),
        round(100 * sum(near for _miss, near in found) / len(found)),
    )

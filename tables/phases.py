"""The phases of stays: how long parties of a size and a part of the day usually still stay.

Times are minutes. A group of fewer than 20 stays falls back to a wider one, and at last to fixed numbers, which follow
the pace of the evening.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from tables.models import Party
from tables.paces import pace_of
from tables.transitions import PartyStatus

# The columns of the phases in order, and the share of a stay that is usually left when a phase begins.
PHASES = {
    "seated_at": 1.0,
    "first_order_at": 0.9,
    "first_dish_at": 0.7,
    "last_dish_at": 0.42,
    "bill_asked_at": 0.17,
    "paid_at": 0.09,
}
# The phase that follows each one of guests who are still here. Which dish is the last one is known only afterwards.
FOLLOWING = {
    "seated_at": "first_order_at",
    "first_order_at": "first_dish_at",
    "first_dish_at": "bill_asked_at",
    "bill_asked_at": "paid_at",
    "paid_at": "",
}
FIRST_DISH, LAST_DISH = "first_dish_at", "last_dish_at"
SIZES = (2, 4, 6)  # the largest parties of a group; larger ones are a group of their own
DEFAULT_STAY = (85.0, 95.0, 110.0, 125.0)  # of each group of sizes
ENOUGH = 20
WHOLE = timedelta(hours=4)  # guests who were seated before that are gone; of later ones only the short stays are over
ALIKE = 10.0  # minutes between two dishes that count as the same course
NEWEST, DAYS = 1000, 60
SHORTEST, LONGEST = 3.0, 12 * 60.0  # stays outside are mistakes
SPREAD = (0.5, 0.65, 0.75, 0.85, 0.95, 1.0, 1.05, 1.15, 1.3, 1.45, 1.7)  # of a fixed number, where nothing was learned
OVERDUE = (2.0, 5.0, 10.0)  # minutes, of guests who stay longer than nearly everybody before

Group = tuple[int | None, str | None]


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """The usual minutes from the beginning of each phase to the end of the stay, of one group of stays."""

    largest: int | None
    daypart: str | None
    stays: int
    medians: Mapping[str, float]
    p90: Mapping[str, float]


class Phases:
    """The lengths of a restaurant's past stays. One query."""

    def __init__(self, restaurant_id: int, now: datetime, zone: ZoneInfo) -> None:
        self.zone, self.now = zone, now
        self.stays: dict[Group, list[Mapping[str, float]]] = {}
        self._newest: list[tuple[int, Mapping[str, float]]] = []
        self._paces: dict[str, float] = {}
        for size, seated_at, minutes in _past_stays(restaurant_id, now):
            group, part = group_of(size), daypart(seated_at, zone)
            if seated_at > now - WHOLE:
                self._newest.append((group, minutes))
                continue
            for key in ((group, part), (group, None), (None, None)):
                self.stays.setdefault(key, []).append(minutes)

    def follow(self, parties: Collection[Party]) -> None:
        """Let the fixed numbers follow the stays of this evening, with those of the parties who are still here."""
        for phase, share in PHASES.items():
            ended = [stay[phase] / _fixed(group, share) for group, stay in self._newest if phase in stay]
            running = [
                minutes_between(begun, self.now) / _fixed(group_of(party.size), share)
                for party in parties
                if (begun := getattr(party, phase)) is not None and (phase != LAST_DISH or party.bill_asked_at)
            ]
            self._paces[phase] = pace_of(ended, running)

    def stays_of(self, size: int | None, at: datetime) -> list[float]:
        """Return the minutes that a party that is seated at a time may stay, ascending."""
        return self._left("seated_at", 0.0, size, at)

    def left(self, party: Party) -> list[float]:
        """Return the minutes that a seated party may still stay, ascending, by the phase that it has reached."""
        seated_at = party.seated_at or self.now
        phase, since = "seated_at", seated_at
        for name in FOLLOWING:
            begun = getattr(party, name)
            if begun is not None and begun >= since:
                phase, since = name, begun
        elapsed, newest = minutes_between(since, self.now), 0.0
        if phase == FIRST_DISH and party.last_dish_at is not None:
            newest = minutes_between(since, party.last_dish_at)
        return self._left(phase, elapsed, party.size, seated_at, newest)

    def _left(
        self, phase: str, elapsed: float, size: int | None, seated_at: datetime, newest: float = 0.0
    ) -> list[float]:
        """Return what was left of past stays when as much time of the phase had elapsed, and it was not over.

        `newest` are the minutes from the first to the newest dish. Where phases were not noted, the stays count that
        were not over.
        """
        known = [stay for stay in self._alike(size, seated_at) if phase in stay]
        if len(known) < ENOUGH:
            if newest > ALIKE:
                phase, elapsed = LAST_DISH, elapsed - newest
            usual = _fixed(group_of(size), PHASES[phase]) * self._paces.get(phase, 1.0)
            return [usual * share - elapsed for share in SPREAD if usual * share > elapsed] or list(OVERDUE)
        following = FOLLOWING[phase]
        as_far = _eating(known, elapsed, newest) if phase == FIRST_DISH else []
        if len(as_far) < ENOUGH // 4:
            as_far = [stay[phase] - elapsed for stay in known if stay[phase] - stay.get(following, 0.0) > elapsed]
        if len(as_far) < ENOUGH // 4:
            as_far = [stay[phase] - elapsed for stay in known if stay[phase] > elapsed]
        if len(as_far) < ENOUGH // 4:
            return list(OVERDUE)
        return sorted(as_far)

    def _alike(self, size: int | None, seated_at: datetime) -> Sequence[Mapping[str, float]]:
        """Return the stays of the narrowest group of a party that has enough of them."""
        group = group_of(size)
        for key in ((group, daypart(seated_at, self.zone)), (group, None)):
            if len(self.stays.get(key, ())) >= ENOUGH:
                return self.stays[key]
        return self.stays.get((None, None), ())

    def table(self) -> list[PhaseTimes]:
        """Return medians and 90th percentiles of each group that has enough stays, the widest first."""
        found = [
            PhaseTimes(*key, len(stays), *(_by_phase(stays, share) for share in (0.5, 0.9)))
            for key, stays in self.stays.items()
            if len(stays) >= ENOUGH
        ]
        return sorted(found, key=lambda times: (times.largest or 0, times.daypart or ""))


def _past_stays(restaurant_id: int, now: datetime) -> Iterable[tuple[int | None, datetime, Mapping[str, float]]]:
    """Yield (size, time of the seating, minutes from each phase to the end) of the newest stays at tables."""
    rows = Party.objects.of_restaurant(restaurant_id).filter(
        status=PartyStatus.COMPLETED, completed_at__gt=now - timedelta(days=DAYS), table__isnull=False, joined_to=None
    )
    for size, ended, *begun in rows.order_by("-completed_at").values_list("size", "completed_at", *PHASES)[:NEWEST]:
        seated = begun[0]
        if seated is None or not SHORTEST <= minutes_between(seated, ended) <= LONGEST:
            continue
        times = zip(PHASES, begun, strict=True)
        yield size, seated, {name: minutes_between(at, ended) for name, at in times if at is not None and at <= ended}


def _eating(stays: Sequence[Mapping[str, float]], elapsed: float, newest: float) -> list[float]:
    """Return what was left of past stays so long after the first dish, with the same newest dish and no bill asked.

    Either that dish was the last one, or another course came later than now.
    """
    found = []
    for stay in stays:
        if LAST_DISH not in stay:
            continue
        gap, left = stay[FIRST_DISH] - stay[LAST_DISH], stay[LAST_DISH] - (elapsed - newest)
        if abs(gap - newest) <= ALIKE:
            if left > stay.get(FOLLOWING[FIRST_DISH], 0.0):
                found.append(left)
        elif gap > max(elapsed, newest):
            found.append(stay[FIRST_DISH] - elapsed)
    return found


def _fixed(group: int, share: float) -> float:
    """Return the fixed minutes of a group of sizes from a phase to the end."""
    return DEFAULT_STAY[_place(group)] * share


def _by_phase(stays: Sequence[Mapping[str, float]], share: float) -> dict[str, float]:
    found = {}
    for name in PHASES:
        known = sorted(stay[name] for stay in stays if name in stay)
        if known:
            found[name] = median(known) if share == 0.5 else quantile(known, share)
    return found


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of the ordered values lies, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def group_of(size: int | None) -> int:
    """Return the largest size of the group of a party, 0 for parties above the last group. Unknown sizes are pairs."""
    return next((largest for largest in SIZES if (size or 2) <= largest), 0)


def _place(group: int) -> int:
    return SIZES.index(group) if group else len(SIZES)


def daypart(at: datetime, zone: ZoneInfo) -> str:
    """Return the part of the day in which a party was seated, by the restaurant's clock."""
    hour = at.astimezone(zone).hour
    if 5 <= hour < 11:
        return "morning"
    if 11 <= hour < 15:
        return "lunch"
    return "afternoon" if 15 <= hour < 17 else "dinner"


def minutes_between(begin: datetime, end: datetime) -> float:
    """Return the minutes from one time to another."""
    return (end - begin).total_seconds() / 60

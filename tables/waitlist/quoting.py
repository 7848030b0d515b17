"""Quotes: when a table that fits is probably free, as a range of minutes.

The room is read here; `tables.waitlist.forecast` tries how its next hours may go.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.models import Restaurant
from tables.bookings.models import Booking, TableHold
from tables.bookings.transitions import BookingStatus
from tables.models import Occupancy, Party, Table
from tables.phases import Phases, minutes_between, quantile
from tables.transitions import PartyStatus
from tables.waitlist.forecast import FARTHEST, Arrival, Coming, PastWait, Scene, Sitting, Waiting, forecast
from tables.waitlist.models import WaitlistEntry

STEP = 5  # ranges end on these minutes
LOOK_AHEAD = timedelta(hours=6)  # for bookings
NEWEST, PAST_DAYS = 300, 60  # past bookings and waits from which a house learns
SHARES = (0.3, 0.5, 0.7)  # the percentiles of a forecast that make the range
UNKNOWN = (45, 90)  # where no table is large enough, so that tables must be joined


@dataclass(frozen=True, slots=True)
class Quote:
    """A range of minutes until a table is free; (0, 0) is now."""

    low: int
    high: int


class Room:
    """The state of the room for quotes at one moment. Seven queries, however many tables and parties there are."""

    def __init__(self, restaurant_id: int, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.phases = now, Phases(restaurant_id, now, zone)
        here = Table.objects.of_restaurant(restaurant_id).not_archived().filter(out_of_service=False)
        self.tables = list(here.order_by("seats", "position", "pk"))
        stays = Occupancy.objects.of_restaurant(restaurant_id).open().select_related("party")
        self.sitting = {stay.table_id: stay.party for stay in stays}
        entries = WaitlistEntry.objects.of_restaurant(restaurant_id).open().select_related("party__offer")
        self.waiting: Sequence[WaitlistEntry] = list(entries)
        offers = [entry.party.offer for entry in self.waiting if hasattr(entry.party, "offer")]
        self.offered = {offer.table_id: offer.party for offer in offers if offer.until > now}
        self.coming = self._coming(restaurant_id)
        self.promised: dict[int, list[Coming]] = defaultdict(list)
        for coming in self.coming:
            for table_id in coming.tables:
                self.promised[table_id].append(coming)
        self.phases.follow({party.pk: party for party in self.sitting.values()}.values())
        self._arrivals = list(self._past_arrivals(restaurant_id))
        self._past_waits = list(self._waits(restaurant_id))
        self.usual = cache(lambda size: quantile(self.phases.stays_of(size, self.now), 0.5))

    def is_free(self, table: Table) -> bool:
        """Return whether nobody sits at a table and it is kept for nobody."""
        return table.pk not in self.sitting and table.pk not in self.offered

    def free_tables(self, size: int | None) -> list[Table]:
        """Return the free tables that have enough seats and are not needed during a usual stay, the smallest first."""
        return [
            table
            for table in self.tables
            if table.seats >= (size or 1) and self.is_free(table) and not self._is_needed(table, size)
        ]

    def quote(self, size: int | None, *, until: WaitlistEntry | None = None) -> Quote:
        """Return the quote for a party that comes now, or for an entry of the list, whose successors do not count."""
        return self.quotes([size or 1], until=until)[size or 1]

    def quotes(self, sizes: Iterable[int], *, until: WaitlistEntry | None = None) -> dict[int, Quote]:
        """Return the quotes for parties of these sizes, from one forecast."""
        sizes = list(sizes)
        found = forecast(self._scene(until), sizes)
        return {size: _range(found[size]) if size in found else Quote(*UNKNOWN) for size in sizes}

    def _is_needed(self, table: Table, size: int | None) -> bool:
        stay = self.usual(size)
        return any(coming.begins < stay and coming.ends > 0 for coming in self.promised.get(table.pk, ()))

    def _scene(self, until: WaitlistEntry | None) -> Scene:
        waiting: list[Waiting] = []
        promised = {party.pk for party in self.offered.values()}
        for entry in self.waiting:
            if until is not None and entry.pk == until.pk:
                break
            if entry.party_id not in promised:
                waiting.append(Waiting(entry.party.size or 1, minutes_between(entry.arrived_at, self.now)))
        return Scene(
            seats={table.pk: table.seats for table in self.tables},
            sitting=self._guests(),
            coming=self.coming,
            arrivals=self._arrivals,
            waiting=waiting,
            past_waits=self._past_waits,
            stays=cache(lambda size: self.phases.stays_of(size, self.now)),
            usual=self.usual,
        )

    def _guests(self) -> list[Sitting]:
        """Return the guests at the tables, and those who were offered one, as if they sat there already."""
        tables: dict[int, list[int]] = defaultdict(list)
        parties: dict[int, Party] = {}
        for table_id, party in self.sitting.items():
            tables[party.pk].append(table_id)
            parties[party.pk] = party
        sitting = [Sitting(tables[pk], self.phases.left(party)) for pk, party in parties.items()]
        kept = ((table, party) for table, party in self.offered.items() if table not in self.sitting)
        return sitting + [Sitting([table], self.phases.stays_of(party.size, self.now)) for table, party in kept]

    def _coming(self, restaurant_id: int) -> list[Coming]:
        """Return the bookings of the next hours whose guests have not been seated."""
        holds = TableHold.objects.of_restaurant(restaurant_id).live().overlapping(self.now, self.now + LOOK_AHEAD)
        rows = holds.filter(booking__isnull=False, booking__party=None).order_by("pk")
        tables: dict[int, list[int]] = defaultdict(list)
        times = {}
        for table_id, begin, end, booking_id, size in rows.values_list(
            "table_id", "starts_at", "ends_at", "booking_id", "booking__size"
        ):
            tables[booking_id].append(table_id)
            times[booking_id] = size, minutes_between(self.now, begin), minutes_between(self.now, end)
        return [Coming(*times[pk], tables[pk]) for pk in tables]

    def _past_arrivals(self, restaurant_id: int) -> Iterable[Arrival]:
        """Yield what became of the newest past bookings: when the guests were seated, or given up."""
        since = self.now - timedelta(days=PAST_DAYS)
        rows = Booking.objects.of_restaurant(restaurant_id).starting(since, self.now).order_by("-starts_at")
        rows = rows.filter(status__in=[BookingStatus.SEATED, BookingStatus.FINISHED, BookingStatus.NO_SHOW])
        columns = "status", "starts_at", "party__seated_at", "ended_at"
        for status, starts_at, seated_at, ended_at in rows.values_list(*columns)[:NEWEST]:
            came = status != BookingStatus.NO_SHOW
            at = seated_at if came else ended_at
            if at is not None:
                yield Arrival(minutes_between(starts_at, at), came)

    def _waits(self, restaurant_id: int) -> Iterable[PastWait]:
        """Yield how long the last parties waited until they were seated or left."""
        rows = WaitlistEntry.objects.of_restaurant(restaurant_id).filter(
            closed_at__gt=self.now - timedelta(days=PAST_DAYS), removed=False
        )
        for arrived_at, closed_at, status in rows.order_by("-closed_at").values_list(
            "arrived_at", "closed_at", "party__status"
        )[:NEWEST]:
            yield PastWait(minutes_between(arrived_at, closed_at), status == PartyStatus.LEFT)


def quote_now(size: int | None, quoted: int | None, restaurant: Restaurant) -> Quote:
    """Return the quote for a party that comes now, which a host may have `quoted` in minutes. Raises InvalidInput.

    It takes many tries, so it is computed before a unit of work begins, in which others would wait for it.
    """
    if quoted is None:
        return Room(restaurant.pk, timezone.now(), restaurant.tz).quote(size)
    if not 0 <= quoted <= FARTHEST:
        message = gettext("A quote is at most %(most)s minutes.") % {"most": FARTHEST}
        raise InvalidInput(message, fields={"quotedMinutes": [message]})
    return Quote(quoted, quoted)


def usual_stay(size: int | None, restaurant: Restaurant, now: datetime) -> timedelta:
    """Return how long a party of this size that sits down now usually stays. One query."""
    return timedelta(minutes=quantile(Phases(restaurant.pk, now, restaurant.tz).stays_of(size, now), 0.5))


def _range(tries: Sequence[float]) -> Quote:
    return rounded(*(quantile(tries, share) for share in SHARES))


def rounded(low: float, usual: float, high: float) -> Quote:
    """Return a range around the usual wait, as wide as from `low` to `high`, or now.

    It ends on whole fives and is at least five minutes wide.
    """
    if usual <= 0:
        return Quote(0, 0)
    half = (high - low) / 2
    least = min(max(int((usual - half) // STEP) * STEP, 0), FARTHEST - STEP)
    most = min(ceil((usual + half) / STEP) * STEP, FARTHEST)
    return Quote(least, max(most, least + STEP))

"""The guests of each server on duty, and who gets the next ones.

Next is who got the fewest guests in the last 30 minutes, of several who has had the fewest guests tonight: so that
nobody has to take two new tables at once, and everybody has about as many guests in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.models import Restaurant
from tables.models import Party
from tables.sections.models import Duty
from tables.transitions import PartyStatus

RECENT = timedelta(minutes=30)
UNKNOWN_SIZE = 2


@dataclass(frozen=True, slots=True)
class Load:
    """A server on duty with the own sections, and the number of guests: of the last 30 minutes, and tonight."""

    server: int
    name: str
    sections: tuple[int, ...]
    recent: int
    tonight: int
    tables: int

    @property
    def reason(self) -> str:
        """Return the figures by which the next server is chosen, in words."""
        recent = ngettext(
            "%(number)s guest in the last 30 minutes", "%(number)s guests in the last 30 minutes", self.recent
        )
        return _("%(recent)s, %(tonight)s tonight") % {
            "recent": recent % {"number": self.recent},
            "tonight": self.tonight,
        }


def read_loads(restaurant: Restaurant, now: datetime) -> list[Load]:
    """Return the servers on duty, the next one first; none if nobody has divided the sections. Two queries at most."""
    day = restaurant.business_date(now)
    duties = Duty.objects.of_restaurant(restaurant.pk).filter(day=day).select_related("server")
    names: dict[int, str] = {}
    sections: dict[int, list[int]] = {}
    for duty in duties:
        names[duty.server_id] = duty.server.get_full_name()
        sections.setdefault(duty.server_id, []).append(duty.section_id)
    if not names:
        return []
    counts = _counts(restaurant, now, list(names))
    loads = [
        Load(server, name, tuple(sections[server]), *counts.get(server, (0, 0, 0))) for server, name in names.items()
    ]
    return sorted(loads, key=_order)


def next_server(loads: Sequence[Load], section_id: int | None) -> Load | None:
    """Return who gets the next guests of a section: of its servers, or of all if it has none."""
    own = [load for load in loads if section_id in load.sections]
    return min(own or loads, key=_order, default=None)


def _order(load: Load) -> tuple[int, int, str, int]:
    return load.recent, load.tonight, load.name.casefold(), load.server


def _counts(restaurant: Restaurant, now: datetime, servers: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Return {server: guests of the last 30 minutes, guests tonight, tables now}. Who joined others counts there."""
    begin = restaurant.day_begins(restaurant.business_date(now))
    here = Q(status__literal_exact=PartyStatus.SEATED)
    rows = Party.objects.of_restaurant(restaurant.pk).filter(
        here | Q(completed_at__gte=begin), server__in=servers, seated_at__gte=begin, table__isnull=False, joined_to=None
    )
    guests = Coalesce("size", UNKNOWN_SIZE)
    found = (
        rows.order_by()
        .values("server")
        .annotate(
            recent=Coalesce(Sum(guests, filter=Q(seated_at__gt=now - RECENT)), 0),
            tonight=Sum(guests),
            tables=Count("pk", filter=here),
        )
    )
    return {row["server"]: (row["recent"], row["tonight"], row["tables"]) for row in found}

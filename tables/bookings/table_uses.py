"""The uses of tables by bookings, for those who want to take a table away (`TABLE_USES` in bistro/wiring.py)."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from tables.bookings.models import TableHold


def booked_tables(table_ids: Sequence[int], restaurant_id: int) -> dict[int, str]:
    """Return {table: why it cannot be taken away} for those of these tables that guests have booked, in one query."""
    holds = TableHold.objects.of_restaurant(restaurant_id).live().filter(booking__isnull=False, table__in=table_ids)
    rows = holds.filter(ends_at__gt=timezone.now()).order_by("-starts_at").values_list("table_id", "starts_at")
    words = gettext("booked for %(time)s. Move or cancel the booking first.")
    return {  # the next booking of each comes last and stays
        table: words % {"time": date_format(timezone.localtime(starts), "SHORT_DATETIME_FORMAT")}
        for table, starts in rows
    }

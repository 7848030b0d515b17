"""Filters of the order list: status, kind, table (id or name), since."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.order_kinds import OrderKind
from orders.models import Order
from orders.querysets import OrderQuerySet
from orders.transitions import OrderStatus


class OrderFilter(filters.FilterSet):
    """Filters in the address: `?status=placed,confirmed&table=Table 1&since=2025-04-27T07:30:20+00:00`."""

    status = filters.CharFilter(
        method="by_status", help_text="One status, or several with commas; `open` means all open."
    )
    kind = filters.ChoiceFilter(choices=OrderKind.choices)
    table = filters.CharFilter(method="by_table", help_text="Table id or name.")
    since = filters.CharFilter(method="by_time", help_text="Placed at or after this ISO 8601 time.")

    class Meta:
        model = Order
        fields: list[str] = []

    def by_status(self, rows: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        if value == "open":
            return rows.open()
        wanted = [status.strip() for status in value.split(",")]
        unknown = [status for status in wanted if status not in OrderStatus.values]
        if unknown:
            raise ValidationError({"status": [gettext("Unknown status: %(status)s") % {"status": ", ".join(unknown)}]})
        return rows.filter(status__in=wanted)

    def by_table(self, rows: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        table_id = whole_number(value)
        if table_id is not None:
            return rows.filter(table_id=table_id)
        return rows.filter(table__name_key=name_key(value), table__archived_at=None)

    def by_time(self, rows: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        request: Any = self.request
        moment = since_param(request)
        return rows.since(moment) if moment else rows


def since_param(request: Request) -> datetime | None:
    """Return the time in `?since=`, in UTC when it has no offset, or None. Raises InvalidInput."""
    raw = request.query_params.get("since", "").strip().replace(" ", "+")
    if not raw:
        return None
    try:
        moment = parse_datetime(raw)
        if moment is not None:  # in UTC, because databases refuse the calendar's first and last day at other offsets
            return moment.astimezone(UTC) if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        gettext("“since” must be a time such as 2025-04-27T07:30:20+00:00."), fields={"since": [gettext("Not a time.")]}
    )

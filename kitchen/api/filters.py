"""Filters of the ticket list."""

from django.forms import IntegerField
from django.utils.translation import gettext
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from kitchen.models import Ticket
from kitchen.querysets import TicketQuerySet
from kitchen.transitions import TicketStatus


class WholeNumberFilter(filters.NumberFilter):
    """Filter by an id in plain digits: neither 1.5 nor 1e3."""

    field_class = IntegerField


class TicketFilter(filters.FilterSet):
    """Filters `?station=3&order=17&status=open`."""

    station = WholeNumberFilter(field_name="station_id", min_value=1, max_value=2**63 - 1)
    order = WholeNumberFilter(field_name="order_id", min_value=1, max_value=2**63 - 1)
    status = filters.CharFilter(
        method="by_status", help_text="`open`, `unread` (tickets with unread changes), or one status."
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def by_status(self, rows: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        if value == "open":
            return rows.open()
        if value == "unread":
            return rows.unread()
        if value not in TicketStatus.values:
            raise ValidationError({"status": [gettext("Unknown status: %(status)s") % {"status": value}]})
        return rows.filter(status=value)

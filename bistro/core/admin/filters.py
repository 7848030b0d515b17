"""Filters of the admin's lists, with choices from the restaurant's own rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.admin import RelatedFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import own_rows
from bistro.core.web.admin_site import restaurant_in


class OwnFilter(RelatedFieldListFilter):
    """A filter by related rows of this restaurant that are in use. Django's own offers those of every restaurant."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = own_rows(field, request)
        if any(each.name == "archived_at" for each in rows.model._meta.concrete_fields):
            rows = rows.filter(archived_at=None)
        return [(row.pk, str(row)) for row in rows]


class InUseFilter(SimpleListFilter):
    """A filter that hides archived rows by default."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("archived", _("Archived")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "archived")

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            first = choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name])
            yield {**choice, "display": _("In use")} if first else choice


class BusinessDayFilter(SimpleListFilter):
    """A filter by the restaurant's business day."""

    title = _("business day")
    parameter_name = "day"
    field = "business_date"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("yesterday", _("Yesterday")),
            ("week", _("Last 7 days")),
            ("month", _("Last 31 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        restaurant = restaurant_in(request)
        if restaurant is None or self.value() is None:
            return queryset
        today = restaurant.business_date(timezone.now())
        if self.value() == "yesterday":
            return queryset.filter(**{self.field: today - timedelta(days=1)})
        days = {"today": 0, "week": 6, "month": 30}.get(self.value() or "", 0)
        return queryset.filter(**{f"{self.field}__gte": today - timedelta(days=days)})

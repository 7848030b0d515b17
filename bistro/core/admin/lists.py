"""Lists of the admin whose address contains what no row can contain."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from bistro.core.kernel.texts import NUL


class TextSafeChangeList(ChangeList):
    """A list that is empty for filters with NUL, which no row contains and PostgreSQL refuses."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str] | None = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        asked = (value for _name, values in request.GET.lists() for value in values)
        return rows.none() if any(NUL in value for value in asked) else rows

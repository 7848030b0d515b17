"""Lists of the admin whose address contains what no row or no statement can contain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from bistro.core.kernel.texts import NUL

LARGEST = 2**63 - 1
FARTHEST_ZONE = timedelta(hours=15, minutes=59)  # from UTC, as PostgreSQL reads it


class TextSafeChangeList(ChangeList):
    """A list that is empty for filters with NUL, which no row contains and PostgreSQL refuses.

    A filter whose value does not fit into a statement, such as the first moment of the calendar in another time zone or
    a number of more than 64 bits, is refused like any other wrong filter: the list is shown without it.
    """

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str] | None = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        asked = (value for _name, values in request.GET.lists() for value in values)
        if any(NUL in value for value in asked):
            return rows.none()
        try:
            with contextlib.suppress(EmptyResultSet):
                _require_storable(rows.query.sql_with_params()[1])
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from None
        return rows


def _require_storable(parameters: Iterable[Any]) -> None:
    """Raise OverflowError for a whole number or a moment that no column can hold."""
    for value in parameters:
        if isinstance(value, int) and abs(value) > LARGEST:
            raise OverflowError(value)
        if isinstance(value, datetime) and abs(value.utcoffset() or timedelta()) > FARTHEST_ZONE:
            raise OverflowError(value)

"""Pagination of lists: `{"count", "next", "previous", "results"}`, by `?limit` and `?offset` or `?cursor` (ADR 0027).

The cost of a page does not grow with the history: counting stops at a bound, and `?cursor=` (empty at first) continues
from the last row instead of skipping all rows before it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination, LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import whole_number

MOST_COUNTED = 10_000
LARGEST = 999_999_999  # of a limit or an offset


def number_param(request: Request, name: str, default: int, *, least: int) -> int:
    """Return the whole number of a query parameter, the default if it is absent. Raises InvalidInput."""
    raw = request.query_params.get(name, "")
    number = whole_number(raw, least=least, most=LARGEST) if raw else default
    if number is None:
        message = gettext("A whole number from %(least)s.") % {"least": least}
        raise InvalidInput(f"“{name}”: {message}", fields={name: [message]})
    return number


class _Keyset(CursorPagination):
    """A cursor in the order of the list's queryset."""

    page_size: int
    max_page_size: int
    page_size_query_param = "limit"

    def __init__(self, page_size: int, max_page_size: int) -> None:
        self.page_size, self.max_page_size = page_size, max_page_size

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError):
            message = gettext("Not a cursor of this list.")
            raise InvalidInput(
                gettext("“cursor”: %(message)s") % {"message": message}, fields={"cursor": [message]}
            ) from None

    def get_page_size(self, request: Request) -> int:
        return min(number_param(request, "limit", self.page_size, least=1), self.max_page_size)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(str(name) for name in queryset.query.order_by)


class Pages(LimitOffsetPagination):
    """Pages of 50 rows by default and 200 at most. `count` stops at 10,000 and is null with a cursor."""

    default_limit = 50
    max_limit = 200
    has_cursor = True
    _keyset: _Keyset | None = None
    _more = False

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        if self.has_cursor and "cursor" in request.query_params:
            self._keyset = _Keyset(self.default_limit, self.max_limit)
            return self._keyset.paginate_queryset(queryset, request, view)
        self.request = request
        self.limit = limit = min(number_param(request, "limit", self.default_limit, least=1), self.max_limit)
        self.offset = offset = number_param(request, "offset", 0, least=0)
        self.count = self.get_count(queryset)
        rows = list(queryset[offset : offset + limit + 1])  # one more shows whether there is a next page
        self._more = len(rows) > limit
        return rows[:limit]

    def get_count(self, queryset: Any) -> int:
        """Return the number of rows, at most MOST_COUNTED."""
        return int(queryset.order_by()[:MOST_COUNTED].count())

    def get_next_link(self) -> str | None:
        if not self._more:
            return None
        assert self.request is not None
        assert self.limit is not None
        assert self.offset is not None
        url = replace_query_param(self.request.build_absolute_uri(), self.limit_query_param, self.limit)
        return replace_query_param(url, self.offset_query_param, self.offset + self.limit)

    def get_paginated_response(self, data: Any) -> Response:
        if self._keyset is None:
            return super().get_paginated_response(data)
        links = {"next": self._keyset.get_next_link(), "previous": self._keyset.get_previous_link()}
        return Response({"count": None, **links, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        count = {"type": ["integer", "null"], "description": "At most 10,000; null with a cursor.", "example": 1}
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        properties = {"count": count, "next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not self.has_cursor:
            return super().get_schema_operation_parameters(view)
        cursor = {
            "name": "cursor",
            "required": False,
            "in": "query",
            "description": "Empty to begin with, then as `next` says: reads a whole history at the same price a page.",
            "schema": {"type": "string"},
        }
        return [*super().get_schema_operation_parameters(view), cursor]


class PagesWithoutCursor(Pages):
    """Pages of a list whose rows have no order of their own in which a cursor could continue."""

    has_cursor = False

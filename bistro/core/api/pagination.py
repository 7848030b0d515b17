"""Lists of the API: `{"count", "next", "previous", "results"}` with `?limit` and `?offset`."""

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """50 a page unless asked, never more than 200."""

    default_limit = 50
    max_limit = 200

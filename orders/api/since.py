"""The `?since=` parameter."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from bistro.core.kernel.errors import InvalidInput


def since_param(request: Request) -> datetime | None:
    """An ISO 8601 time (UTC when it has no offset), or None. Raises InvalidInput."""
    raw = request.query_params.get("since", "").strip().replace(" ", "+")
    if not raw:
        return None
    try:
        moment = parse_datetime(raw)
        if moment is not None:  # in UTC: the first and last day of the calendar do not survive other offsets
            return moment.astimezone(UTC) if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput("“since” must be a time such as 2025-04-27T07:30:20+00:00.", fields={"since": ["Not a time."]})

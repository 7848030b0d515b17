"""Template variables of every page."""

from typing import Any

from django.http import HttpRequest


def actor(request: HttpRequest) -> dict[str, Any]:
    """Return the `actor` of the page, or None."""
    return {"actor": getattr(request, "actor", None)}

"""What every page template may use."""

from typing import Any

from django.http import HttpRequest


def actor(request: HttpRequest) -> dict[str, Any]:
    """`actor`: who looks at the page, or None."""
    return {"actor": getattr(request, "actor", None)}

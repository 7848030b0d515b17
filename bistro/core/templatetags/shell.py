"""Template tags for the shell around the staff's pages."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.auth.access import request_actor
from bistro.core.kernel.places import Place
from bistro.core.web import shell

register = template.Library()


@register.simple_tag
def shell_of(request: HttpRequest, alarms: Sequence[Any] | str = "") -> shell.Shell:
    """Return the shell of this page. A page that has read the alarms itself gives them, so that they are read once."""
    return shell.shell_of(request, alarms if not isinstance(alarms, str) else None)


@register.simple_tag
def places_of(request: HttpRequest) -> Sequence[Place]:
    """Return the places that this person or device may open; none for a visitor."""
    actor = request_actor(request)
    return shell.places_of(actor) if actor is not None else ()


@register.simple_tag
def theme_attribute(request: HttpRequest | str) -> SafeString | str:
    """Render the theme that this browser chose. Some error pages have no request; they follow the device."""
    theme = shell.theme_of(request) if isinstance(request, HttpRequest) else ""
    return format_html('data-theme="{}"', theme) if theme else ""

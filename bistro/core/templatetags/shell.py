"""Template tags for the shell around the staff's pages."""

from django import template
from django.http import HttpRequest

from bistro.core.web import shell

register = template.Library()


@register.simple_tag
def shell_of(request: HttpRequest) -> shell.Shell:
    """Return the shell of this page."""
    return shell.shell_of(request)

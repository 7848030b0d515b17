"""A template tag for rows of a list that are rendered again and again: what did not change is reused."""

import pickle
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from bistro.core.web.rendered import Rendered

register = template.Library()
rendered = Rendered()
_TOKEN = "csrf-token-of-the-page"  # stands in reused rows for the token, which each page has for itself


@register.simple_tag(takes_context=True)
def row(context: dict[str, Any], name: str, **values: Any) -> SafeString:
    """Render a template with these values only, or return what the same values gave before.

    The key is the content of the values, so nothing old is shown. A value is data without methods that query, such as a
    frozen dataclass; the template must not use the time, the request or a query.
    """
    key = (name, get_language(), timezone.get_current_timezone_name(), pickle.dumps(values, pickle.HIGHEST_PROTOCOL))
    token = context.get("csrf_token")
    html = rendered.get((bool(token), *key), lambda: _render(name, values, with_token=bool(token)))
    return mark_safe(html.replace(_TOKEN, str(token)) if token else html)  # as the template escaped it


def _render(name: str, values: dict[str, Any], *, with_token: bool) -> str:
    return get_template(name).render({**values, "csrf_token": _TOKEN} if with_token else values)

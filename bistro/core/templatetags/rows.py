"""A template tag for rows of a list that are rendered again and again: what did not change is reused."""

import pickle
from collections.abc import Iterable
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


@register.simple_tag(takes_context=True)
def rows(
    context: dict[str, Any], name: str, of: str, values: Iterable[Any], *, outside: Any = (), **more: Any
) -> SafeString:
    """Render a template for each of these values, which it knows as `of`, or return what equal values gave before.

    As `row`, for hundreds of rows: the values are frozen dataclasses that can be hashed, which is cheaper than to
    read their whole content. `outside` has the ids of the values whose row gets `outside=True`.
    """
    token = context.get("csrf_token")
    kind = (name, bool(token), get_language(), timezone.get_current_timezone_name(), *more.items())

    def one(value: Any) -> str:
        given = {**more, of: value, "outside": bool(outside) and value.id in outside}
        key = (kind, value, given["outside"])
        return rendered.get(key, lambda: _render(name, given, with_token=bool(token)))

    html = "".join(map(one, values))
    return mark_safe(html.replace(_TOKEN, str(token)) if token else html)  # as the template escaped it


def _render(name: str, values: dict[str, Any], *, with_token: bool) -> str:
    return get_template(name).render({**values, "csrf_token": _TOKEN} if with_token else values)

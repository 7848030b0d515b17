"""Template tags for forms that post to a view, with and without htmx."""

from typing import Any
from uuid import uuid4

from django import template
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.web.form_keys import FIELD

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_field(context: dict[str, Any]) -> SafeString | str:
    """Render the hidden CSRF input. Pushed fragments have no token; htmx sends the page's token as a header."""
    token = context.get("csrf_token")
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token) if token else ""


@register.simple_tag
def form_to(view: str, *args: Any) -> SafeString:
    """Render the address attributes of a form that posts to a view."""
    return format_html('action="{0}" hx-post="{0}"', reverse(view, args=args))


@register.simple_tag
def button_to(view: str, *args: Any, query: str = "") -> SafeString:
    """Render the address attributes of a button that posts its form to another view; `query` begins with "?"."""
    return format_html('formaction="{0}" hx-post="{0}"', reverse(view, args=args) + query)


@register.simple_tag
def link_to(view: str, *args: Any) -> SafeString:
    """Render the address attributes of a link that htmx loads into the page."""
    return format_html('href="{0}" hx-get="{0}"', reverse(view, args=args))


@register.inclusion_tag("components/act_form.html", takes_context=True)
def act_form(
    context: dict[str, Any],
    to: str,
    *args: Any,
    label: str,
    name: str = "",
    id: str = "",
    hidden: str = "",
    primary: bool = False,
    css: str = "",
    target: str = "",
    swap: str = "",
) -> dict[str, Any]:
    """Render a form with one button.

    `to` is a view with its arguments, or an address. The button's id is `id`, or `name` with the arguments. `hidden`
    follows the label for screen readers, `css` is the class of the form, `target` and `swap` are those of htmx.
    """
    return {
        "url": resolve_url(to, *args),
        "id": "-".join(str(part) for part in (name, *args)) if name else id,
        "label": label,
        "hidden": hidden,
        "primary": primary,
        "css": css,
        "target": target,
        "swap": swap,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def once_field() -> SafeString:
    """Render the key of a form that creates something once (`bistro.core.web.form_keys`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4().hex)

"""Intermediate pages of the admin: ask for a reason, confirm, show a secret once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from bistro.core.admin.base import AT_ONCE, TenantAdmin

APPLY = "_apply"


def form_page(
    admin: TenantAdmin,
    request: HttpRequest,
    *,
    title: str | Promise,
    form: forms.Form | None = None,
    template: str = "admin/form_page.html",
    **context: Any,
) -> TemplateResponse:
    """Return a page with a form and one button. The template takes `button`, `text`, `back` and `hidden`."""
    shared = admin.admin_site.each_context(request)
    page = {"opts": admin.opts, "title": title, "form": form, "media": admin.media, "back": admin.url_of("changelist")}
    return TemplateResponse(request, template, {**shared, **page, **context})


def ask(
    admin: TenantAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    form_class: type[forms.Form],
    *,
    action: str,
    title: str | Promise,
    button: str | Promise,
) -> tuple[forms.Form | None, TemplateResponse | None]:
    """Return (form, None) after a valid form was sent, else (None, the page that shows the form)."""
    sent = APPLY in request.POST
    form = form_class(request.POST if sent else None)
    if sent and form.is_valid():
        return form, None
    chosen = list(rows[:AT_ONCE])
    hidden = [("action", action), (APPLY, "1"), *((ACTION_CHECKBOX_NAME, str(row.pk)) for row in chosen)]
    return None, form_page(admin, request, title=title, form=form, button=button, hidden=hidden, chosen=chosen)

"""The page of the admin that asks for the name of a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from bistro.core.admin.base import TenantAdmin
from bistro.core.admin.pages import form_page
from bistro.core.kernel.errors import DomainError
from bistro.core.web.form_fields import TextField


class CopyForm(forms.Form):
    """A form for the name of a copy."""

    name = TextField(label=_("Name of the copy"), widget=UnfoldAdminTextInputWidget)


class CopyAdmin(TenantAdmin):
    """Pages of rows that can be copied. `copy_form` asks for the name, `copy_row` calls the service."""

    copy_form: type[forms.Form] = CopyForm
    copy_text: Any = ""

    def copy_row(self, request: HttpRequest, pk: int, said: dict[str, Any]) -> Model:
        """Copy a row and return the copy. Raises DomainError."""
        raise NotImplementedError

    @action(description=_("Copy…"), icon="content_copy", url_path="copy", permissions=["change"])
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the name, copy, and open the page of the copy."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404("There is no such row.")
        sent = request.method == "POST"
        form = self.copy_form(request.POST if sent else None, initial={"name": f"{row} ({gettext('copy')})"})
        if sent and form.is_valid():
            copied = self._copied(request, form, lambda said: self.copy_row(request, row.pk, said))
            if copied is not None:
                self.message_user(request, gettext("%(name)s is copied.") % {"name": row}, messages.SUCCESS)
                return redirect(self.url_of("change", copied.pk))
        title = gettext("Copy %(name)s") % {"name": row}
        text, button = self.copy_text, gettext("Copy")
        return form_page(self, request, title=title, form=form, text=text, button=button)

    def _copied(self, request: HttpRequest, form: forms.Form, make: Callable[[dict[str, Any]], Model]) -> Model | None:
        try:
            return make(form.cleaned_data)
        except DomainError as refusal:
            form.add_error("name" if "name" in refusal.fields else None, refusal.message)
            return None

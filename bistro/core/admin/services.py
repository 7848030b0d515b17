"""Base class of pages whose rows are written by services."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin
from bistro.core.admin.forms import TenantForm
from bistro.core.kernel.errors import DomainError


class ServiceAdmin(TenantAdmin):
    """Pages that call a service instead of saving the form; `by_service` names them: `add`, `change`.

    A service is a unit of work of its own, so Django's view never saves. A refusal makes the form invalid, which shows
    it.
    """

    by_service: ClassVar[frozenset[str]] = frozenset({"add", "change"})
    add_form: ClassVar[type[TenantForm]]

    def get_add_form(self, request: HttpRequest) -> type[TenantForm]:
        return self.add_form

    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        """Create the row and return the response. Raises DomainError."""
        raise NotImplementedError

    def change_by_service(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> HttpResponse:
        """Change the row and return the response. Raises DomainError."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None and "add" in self.by_service:
            kwargs["form"] = self.get_add_form(request)
        return super().get_form(request, obj, change=change, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if ("change" if object_id else "add") not in self.by_service:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method not in SAFE_METHODS:
            answer = self._answer(request, object_id)
            if answer is not None:
                return answer
        context = {"show_save_and_add_another": False, "show_save_and_continue": False, **(extra_context or {})}
        return ModelAdmin.changeform_view(self, request, object_id, form_url, context)

    def _answer(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Return the response of a successful service, or None if Django's view should show the page."""
        obj = self.get_object(request, object_id) if object_id else None
        allowed = self.has_change_permission(request, obj) if object_id else self.has_add_permission(request)
        if not allowed or (object_id and obj is None):
            return None
        form = self.get_form(request, obj, change=obj is not None)(request.POST, request.FILES, instance=obj)
        if not form.is_valid():
            return None
        try:
            if obj is None:
                return self.add_by_service(request, form.cleaned_data)
            return self.change_by_service(request, obj, form.cleaned_data)
        except DomainError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if ("change" if change else "add") in self.by_service:
            raise RuntimeError("A service writes this row.")
        super().save_model(request, obj, form, change)

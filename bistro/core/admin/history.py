"""Read-only pages of a row's earlier versions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin
from bistro.core.kernel.numbers import whole_number


class HistoryAdmin(SimpleHistoryAdmin, TenantAdmin):
    """History pages that check the restaurant first, because the library looks rows up by key alone."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self._require_own(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> Any:
        if request.method not in SAFE_METHODS:
            raise PermissionDenied("Earlier versions are read-only.")
        self._require_own(request, object_id)
        if whole_number(version_id) is None:
            raise Http404("There is no such version.")
        return super().history_form_view(request, object_id, version_id, extra_context)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def _require_own(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, object_id) is None:
            raise Http404("There is no such row.")

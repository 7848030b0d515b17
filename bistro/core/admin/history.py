"""Read-only pages of a row's earlier versions."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin, manager_of
from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.money import AMOUNT, short, text
from bistro.core.kernel.numbers import whole_number


class ChangedValues(HistoricalRecordContextHelper):
    """The changed values of a version: amounts with the currency's decimals, other numbers without trailing zeros."""

    currency: str

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return super().prepare_delta_change_value(change, value)
        field: Any = self.model._meta.get_field(change.field)
        is_amount = (field.max_digits, field.decimal_places) == (AMOUNT["max_digits"], AMOUNT["decimal_places"])
        return text(value, self.currency) if is_amount else short(value)


class HistoryAdmin(SimpleHistoryAdmin, TenantAdmin):
    """History pages that check the restaurant first, because the library looks rows up by key alone."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        self._require_own(request, object_id)
        request.currency = restaurant_of(manager_of(request)).currency  # type: ignore[attr-defined]  # for all versions
        return super().history_view(request, object_id, extra_context)

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> ChangedValues:
        helper = ChangedValues(self.model, historical_record)
        helper.currency = request.currency  # type: ignore[attr-defined]
        return helper

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> Any:
        if request.method not in SAFE_METHODS:
            raise PermissionDenied(gettext("Earlier versions are read-only."))
        self._require_own(request, object_id)
        if whole_number(version_id) is None:
            raise Http404("There is no such version.")
        return super().history_form_view(request, object_id, version_id, extra_context)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def _require_own(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, object_id) is None:
            raise Http404("There is no such row.")

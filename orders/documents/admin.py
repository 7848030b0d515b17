"""Admin pages of receipts and other documents, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from bistro.core.admin.base import ReadOnlyAdmin
from bistro.core.kernel.money import display
from orders.documents.models import Document


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The admin page of documents."""

    list_display = ("code", "kind", "issued_at", "table_name", "sum", "issued_by")
    list_filter = ("kind", ("business_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("restaurant",)
    search_fields = ("code", "table_name", "issued_by", "payment__slip")
    search_help_text = _("Number, table, person, card slip")
    fields = readonly_fields = (
        "code",
        "kind",
        "issued_at",
        "business_date",
        "table_name",
        "sum",
        "issued_by",
        "corrects",
        "position",
        "previous",
        "hash",
        "payload",
    )

    @admin.display(description=_("Total"), ordering="total")
    def sum(self, document: Document) -> str:
        return display(document.total, document.currency, document.restaurant.locale)

"""Admin pages of tills and closings, read only: people count and close on the pages of the till."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from bistro.core.kernel.money import display as shown
from orders.till.models import Closing, Till, TillMove
from orders.till.transitions import TillState

STATES = {
    TillState.OPEN: "warning",
    TillState.COUNTED: "info",
    TillState.CLOSED: "success",
}


class MovesOfTill(ReadOnlyInline):
    """Money that went into a till or out of it."""

    model = TillMove
    fk_name = "till"
    fields = readonly_fields = ("made_at", "kind", "sum", "reason", "made_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("till__restaurant")

    @admin.display(description=_("Amount"))
    def sum(self, move: TillMove) -> str:
        return "" if move.till is None else _money(move.till, move.amount)


@admin.register(Till)
class TillAdmin(ReadOnlyAdmin):
    """The admin page of tills."""

    list_display = ("opened_at", "whose", "state", "begun_with", "has_counted", "differs", "cause")
    list_filter = ("status", ("business_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("restaurant", "holder")
    search_fields = ("opened_by", "holder__name")
    search_help_text = _("Person")
    inlines = (MovesOfTill,)
    fields = readonly_fields = (
        "opened_at",
        "opened_by",
        "business_date",
        "whose",
        "state_words",
        "begun_with",
        "has_counted",
        "should_hold",
        "differs",
        "cause",
        "note",
        "closed_at",
        "closed_by",
    )

    @admin.display(description=_("Till of"))
    def whose(self, till: Till) -> str:
        return str(till.holder or _("everybody"))

    @display(description=_("State"), label=STATES)
    def state(self, till: Till) -> tuple[str, str]:
        return till.status, str(TillState(till.status).label)

    @admin.display(description=_("State"))
    def state_words(self, till: Till) -> str:
        return str(TillState(till.status).label)

    @admin.display(description=_("Float"))
    def begun_with(self, till: Till) -> str:
        return _money(till, till.float)

    @admin.display(description=_("Counted"))
    def has_counted(self, till: Till) -> str:
        return _money(till, till.counted)

    @admin.display(description=_("Should hold"))
    def should_hold(self, till: Till) -> str:
        return _money(till, till.expected)

    @admin.display(description=_("Difference"), ordering="difference")
    def differs(self, till: Till) -> str:
        return _money(till, till.difference)


@admin.register(Closing)
class ClosingAdmin(ReadOnlyAdmin):
    """The admin page of closings."""

    list_display = ("day", "kind", "number", "sold", "ever", "closed_at", "closed_by")
    list_filter = ("kind", ("day", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("restaurant",)
    fields = readonly_fields = ("day", "kind", "number", "sold", "ever", "closed_at", "closed_by", "hash")

    @admin.display(description=_("Sales"))
    def sold(self, closing: Closing) -> str:
        return shown(closing.sales, closing.restaurant.currency, closing.restaurant.locale)

    @admin.display(description=_("Sales ever"))
    def ever(self, closing: Closing) -> str:
        return shown(closing.perpetual, closing.restaurant.currency, closing.restaurant.locale)


def _money(till: Till, amount: Decimal | None) -> str:
    return "" if amount is None else shown(amount, till.currency, till.restaurant.locale)

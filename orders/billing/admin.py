"""Admin pages of payments and refunds, read only: money changes on the bill alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from bistro.core.kernel.money import display as shown
from orders.billing.models import Payment, Refund
from orders.billing.transitions import PaymentState

STATES = {
    str(PaymentState.CAPTURED.label): "success",
    str(PaymentState.PENDING.label): "warning",
    str(PaymentState.UNKNOWN.label): "danger",
}


class RefundsOfPayment(ReadOnlyInline):
    """Money of a payment that went back."""

    model = Refund
    fields = readonly_fields = ("made_at", "back", "reason", "made_by", "approved_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payment__restaurant")

    @admin.display(description=_("Amount"))
    def back(self, refund: Refund) -> str:
        return _money(refund.payment, refund.amount)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """The admin page of payments."""

    list_display = ("taken_at", "table", "method", "sum", "tips", "state", "taken_by")
    list_filter = ("method", "status", ("business_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("restaurant", "bill__party__table")
    search_fields = ("slip", "taken_by", "bill__party__table__name")
    search_help_text = _("Number on the card slip, person, table")
    inlines = (RefundsOfPayment,)
    fields = readonly_fields = (
        "taken_at",
        "business_date",
        "table",
        "method",
        "state",
        "sum",
        "tips",
        "coins",
        "given",
        "slip",
        "taken_by",
    )

    @admin.display(description=_("Table"))
    def table(self, payment: Payment) -> str:
        table = payment.bill.party.table
        return table.name if table else ""

    @admin.display(description=_("Amount"), ordering="amount")
    def sum(self, payment: Payment) -> str:
        return _money(payment, payment.amount)

    @admin.display(description=_("Tip"), ordering="tip")
    def tips(self, payment: Payment) -> str:
        return _money(payment, payment.tip) if payment.tip else ""

    @admin.display(description=_("Rounded to the smallest coin"))
    def coins(self, payment: Payment) -> str:
        return _money(payment, payment.rounding) if payment.rounding else ""

    @admin.display(description=_("Cash given"))
    def given(self, payment: Payment) -> str:
        return "" if payment.tendered is None else _money(payment, payment.tendered)

    @display(description=_("State"), label=STATES)
    def state(self, payment: Payment) -> str:
        return str(PaymentState(payment.status).label)


def _money(payment: Payment, amount: Any) -> str:
    return shown(amount, payment.currency, payment.restaurant.locale)

"""Admin pages of orders, read only. The actions call the same services as the other pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, manager_of
from bistro.core.admin.filters import BusinessDayFilter, OwnFilter
from bistro.core.admin.formats import clock_text
from bistro.core.admin.pages import ask
from bistro.core.kernel.money import display as shown
from bistro.core.kernel.numbers import whole_number
from orders import services
from orders.admin_forms import CancelForm
from orders.allergies import choice_names, in_words
from orders.models import Order, OrderLine
from orders.transitions import OrderStatus

STATUS_LABELS = {
    OrderStatus.PLACED: "warning",
    OrderStatus.CONFIRMED: "info",
    OrderStatus.PREPARING: "info",
    OrderStatus.READY: "primary",
    OrderStatus.DELIVERED: "success",
    OrderStatus.CANCELLED: "danger",
}


class LinesOfOrder(ReadOnlyInline):
    """Lines of an order with their prices at the time of ordering."""

    model = OrderLine
    fields = (
        "name",
        "quantity",
        "choices",
        "declared",
        "note",
        "course",
        "seat",
        "status",
        "price",
        "price_reason",
        "approved_by",
        "amount",
        "tax_part",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order__restaurant")

    @admin.display(description=_("Choices"))
    def choices(self, line: OrderLine) -> str:
        return ", ".join(choice_names(line))

    @admin.display(description=_("Allergies"))
    def declared(self, line: OrderLine) -> str:
        return in_words(line)

    @admin.display(description=_("Unit price"))
    def price(self, line: OrderLine) -> str:
        return shown(line.unit_price, line.order.currency, line.order.restaurant.locale)

    @admin.display(description=_("Total"))
    def amount(self, line: OrderLine) -> str:
        return shown(line.total, line.order.currency, line.order.restaurant.locale)

    @admin.display(description=_("Tax"))
    def tax_part(self, line: OrderLine) -> str:
        return shown(line.tax, line.order.currency, line.order.restaurant.locale)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """The admin page of orders, newest first. Withdrawn orders are hidden here too; the event log keeps them."""

    inlines = (LinesOfOrder,)
    list_display = ("title", "business_date", "kind", "table", "state", "placed", "placed_by", "amount")
    list_display_links = ("title",)
    list_filter = ("status", "kind", BusinessDayFilter, ("business_date", RangeDateFilter), ("table", OwnFilter))
    list_select_related = ("table", "restaurant")
    search_fields = ("number",)
    in_site_search = True
    search_help_text = _("The order's number")
    sortable_by = ()
    ordering = ("-pk",)
    actions = ("confirm", "cancel", "deliver")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "business_date"),
                    ("table", "state_words"),
                    ("kind", "name", "pickup_at"),
                    ("placed_by", "note"),
                )
            },
        ),
        (_("Money"), {"fields": (("amount", "tax_amount"),)}),
        (
            _("Times"),
            {
                "fields": (
                    ("placed_at", "confirmed_at", "preparing_at"),
                    ("ready_at", "delivered_at", "cancelled_at"),
                    ("seen_on", "unseen_at"),
                    "cancel_reason",
                )
            },
        ),
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Order], search_term: str) -> Any:
        """Search by number only, because a text search would read every order."""
        term = search_term.strip().removeprefix("#")
        if not term:
            return queryset, False
        number = whole_number(term)
        return (queryset.none() if number is None else queryset.filter(number=number)), False

    def site_search_words(self, order: Order) -> str:
        return f"#{order.number}, {date_format(order.business_date, 'SHORT_DATE_FORMAT')}, {order.place}"

    @admin.display(description=_("Order"))
    def title(self, order: Order) -> str:
        return f"#{order.number}"

    @admin.display(description=_("Placed"))
    def placed(self, order: Order) -> str:
        return clock_text(order.placed_at)

    @admin.display(description=_("Total"))
    def amount(self, order: Order) -> str:
        return shown(order.total, order.currency, order.restaurant.locale)

    @admin.display(description=_("Tax"))
    def tax_amount(self, order: Order) -> str:
        currency, locale = order.currency, order.restaurant.locale
        parts = [(t["name"], t["percent"], shown(Decimal(t["amount"]), currency, locale)) for t in order.taxes]
        words = ", ".join(f"{name} {percent} % {amount}" for name, percent, amount in parts)
        return f"{shown(order.tax, currency, locale)} ({words})" if parts else shown(order.tax, currency, locale)

    @display(description=_("Status"), label=STATUS_LABELS)
    def state(self, order: Order) -> tuple[str, str]:
        return order.status, order.get_status_display()

    @admin.display(description=_("Status"))
    def state_words(self, order: Order) -> str:
        return order.get_status_display()

    # --- actions ----------------------------------------------------------------------------------------------
    @admin.action(description=_("Confirm"), permissions=["run"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda o: services.confirm_order(order_id=o.pk, actor=actor), _("confirmed"))

    @admin.action(description=_("Cancel…"), permissions=["run"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        form, page = ask(
            self, request, queryset, CancelForm, action="cancel", title=_("Cancel orders"), button=_("Cancel them")
        )
        if form is None:
            return page
        reason, actor = form.cleaned_data["reason"], manager_of(request)
        self.run_each(
            request,
            queryset,
            lambda o: services.cancel_order(order_id=o.pk, reason=reason, actor=actor),
            _("cancelled"),
        )
        return None

    @admin.action(description=_("Mark delivered"), permissions=["run"])
    def deliver(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda o: services.deliver_order(order_id=o.pk, actor=actor), _("delivered"))

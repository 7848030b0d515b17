"""Admin pages of orders, read only. The actions call the same services as the other pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, manager_of
from bistro.core.admin.filters import BusinessDayFilter, OwnFilter
from bistro.core.admin.pages import ask
from bistro.core.kernel.money import text
from bistro.core.kernel.numbers import whole_number
from orders import services
from orders.admin_forms import CancelForm
from orders.allergies import choice_names, in_words
from orders.models import Order, OrderLine

STATUS_LABELS = {
    "Order placed": "warning",
    "Kitchen received": "info",
    "Preparation": "info",
    "Ready for service": "primary",
    "Delivered": "success",
    "Cancelled": "danger",
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
        return super().get_queryset(request).select_related("order")

    @admin.display(description="Choices")
    def choices(self, line: OrderLine) -> str:
        return ", ".join(choice_names(line))

    @admin.display(description="Allergies")
    def declared(self, line: OrderLine) -> str:
        return in_words(line)

    @admin.display(description="Unit price")
    def price(self, line: OrderLine) -> str:
        return text(line.unit_price, line.order.currency)

    @admin.display(description="Total")
    def amount(self, line: OrderLine) -> str:
        return text(line.total, line.order.currency)

    @admin.display(description="Tax")
    def tax_part(self, line: OrderLine) -> str:
        return text(line.tax, line.order.currency)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """The admin page of orders, newest first. Withdrawn orders are hidden here too; the event log keeps them."""

    inlines = (LinesOfOrder,)
    list_display = ("title", "business_date", "kind", "table", "state", "placed", "placed_by", "amount")
    list_display_links = ("title",)
    list_filter = ("status", "kind", BusinessDayFilter, ("business_date", RangeDateFilter), ("table", OwnFilter))
    list_select_related = ("table",)
    search_fields = ("number",)
    search_help_text = "The order's number"
    sortable_by = ()
    ordering = ("-pk",)
    actions = ("confirm", "cancel", "deliver")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "business_date"),
                    ("table", "state"),
                    ("kind", "name", "pickup_at"),
                    ("placed_by", "note"),
                )
            },
        ),
        ("Money", {"fields": (("amount", "tax_amount"),)}),
        (
            "Times",
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

    @admin.display(description="Order")
    def title(self, order: Order) -> str:
        return f"#{order.number}"

    @admin.display(description="Placed")
    def placed(self, order: Order) -> str:
        return f"{timezone.localtime(order.placed_at):%H:%M:%S}"

    @admin.display(description="Total")
    def amount(self, order: Order) -> str:
        return text(order.total, order.currency)

    @admin.display(description="Tax")
    def tax_amount(self, order: Order) -> str:
        parts = ", ".join(f"{tax['name']} {tax['percent']} % {tax['amount']}" for tax in order.taxes)
        return f"{text(order.tax, order.currency)} ({parts})" if parts else text(order.tax, order.currency)

    @display(description="Status", label=STATUS_LABELS)
    def state(self, order: Order) -> str:
        return order.get_status_display()

    # --- actions ----------------------------------------------------------------------------------------------
    @admin.action(description="Confirm", permissions=["run"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda o: services.confirm_order(order_id=o.pk, actor=actor), "confirmed")

    @admin.action(description="Cancel…", permissions=["run"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        form, page = ask(
            self, request, queryset, CancelForm, action="cancel", title="Cancel orders", button="Cancel them"
        )
        if form is None:
            return page
        reason, actor = form.cleaned_data["reason"], manager_of(request)
        self.run_each(
            request, queryset, lambda o: services.cancel_order(order_id=o.pk, reason=reason, actor=actor), "cancelled"
        )
        return None

    @admin.action(description="Mark delivered", permissions=["run"])
    def deliver(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda o: services.deliver_order(order_id=o.pk, actor=actor), "delivered")

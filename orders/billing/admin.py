"""Admin pages of payments, read only because money changes on the bill alone, and of the rules for service and tips."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, TenantAdmin
from bistro.core.admin.forms import TenantForm
from bistro.core.kernel.money import display as shown
from bistro.core.kernel.money import short
from bistro.core.kernel.roles import ROLE_NAMES, STAFF_ROLES, Role
from menu.models import Tax
from menu.tax_catalogue import compiled
from menu.taxes import write_components
from orders.billing.models import (
    AccountMove,
    CardReader,
    HouseAccount,
    Payment,
    Refund,
    ServiceRule,
    TipRule,
    Voucher,
    VoucherMove,
)
from orders.billing.tip_models import MOST_POINTS, usual_points
from orders.billing.transitions import PaymentState

READER_ID = re.compile(r"tmr_[A-Za-z0-9]{4,70}")
STATES = {
    PaymentState.CAPTURED: "success",
    PaymentState.PENDING: "warning",
    PaymentState.UNKNOWN: "danger",
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
        "state_words",
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
    def state(self, payment: Payment) -> tuple[str, str]:
        return payment.status, str(PaymentState(payment.status).label)

    @admin.display(description=_("State"))
    def state_words(self, payment: Payment) -> str:
        return str(PaymentState(payment.status).label)


def _money(payment: Payment, amount: Any) -> str:
    return shown(amount, payment.currency, payment.restaurant.locale)


class MovesOfVoucher(ReadOnlyInline):
    """Changes of the balance of a voucher."""

    model = VoucherMove
    fields = readonly_fields = ("made_at", "kind", "change", "reason", "made_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("voucher__restaurant")

    @admin.display(description=_("Amount"))
    def change(self, move: VoucherMove) -> str:
        return shown(move.amount, move.voucher.currency, move.voucher.restaurant.locale)


@admin.register(Voucher)
class VoucherAdmin(ReadOnlyAdmin):
    """The admin page of vouchers, without their codes."""

    list_display = ("sold_at", "ends_with", "worth", "left", "expires_on", "voided_at", "sold_by")
    list_filter = (("sold_at", RangeDateFilter),)
    list_filter_submit = True
    list_select_related = ("restaurant",)
    search_fields = ("sold_by", "slip")
    search_help_text = _("Number on the card slip, person")
    inlines = (MovesOfVoucher,)
    fields = readonly_fields = (
        "sold_at",
        "sold_by",
        "ends_with",
        "worth",
        "left",
        "method",
        "slip",
        "expires_on",
        "voided_at",
    )

    @admin.display(description=_("End of the code"))
    def ends_with(self, voucher: Voucher) -> str:
        return voucher.tail

    @admin.display(description=_("Value"), ordering="value")
    def worth(self, voucher: Voucher) -> str:
        return shown(voucher.value, voucher.currency, voucher.restaurant.locale)

    @admin.display(description=_("Balance"), ordering="balance")
    def left(self, voucher: Voucher) -> str:
        return shown(voucher.balance, voucher.currency, voucher.restaurant.locale)


class MovesOfAccount(ReadOnlyInline):
    """Changes of what an account owes."""

    model = AccountMove
    fields = readonly_fields = ("made_at", "kind", "change", "method", "slip", "made_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account__restaurant")

    @admin.display(description=_("Amount"))
    def change(self, move: AccountMove) -> str:
        return shown(move.amount, move.account.currency, move.account.restaurant.locale)


@admin.register(HouseAccount)
class HouseAccountAdmin(ReadOnlyAdmin):
    """The admin page of house accounts. They are changed on the pages of the till."""

    list_display = ("name", "owes", "most", "opened_at", "opened_by", "closed_at")
    list_select_related = ("restaurant",)
    search_fields = ("name",)
    search_help_text = _("Name")
    inlines = (MovesOfAccount,)
    fields = readonly_fields = ("name", "owes", "most", "opened_at", "opened_by", "closed_at")

    @admin.display(description=_("Balance"), ordering="balance")
    def owes(self, account: HouseAccount) -> str:
        return shown(account.balance, account.currency, account.restaurant.locale)

    @admin.display(description=_("Limit"), ordering="limit")
    def most(self, account: HouseAccount) -> str:
        return shown(account.limit, account.currency, account.restaurant.locale)


class CardReaderForm(TenantForm):
    """The form of a card reader."""

    constraint_words = {"reader_id_once": ("reader_id", _("This reader is in use already."))}

    def clean_reader_id(self) -> str:
        """Refuse anything but an id of Stripe's readers."""
        typed: str = self.cleaned_data["reader_id"]
        if not READER_ID.fullmatch(typed):
            raise forms.ValidationError(_("An id of a reader begins with tmr_ and has letters and digits only."))
        return typed


@admin.register(CardReader)
class CardReaderAdmin(TenantAdmin):
    """The admin page of the card readers that Stripe drives. One with payments cannot be removed, only not used."""

    form = CardReaderForm
    list_display = ("name", "reader_id", "off")
    search_fields = ("name", "reader_id")
    fields = ("name", "reader_id", "off")


class ServiceRuleForm(TenantForm):
    """The form of a new rule. The percentages of its tax are copied: later changes of the tax leave bills alone."""

    tax: forms.ModelChoiceField[Tax] = forms.ModelChoiceField(
        queryset=None,
        label=_("Tax"),
        required=False,
        empty_label=_("As the dishes: each rate of tax gets its part"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("One tax for the whole charge, where the law asks for it, with its percentages of today."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tax" in self.fields:
            self.fields["tax"].queryset = Tax.objects.visible_to(self.actor).prefetch_related("components")  # type: ignore[attr-defined]

    def prepare(self) -> None:
        house, tax = self.house(), self.cleaned_data.get("tax")
        if house is None or self.actor is None:
            return
        self.instance.since, self.instance.made_by = timezone.now(), self.actor.label[:120]
        if tax is not None:
            components = compiled(tax.components.all()).dish_tax(house.business_date(self.instance.since)).components
            self.instance.taxes = [{"name": name, "percent": short(percent)} for name, percent in components]


@admin.register(ServiceRule)
class ServiceRuleAdmin(TenantAdmin):
    """The admin page of the service charge: a new row replaces the one before, and no row is changed."""

    form = ServiceRuleForm
    may_change = may_delete = False
    list_display = ("since", "name", "share", "from_size", "taxed", "made_by")
    ordering = ("-since", "-pk")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields to fill, or those of a row, which cannot change."""
        fields = (("percent", "from_size"), "name")
        words = _("Bills whose first order comes after this have it; earlier bills keep theirs. Take-away pays none.")
        own = ("tax",) if obj is None else ("taxed", "since", "made_by")
        return ((None, {"fields": (*fields, *own), "description": words}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("taxed", "since", "made_by")

    @admin.display(description=_("Percent"), ordering="percent")
    def share(self, rule: ServiceRule) -> str:
        return f"{short(rule.percent)} %"

    @admin.display(description=_("Tax"))
    def taxed(self, rule: ServiceRule) -> str:
        taxes = rule.terms.taxes
        return gettext("As the dishes") if taxes is None else write_components(taxes)


def _points(role: Role) -> forms.IntegerField:
    """Return the field for the points of a role."""
    return forms.IntegerField(
        label=ROLE_NAMES[role],
        min_value=0,
        max_value=MOST_POINTS,
        initial=usual_points()[role],
        widget=UnfoldAdminIntegerFieldWidget,
    )


class TipRuleForm(TenantForm):
    """The form of a new rule for tips, with the points of each role."""

    owner = _points(Role.OWNER)
    manager = _points(Role.MANAGER)
    host = _points(Role.HOST)
    waiter = _points(Role.WAITER)
    kitchen = _points(Role.KITCHEN)
    cashier = _points(Role.CASHIER)

    def prepare(self) -> None:
        if self.actor is not None:
            self.instance.since, self.instance.made_by = timezone.now(), self.actor.label[:120]
        self.instance.points = {role.value: self.cleaned_data.get(role.value) or 0 for role in STAFF_ROLES}


@admin.register(TipRule)
class TipRuleAdmin(TenantAdmin):
    """The admin page of the rules for tips: a new row replaces the one before, and no row is changed."""

    form = TipRuleForm
    may_change = may_delete = False
    list_display = ("since", "goes_to", "parts", "made_by")
    ordering = ("-since", "-pk")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields to fill, or those of a row, which cannot change."""
        if obj is not None:
            return ((None, {"fields": ("goes_to", "parts", "since", "made_by")}),)
        words = _("The pool of a day is divided by these points among the people who worked. 0 = no part.")
        points = {"fields": (("owner", "manager", "host"), ("waiter", "kitchen", "cashier")), "description": words}
        return ((None, {"fields": ("goes_to",)}), (_("Points in the pool"), points))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("parts", "since", "made_by")

    @admin.display(description=_("Points in the pool"))
    def parts(self, rule: TipRule) -> str:
        return ", ".join(f"{ROLE_NAMES[Role(role)]} {points}" for role, points in rule.points.items())

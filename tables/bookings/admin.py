"""Admin pages of the rules for bookings: limits, usual stays and combinations of tables."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import TenantAdmin, TenantInline, manager_of
from bistro.core.admin.forms import AmountField, TenantForm
from bistro.core.kernel.money import text
from tables.bookings.models import BookingRules, Combination, CombinationTable, DepositRule, TurnTime
from tables.bookings.selectors import LearnedStay, learned_stays
from tables.phases import SIZES

PARTS = {"morning": _("morning"), "lunch": _("lunch"), "afternoon": _("afternoon"), "dinner": _("dinner")}


def _learned_line(stay: LearnedStay) -> str:
    size = gettext("Up to %(count)s guests") if stay.group else gettext("More than %(count)s guests")
    words = {
        "size": size % {"count": stay.group or SIZES[-1]},
        "part": PARTS[stay.part],
        "minutes": stay.minutes,
        "stays": stay.stays,
        "typed": stay.typed,
    }
    return gettext("%(size)s, %(part)s: %(minutes)s minutes from %(stays)s stays, otherwise %(typed)s.") % words


@admin.register(BookingRules)
class BookingRulesAdmin(TenantAdmin):
    """The admin page of the limits. A restaurant has one row."""

    may_delete = False
    list_display = ("__str__", "slot_minutes", "pacing_total", "pacing_online", "walk_in_percent", "late_minutes")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("slot_minutes", "last_arrival_minutes"),
                    ("late_minutes", "no_show_minutes"),
                    "walk_in_percent",
                )
            },
        ),
        (_("Usual stays"), {"fields": ("learned_turns", "learned_times")}),
        (_("Guests per slot"), {"fields": (("pacing_total", "pacing_online"),)}),
        (
            _("Booking page"),
            {"fields": ("links", ("online_largest", "online_days"), ("online_lead_minutes", "embed_site"))},
        ),
        (
            _("Messages to guests"),
            {"fields": (("tell_booked", "tell_changed"), ("tell_cancelled", "tell_ready"), "reminder_hours")},
        ),
    )
    readonly_fields = ("learned_times", "links")

    @admin.display(description=_("Learned from past stays"))
    def learned_times(self, rules: BookingRules | None) -> SafeString | str:
        """Return the learned stays with their number, each beside the one that counts without them."""
        if rules is None or not rules.pk:
            return "–"
        lines = [(_learned_line(stay),) for stay in learned_stays(rules.restaurant_id)]
        nothing = gettext("Nothing yet: it takes 20 stays of a size at a part of the day.")
        return format_html_join("", "<div>{}</div>", lines) or nothing

    @admin.display(description=_("Link and QR code"))
    def links(self, rules: BookingRules | None) -> SafeString:
        """Return the link to the page that shows, renews and ends the links of the house."""
        words = _("Show the links and renew them") if rules and rules.online_token else _("Open the booking page")
        return format_html('<a href="{}" class="underline">{}</a>', reverse("host:links"), words)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_add_permission(request, obj)
        return allowed and not BookingRules.objects.visible_to(manager_of(request)).exists()


@admin.register(TurnTime)
class TurnTimeAdmin(TenantAdmin):
    """The admin page of usual stays by the number of guests."""

    list_display = ("largest", "minutes")
    fields = (("largest", "minutes"),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).typed()


class DepositRuleForm(TenantForm):
    """A form for a rule for deposits, with an amount in the restaurant's currency."""

    class Meta:
        field_classes: ClassVar = {"amount": AmountField}


@admin.register(DepositRule)
class DepositRuleAdmin(TenantAdmin):
    """The admin page of deposits. A new or changed rule is for bookings that are taken from then on."""

    form = DepositRuleForm
    list_select_related = ("restaurant",)
    list_display = ("name", "shown_amount", "per_guest", "from_size", "weekday", "day", "refund_hours")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", ("amount", "per_guest"))}),
        (
            _("For which bookings"),
            {"fields": (("from_size", "online_only"), ("weekday", "day"), ("starts", "ends"))},
        ),
        (_("Paying and cancelling"), {"fields": (("pay_minutes", "refund_hours"),)}),
    )

    @admin.display(description=_("Amount"), ordering="amount")
    def shown_amount(self, row: DepositRule) -> str:
        return text(row.amount, row.restaurant.currency)


class TablesOfCombination(TenantInline):
    """The tables of a combination."""

    model = CombinationTable
    fields = ("table",)


@admin.register(Combination)
class CombinationAdmin(TenantAdmin):
    """The admin page of tables that are pushed together."""

    list_display = ("name", "seats", "priority")
    search_fields = ("name",)
    fields = (("name", "seats", "priority"),)
    inlines = (TablesOfCombination,)

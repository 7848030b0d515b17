"""Printers of tickets and receipts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin, manager_of
from bistro.core.admin.changes import Edits
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.pages import form_page
from bistro.core.web.pages import next_page
from kitchen.printing import services as printing_services
from kitchen.printing.models import Printer
from kitchen.printing.transitions import SlipStatus
from kitchen.setup_events import KitchenChanged
from menu.steps import touch_menu

PAPER = ("columns", "code_page")
ADDRESS = frozenset({"kind", "host", "port"})


class PrinterForm(TenantForm):
    """Form for a printer's address and its rule of use."""

    constraint_words = {
        "printer_has_host": ("host", _("A network printer needs an address.")),
        "printer_has_use": ("station", _("Choose a station, or let it print receipts.")),
        "printer_receipts_network": ("receipts", _("Only a network printer prints receipts.")),
        "printer_drawer_receipts": ("drawer", _("A drawer needs a printer that prints receipts.")),
    }

    def clean(self) -> dict[str, Any]:
        if ADDRESS & set(self.changed_data):
            self.instance.worked_at = None  # nobody has tried the new address
        return super().clean() or {}


@admin.register(Printer)
class PrinterAdmin(TenantAdmin):
    """Admin of printers."""

    form = PrinterForm
    list_display = ("name", "station", "receipts", "kind", "prints", "state", "queue")
    list_filter = ("kind", "receipts", "enabled")
    list_select_related = ("station",)
    search_fields = ("name", "host", "station__name")
    actions_row = actions_detail = ("test",)
    readonly_fields = ("opens_at",)
    conditional_fields = {
        **dict.fromkeys(("host", "port", *PAPER, "images", "answers", "receipts"), "kind == 'network'"),
        "drawer": "kind == 'network' && receipts",
        "opens_at": "kind == 'browser'",
        "wait_seconds": "prints == 'fallback'",
    }
    fieldsets = (
        (None, {"fields": (("name", "station"), "kind", ("host", "port"), ("answers", "images"), PAPER, "opens_at")}),
        (_("Receipts"), {"fields": (("receipts", "drawer"),)}),
        (_("When"), {"fields": ("prints", "wait_seconds", "enabled")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Printer]:
        rows: QuerySet[Printer] = super().get_queryset(request)
        waiting, failed = (Q(jobs__status=status) for status in (SlipStatus.QUEUED, SlipStatus.FAILED))
        return rows.annotate(waiting=Count("jobs", filter=waiting), failed=Count("jobs", filter=failed))

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        """Discard the cached list of printers, which belongs to the compiled menu."""
        what = ", ".join(str(row) for row in edits.rows)
        touch_menu(edits.work, f"printers: {what}"[:200])
        edits.work.record(KitchenChanged(what=f"printers: {what}", restaurant_id=edits.work.restaurant_id))

    @action(description=_("Print a test"), icon="print", url_path="test", permissions=["run"])
    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Print a test slip, after a confirmation because it uses paper."""
        printer = self._own(request, object_id)
        back = next_page(request, self.url_of("changelist"))
        if request.method in SAFE_METHODS:
            text = _("Prints a slip marked TEST with every part that a slip can have.")
            title, hidden = _("Test %(printer)s") % {"printer": printer}, [("next", back)]
            return form_page(self, request, title=title, text=text, button=_("Print"), hidden=hidden, back=back)
        printing_services.print_test(printer_id=printer.pk, actor=manager_of(request))
        said = _("The slip was sent. The printer list shows the result: “OK”, or the error.")
        self.message_user(request, said, messages.SUCCESS)
        return redirect(back)

    @admin.display(description=_("Print page"))
    def opens_at(self, printer: Printer) -> str:
        """Show the address of a browser printer's page and how to start that browser."""
        if printer._state.adding:
            return str(_("Save first. The address of the print page then appears here."))
        address = f"{settings.PUBLIC_URL}{reverse('printing:browser-printer', args=[printer.pk])}"
        advice = gettext(
            "Open this page in the browser beside the printer, paired as a kitchen screen. "
            "A browser that is started with %(option)s prints without asking."
        )
        words = advice % {"option": "--kiosk-printing"}
        return format_html('<a class="text-primary-600" href="{0}">{0}</a><br>{1}', address, words)

    def _own(self, request: HttpRequest, object_id: str) -> Printer:
        printer: Printer | None = self.get_object(request, object_id)
        if printer is None:
            raise Http404("There is no such printer.")
        return printer

    @display(description=_("State"), label={"ok": "success", "off": "info", "new": "warning", "trouble": "danger"})
    def state(self, printer: Printer) -> Any:
        if not printer.enabled:
            return "off", gettext("off")
        if printer.trouble_at:
            return "trouble", printer.trouble
        return ("new", gettext("Not tried yet")) if printer.worked_at is None else ("ok", gettext("OK"))

    @admin.display(description=_("Slips"))
    def queue(self, printer: Any) -> str:
        counts = ((printer.waiting, gettext("%(count)s wait")), (printer.failed, gettext("%(count)s failed")))
        return ", ".join(words % {"count": count} for count, words in counts if count)

"""Read-only admin of tickets, with actions that call the services of the wall."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display

from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, manager_of
from bistro.core.admin.filters import BusinessDayFilter, OwnFilter
from bistro.core.admin.formats import clock_text, moment_text
from bistro.core.kernel.numbers import whole_number
from kitchen import services
from kitchen.admin.figures import figures_page
from kitchen.models import Ticket, TicketLine
from orders.allergies import choice_names, in_words


class TicketDayFilter(BusinessDayFilter):
    """Filter by the order's business day."""

    field = "order__business_date"


class LinesOfTicket(ReadOnlyInline):
    """The lines of a ticket."""

    model = TicketLine
    fields = readonly_fields = ("what", "allergies", "note", "status", "changed", "done_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line")

    @admin.display(description=_("Line"))
    def what(self, row: TicketLine) -> str:
        choices = ", ".join(choice_names(row.line))
        return f"{row.line.quantity} {row.line.name}{f' ({choices})' if choices else ''}"

    @admin.display(description=_("Allergies"))
    def allergies(self, row: TicketLine) -> str:
        return in_words(row.line)

    @admin.display(description=_("Note"))
    def note(self, row: TicketLine) -> str:
        return row.line.note


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    """Admin of tickets, newest first."""

    inlines = (LinesOfTicket,)
    list_display = ("title", "station", "table", "state", "fired", "done", "done_by")
    list_display_links = ("title",)
    list_filter = ("status", ("station", OwnFilter), TicketDayFilter, ("order__business_date", RangeDateFilter))
    list_select_related = ("station", "order", "order__table")
    search_fields = ("order__number",)
    search_help_text = _("The order's number")
    ordering = ("-pk",)  # nearly by time, without a further index that orders would have to update
    sortable_by = ()
    actions = ("bump", "recall")
    actions_list = ("figures",)
    fields = (
        ("title", "table", "station"),
        ("state_words", "fired_at", "started_at"),
        ("seen_at", "seen_on"),
        "done_at",
    )

    @action(description=_("Ticket times"), icon="timer", url_path="figures", permissions=["view"])
    def figures(self, request: HttpRequest) -> HttpResponse:
        """Show the report of some days by station, dish, cook and hour."""
        return figures_page(self, request)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str) -> Any:
        """Search by the order's number only."""
        said = search_term.strip().removeprefix("#")
        if not said:
            return queryset, False
        number = whole_number(said)
        return (queryset.none() if number is None else queryset.filter(order__number=number)), False

    @admin.display(description=_("Order"))
    def title(self, ticket: Ticket) -> str:
        return f"#{ticket.order.number}"

    @admin.display(description=_("Table"))
    def table(self, ticket: Ticket) -> str:
        return ticket.order.place

    @admin.display(description=_("Fired"))
    def fired(self, ticket: Ticket) -> str:
        return moment_text(ticket.fired_at)

    @admin.display(description=_("Done"))
    def done(self, ticket: Ticket) -> str:
        return clock_text(ticket.done_at) if ticket.done_at else ""

    @display(
        description=_("Status"),
        label={"queued": "warning", "started": "info", "done": "success", "cancelled": "danger"},
    )
    def state(self, ticket: Ticket) -> tuple[str, str]:
        return ticket.status, ticket.get_status_display()

    @admin.display(description=_("Status"))
    def state_words(self, ticket: Ticket) -> str:
        return ticket.get_status_display()

    @admin.action(description=_("Bump"), permissions=["run"])
    def bump(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda t: services.bump_ticket(ticket_id=t.pk, actor=actor), _("bumped"))

    @admin.action(description=_("Recall"), permissions=["run"])
    def recall(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda t: services.recall_ticket(ticket_id=t.pk, actor=actor), _("recalled"))

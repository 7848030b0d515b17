"""Admin pages of sections and tables. Pads are on the device pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import ReadOnlyAdmin, ReadOnlyInline, TenantAdmin
from bistro.core.admin.changes import Edits
from bistro.core.admin.filters import InUseFilter, OwnFilter
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.history import HistoryAdmin
from tables.events import TableAdded, TableChanged
from tables.models import Floor, Occupancy, Party, Section, ServiceCall, Table
from tables.setup_steps import refuse_if_in_use
from tables.stay_line import calls_in_words, moments_of

CALL_STATES = {
    "open": _("Open"),
    "taken": _("Taken"),
    "closed": _("Closed by staff"),
    "withdrawn": _("Withdrawn"),
}


class SectionForm(TenantForm):
    """A form for a section. A new section comes last."""

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Section.objects.visible_to(self.actor).next_position()


class TableForm(TenantForm):
    """A form for a table. A new table comes last in lists, on the first floor. Its place must be on its floor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and "floor" in self.fields:
            self.fields["floor"].initial = Floor.objects.visible_to(self.actor).first()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        floor = cleaned.get("floor") or Floor()  # without one the sizes of a new floor hold
        across, down = (0, floor.width), (0, floor.height)
        sides = {"x": across, "y": down, "width": (20, floor.width), "height": (20, floor.height)}
        for name, (least, most) in {**sides, "rotation": (-360, 360)}.items():
            value = cleaned.get(name)
            if value is not None and not least <= value <= most:
                self.add_error(name, gettext("From %(least)s to %(most)s.") % {"least": least, "most": most})
        return cleaned

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Table.objects.visible_to(self.actor).next_position()


@admin.register(Section)
class SectionAdmin(TenantAdmin):
    """The admin page of sections. A section with tables cannot be removed."""

    form = SectionForm
    list_display = ("name", "position")
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "position") if obj else ("name",)


@admin.register(Table)
class TableAdmin(ArchiveAdmin, HistoryAdmin):
    """The admin page of tables. Every change is recorded as an event for the floor plan and programs."""

    form = TableForm
    list_display = ("name", "section", "seats", "shape", "out_of_service", "archived")
    list_filter = (InUseFilter, ("section", OwnFilter), "out_of_service")
    list_select_related = ("section",)
    in_site_search = True
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "section"), ("seats", "out_of_service"))}),
        (
            _("Place"),
            {
                "fields": ("floor", ("x", "y"), ("width", "height"), ("shape", "rotation")),
                "description": _(
                    "In units of the floor. Rotation is in degrees clockwise. "
                    "The floor editor moves tables on the plan."
                ),
            },
        ),
    )

    def require_unused(self, row: Table) -> None:
        refuse_if_in_use(row)

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        for row in edits.rows:
            if isinstance(row, Table):
                event = TableAdded if row in edits.new else TableChanged
                edits.work.record(event(table=row))


class StaysOfParty(ReadOnlyInline):
    """The tables of a party, with the time of its stay at each."""

    model = Occupancy
    fields = ("table", "since", "until")
    readonly_fields = fields
    verbose_name_plural = _("tables")


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    """The admin page of parties, read only. Guests are seated, moved and cleared on the floor."""

    list_display = ("number", "table", "size", "server", "status", "seated_at", "completed_at")
    list_filter = ("status", ("table", OwnFilter))
    list_select_related = ("table", "server")
    ordering = ("-pk",)
    fields = readonly_fields = ("table", "size", "server", "status", "seated_at", "completed_at", "stay")
    inlines = (StaysOfParty,)

    @admin.display(description=_("Number"), ordering="pk")
    def number(self, party: Party) -> int:
        return int(party.pk)

    @admin.display(description=_("Time line"))
    def stay(self, party: Party) -> str:
        calls = list(party.service_calls.order_by("at", "pk"))
        lines = [
            (f"{localtime(each.at):%H:%M}", each.word, gettext("after %(minutes)s min") % {"minutes": each.minutes})
            for each in moments_of(party, calls)
        ]
        return format_html(
            "{}{}",
            format_html_join("", "{} · {} · {}<br>", lines),
            calls_in_words(calls, party.completed_at or now()),
        )


class CallStateFilter(admin.SimpleListFilter):
    """A filter by what became of a call."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(CALL_STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ServiceCall]) -> QuerySet[ServiceCall]:
        rows: dict[str | None, dict[str, Any]] = {
            "open": {"closed_at": None, "taken_at": None},
            "taken": {"closed_at": None, "taken_at__isnull": False},
            "closed": {"closed_at__isnull": False, "withdrawn": False},
            "withdrawn": {"withdrawn": True},
        }
        return queryset.filter(**rows.get(self.value(), {}))


@admin.register(ServiceCall)
class ServiceCallAdmin(ReadOnlyAdmin):
    """The admin page of calls of guests, read only. Staff answer them on the floor, pads withdraw them."""

    list_display = ("at", "table", "reason", "shown_state", "number", "rings", "escalation", "taken_by_name")
    list_filter = (CallStateFilter, "reason", ("table", OwnFilter))
    list_select_related = ("table",)
    ordering = ("-at", "-pk")
    date_hierarchy = "at"
    fields = (
        ("table", "party", "reason", "by"),
        ("shown_state", "number", "rings"),
        ("at", "last_rung_at"),
        ("escalated_at", "alarmed_at"),
        ("taken_at", "taken_by_name"),
        ("closed_at", "closed_by_name"),
    )
    readonly_fields = (
        *("table", "party", "reason", "by", "shown_state", "number", "rings", "at", "last_rung_at"),
        *("escalated_at", "alarmed_at"),
        *("taken_at", "taken_by_name", "closed_at", "closed_by_name"),
    )

    @admin.display(description=_("More people called"), ordering="escalated_at")
    def escalation(self, call: ServiceCall) -> str:
        return str(call.escalation.label)

    @admin.display(description=_("State"))
    def shown_state(self, call: ServiceCall) -> str:
        return str(CALL_STATES["withdrawn" if call.withdrawn else call.state])

"""The event log as read-only audit trail."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from bistro.core.admin.base import ReadOnlyAdmin, acting_manager
from bistro.core.admin.event_actions import action_text
from bistro.core.admin.event_kinds import kind_text
from bistro.core.admin.formats import exact_text
from bistro.core.kernel.events import known_types
from bistro.core.models import Event, Membership


class TypeFilter(SimpleListFilter):
    """A filter by event type. Its choices are the known types, so the log is not scanned."""

    title = _("kind")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, kind_text(name)) for name in known_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(type=self.value()) if self.value() else queryset


class ActorFilter(SimpleListFilter):
    """A filter by actor."""

    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        members = Membership.objects.visible_to(acting_manager(request)).select_related("staff")
        people = [(f"staff:{member.staff_id}", str(member.staff)) for member in members]
        return [*people, ("device", _("Any device")), ("system", _("The system itself"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        who = self.value()
        if who in ("device", "system"):
            return queryset.filter(actor__startswith=f"{who}:")
        return queryset.filter(actor=who) if who else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The list of events, newest first."""

    list_display = ("moment", "who", "kind", "action_words", "subject", "seq")
    list_display_links = ("moment",)
    list_filter = (TypeFilter, ActorFilter, ("at", RangeDateTimeFilter))
    search_fields = ("=subject", "^actor_label")
    search_help_text = _("A subject such as order:12, or a person or device")
    ordering = ("-seq",)
    sortable_by = ()
    fields = (
        ("moment", "seq"),
        ("who", "actor"),
        ("kind", "action_words"),
        ("subject", "table_id"),
        "device_id",
        "pretty",
    )

    @admin.display(description=_("When"))
    def moment(self, event: Event) -> str:
        return exact_text(event.at)

    @admin.display(description=_("Who"))
    def who(self, event: Event) -> str:
        return event.actor_label or event.actor

    @admin.display(description=_("Kind"))
    def kind(self, event: Event) -> str:
        return kind_text(event.type)

    @admin.display(description=_("Action"))
    def action_words(self, event: Event) -> str:
        return action_text(event.type, event.action)

    @admin.display(description=_("Data"))
    def pretty(self, event: Event) -> str:
        """Return the logged data and the personal data, which can be erased."""
        parts = [_pretty(event.data)]
        if event.private:
            parts.append(f"personal, can be erased:\n{_pretty(event.private)}")
        return format_html('<pre class="whitespace-pre-wrap break-words">{}</pre>', "\n\n".join(parts))


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text

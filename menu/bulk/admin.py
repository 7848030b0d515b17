"""Pages of bulk changes: the form, its preview, and each change with its undo."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin, manager_of
from bistro.core.admin.formats import moment_text
from bistro.core.admin.pages import APPLY, form_page
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from menu.bulk import services
from menu.bulk.forms import BulkForm
from menu.bulk.kinds import kinds
from menu.bulk.models import BulkChange
from menu.bulk.services import PlannedRow

SEEN = "_seen"
MOST_CHOSEN = 1000
TEXT = _(
    "The next page shows each dish before and after. Nothing is written before that, and a change can be undone. "
    "Only the fields of the chosen change count."
)


@admin.register(BulkChange)
class BulkChangeAdmin(TenantAdmin):
    """The bulk changes of a restaurant, newest first. Adding one opens the form."""

    may_delete = False
    list_display = ("what", "count", "by", "moment", "state")
    list_display_links = ("what",)
    ordering = ("-pk",)
    sortable_by = ()

    @admin.display(description=_("What"))
    def what(self, change: BulkChange) -> str:
        kind = kinds().get(change.kind)
        return str(kind.title) if kind else change.kind

    @admin.display(description=_("Dishes"))
    def count(self, change: BulkChange) -> int:
        return len(change.rows)

    @admin.display(description=_("When"))
    def moment(self, change: BulkChange) -> str:
        return moment_text(change.at)

    @display(description=_("State"), label={"undone": "info", "done": "success"})
    def state(self, change: BulkChange) -> tuple[str, str]:
        return ("undone", gettext("Undone")) if change.undone_at else ("done", gettext("Done"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask what to change, show the preview, and apply what the preview showed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method not in SAFE_METHODS
        chosen = _numbers((request.POST if sent else request.GET).get("items", ""))
        form = BulkForm(request.POST if sent else None, actor=manager_of(request), chosen=chosen)
        if sent and form.is_valid():
            answer = self._apply(request, form) if APPLY in request.POST else self._preview(request, form)
            if answer is not None:
                return answer
        hidden = [("items", ",".join(map(str, chosen)))]
        page = form_page(
            self, request, title=gettext("Change many dishes"), form=form, text=TEXT, button=gettext("Preview"),
            hidden=hidden,
        )  # fmt: skip
        page.status_code = 422 if form.is_bound and not form.is_valid() else 200
        return page

    def _preview(self, request: HttpRequest, form: BulkForm, refusal: str = "") -> HttpResponse | None:
        """Return the page of the preview, or None with an error in the form if nothing would change."""
        kind, ids = form.cleaned_data["what"], form.item_ids()
        rows = services.plan_bulk(kind=kind, item_ids=ids, said=form.cleaned_data, actor=form.actor)
        if not rows:
            form.add_error(None, gettext("Nothing would change."))
            return None
        sent = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
        hidden = [*sent, ("items", ",".join(map(str, form.chosen))), (SEEN, _seen(rows)), (APPLY, "1")]
        context = {"rows": rows, "same": len(ids) - len(rows), "hidden": hidden, "refusal": refusal}
        return self._page(request, "preview", title=gettext("Preview"), **context)

    def _apply(self, request: HttpRequest, form: BulkForm) -> HttpResponse | None:
        """Apply the preview, or show a new one if the dishes have changed."""
        try:
            seen = _read_seen(request.POST.get(SEEN, ""))
            change = services.apply_bulk(
                kind=form.cleaned_data["what"], seen=seen, said=form.cleaned_data, actor=form.actor
            )
        except DomainError as refusal:
            return self._preview(request, form, refusal.message)
        count = len(change.rows)
        done = ngettext("%(count)s dish is changed.", "%(count)s dishes are changed.", count) % {"count": count}
        self.message_user(request, done, messages.SUCCESS)
        return redirect(self.url_of("change", change.pk))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a change with its dishes, and undo it when asked."""
        change: BulkChange | None = self.get_object(request, object_id)
        if change is None:
            raise Http404("There is no such change.")
        if request.method in SAFE_METHODS:
            return self._page(request, "change", title=self.what(change), change=change)
        try:
            undone = services.undo_bulk(change_id=change.pk, actor=manager_of(request))
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            back = len(undone.rows) - len(undone.left)
            words = ngettext("%(count)s dish is as before.", "%(count)s dishes are as before.", back)
            self.message_user(request, words % {"count": back}, messages.SUCCESS)
        return redirect(self.url_of("change", change.pk))

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = self.admin_site.each_context(request)
        page = {"opts": self.opts, "back": self.url_of("changelist"), "again": self.url_of("add")}
        return TemplateResponse(request, f"admin/menu_bulk/{template}.html", {**shared, **page, **context})


def _numbers(text: str) -> list[int]:
    """Return the ids in a list with commas. What is no number is left out."""
    found = (whole_number(part) for part in text.split(",")[:MOST_CHOSEN])
    return [number for number in found if number is not None]


def _seen(rows: list[PlannedRow]) -> str:
    return json.dumps([[row.item.pk, row.before] for row in rows], separators=(",", ":"))


def _read_seen(text: str) -> dict[int, Any]:
    """Return {dish: value} of a preview; nothing for nonsense."""
    try:
        return {pk: value for pk, value in json.loads(text) if type(pk) is int and 0 < pk < 2**63}
    except (ValueError, TypeError, RecursionError):
        return {}

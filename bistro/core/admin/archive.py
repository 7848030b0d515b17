"""Archiving instead of deletion, because orders keep referring to their items and tables."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import AT_ONCE, TenantAdmin, manager_of
from bistro.core.admin.changes import begin
from bistro.core.admin.formats import day_text
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.writing.steps import archive, bring_back
from bistro.core.writing.unit_of_work import UnitOfWork


class ArchiveAdmin(TenantAdmin):
    """Pages of rows with `archived_at`. Its actions process all chosen rows in one unit of work."""

    may_delete = False
    actions: ClassVar[tuple[str, ...]] = ("archive_chosen", "bring_back_chosen")

    def require_unused(self, row: Any) -> None:
        """Raise DomainError if the row is in use and cannot be archived."""

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move(request, queryset.filter(archived_at=None), away=True)

    @admin.action(description=_("Restore from the archive"), permissions=["change"])
    def bring_back_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move(request, queryset.exclude(archived_at=None), away=False)

    def _move(self, request: HttpRequest, rows: QuerySet[Any], *, away: bool) -> None:
        try:
            with UnitOfWork(manager_of(request)) as work:
                edits = begin(request, work)
                chosen = list(rows.locked()[: AT_ONCE + 1])  # type: ignore[attr-defined]
                if len(chosen) > AT_ONCE:
                    raise InvalidInput(gettext("Choose at most %(at_once)s at once.") % {"at_once": AT_ONCE})
                for row in chosen:
                    before = row.archived_at
                    if away:
                        self.require_unused(row)
                        archive(row, work)
                    else:
                        bring_back(row, work)
                    edits.changed(row, {"archived_at": (before, row.archived_at)})
                if edits.rows:
                    self.after_write(request, edits)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return
        count = len(edits.rows)
        if away:
            done = ngettext("%(count)s archived.", "%(count)s archived.", count)
        else:
            done = ngettext("%(count)s restored.", "%(count)s restored.", count)
        self.message_user(request, done % {"count": count}, messages.SUCCESS)

    @admin.display(description=_("Archived"), ordering="archived_at")
    def archived(self, row: Any) -> str:
        return day_text(row.archived_at) if row.archived_at else ""

"""Archiving instead of deletion, because orders keep referring to their items and tables."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bistro.core.admin.base import AT_ONCE, TenantAdmin, manager_of
from bistro.core.admin.changes import begin
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.writing.steps import archive, bring_back
from bistro.core.writing.unit_of_work import UnitOfWork


class ArchiveAdmin(TenantAdmin):
    """Pages of rows with `archived_at`. Its actions process all chosen rows in one unit of work."""

    may_delete = False
    actions: ClassVar[tuple[str, ...]] = ("archive_chosen", "bring_back_chosen")

    def require_unused(self, row: Any) -> None:
        """Raise DomainError if the row is in use and cannot be archived."""

    @admin.action(description="Archive", permissions=["change"])
    def archive_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move(request, queryset.filter(archived_at=None), away=True)

    @admin.action(description="Restore from the archive", permissions=["change"])
    def bring_back_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._move(request, queryset.exclude(archived_at=None), away=False)

    def _move(self, request: HttpRequest, rows: QuerySet[Any], *, away: bool) -> None:
        try:
            with UnitOfWork(manager_of(request)) as work:
                edits = begin(request, work)
                chosen = list(rows.locked()[: AT_ONCE + 1])  # type: ignore[attr-defined]
                if len(chosen) > AT_ONCE:
                    raise InvalidInput(f"Choose at most {AT_ONCE} at once.")
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
        word = "archived" if away else "restored"
        self.message_user(request, f"{len(edits.rows)} {word}.", messages.SUCCESS)

    @admin.display(description="Archived", ordering="archived_at")
    def archived(self, row: Any) -> str:
        return f"{timezone.localtime(row.archived_at):%Y-%m-%d}" if row.archived_at else ""

"""Pages of the import and export of the menu: upload, columns, preview, progress and answer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin, manager_of
from bistro.core.admin.pages import form_page
from bistro.core.kernel.errors import DomainError
from menu.files import services
from menu.files.checking import check_file
from menu.files.exporting import export_menu
from menu.files.forms import ColumnsForm, UploadForm
from menu.files.headers import COLUMNS
from menu.files.mapping import map_columns
from menu.files.models import MenuImport
from menu.files.opening import open_sheet
from menu.files.sheet import FileRefused, Sheet
from menu.files.transitions import ImportStatus
from menu.files.words_form import WordsForm
from menu.files.writing import CSV_TYPE, XLSX_TYPE, as_workbook

SHOWN_PROBLEMS = 200
SAMPLE_ROWS = 8
MEANINGS, CONFIRM = "_meanings", "_confirm"


@admin.register(MenuImport)
class MenuImportAdmin(TenantAdmin):
    """The imports of a restaurant, each with its answer."""

    may_delete = False
    list_display = ("file_name", "state", "counts", "by", "uploaded_at")
    list_display_links = ("file_name",)
    ordering = ("-pk",)
    sortable_by = ()
    actions_list = ("template", "export_csv", "export_excel")
    actions_detail = ("columns",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")  # some megabytes, which lists and progress do not show

    @display(
        description=_("State"),
        label={
            ImportStatus.UPLOADED: "info",
            ImportStatus.WAITING: "warning",
            ImportStatus.RUNNING: "warning",
            ImportStatus.DONE: "success",
            ImportStatus.REFUSED: "danger",
        },
    )
    def state(self, row: MenuImport) -> tuple[str, str]:
        return row.status, str(ImportStatus(row.status).label)

    @admin.display(description=_("Dishes"))
    def counts(self, row: MenuImport) -> str:
        if row.status == ImportStatus.REFUSED:
            return gettext("%(count)s errors") % {"count": len(row.answer["errors"])}
        if row.status != ImportStatus.DONE:
            return ""
        words = gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged")
        return words % {name: row.answer[name] for name in ("new", "changed", "unchanged")}

    # --- files to download --------------------------------------------------------------------------------
    @action(description=_("Template"), icon="download", url_path="template", permissions=["view"])
    def template(self, request: HttpRequest) -> HttpResponse:
        """Download an empty workbook with all columns."""
        return _download(as_workbook([], COLUMNS), "menu-template.xlsx", XLSX_TYPE)

    @action(description=_("Export CSV"), icon="download", url_path="export-csv", permissions=["view"])
    def export_csv(self, request: HttpRequest) -> HttpResponse:
        """Download the menu as CSV."""
        return _download(export_menu(manager_of(request), "csv"), "menu.csv", CSV_TYPE)

    @action(description=_("Export Excel"), icon="download", url_path="export-excel", permissions=["view"])
    def export_excel(self, request: HttpRequest) -> HttpResponse:
        """Download the menu as an Excel workbook."""
        return _download(export_menu(manager_of(request), "xlsx"), "menu.xlsx", XLSX_TYPE)

    # --- upload -------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take a file, and continue with its columns or, when nothing is to be asked, with the preview."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        actor = manager_of(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method not in SAFE_METHODS and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                row = services.upload_menu(data=file.read(), file_name=file.name, actor=actor)
                return redirect(self.url_of("change", row.pk))
            except DomainError as error:
                form.add_error("file", error.message)
        text = _(
            "One dish per row, with a category, a name and a price. The columns may have any names: if they are not "
            "recognised, the next page asks. You see a preview before anything is written."
        )
        page = form_page(
            self, request, title=_("Import a menu"), form=form, text=text, button=_("Upload"), multipart=True
        )
        page.status_code = 422 if form.is_bound and not form.is_valid() else 200
        return page

    # --- columns ------------------------------------------------------------------------------------------
    @action(description=_("Columns"), icon="view_column", url_path="columns", permissions=["change"])
    def columns(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what the columns of a file mean, and remember it for the next file with the same headers."""
        row = self._own(request, object_id)
        if row.status != ImportStatus.UPLOADED:
            return redirect(self.url_of("change", row.pk))
        encoding = request.POST.get("encoding", row.encoding)
        try:
            sheet = open_sheet(bytes(row.content), encoding=encoding)
            columns = map_columns(sheet, row.columns if encoding == row.encoding else {})
        except FileRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(self.url_of("add"))
        told = {"decimal": row.decimal, "category": row.category, "encoding": row.encoding}
        form = ColumnsForm(sheet, columns, request.POST or None, initial=told)
        if request.method not in SAFE_METHODS and form.is_valid():
            try:
                services.map_columns_of(import_id=row.pk, settings=form.settings, actor=manager_of(request))
                return redirect(self.url_of("change", row.pk))
            except DomainError as error:
                form.add_error(None, error.message)
        context = {
            "sheet": sheet,
            "sample": _sample(sheet),
            "profile": columns.profile,
            "back": self.url_of("changelist"),
        }
        return form_page(
            self, request, title=_("Columns of %(row)s") % {"row": row}, form=form, button=_("Preview"),
            template="admin/menu_files/columns.html", **context,
        )  # fmt: skip

    # --- preview, progress and answer ---------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the preview of a file, and after its confirmation the progress and the answer."""
        row, actor = self._own(request, object_id), manager_of(request)
        told = request.POST if MEANINGS in request.POST and row.status == ImportStatus.UPLOADED else None
        if request.method not in SAFE_METHODS and told is None:
            services.confirm_import(import_id=row.pk, actor=actor)
            return redirect(self.url_of("change", row.pk))
        if row.status != ImportStatus.UPLOADED:
            return self._page(request, row, "progress", refresh=row.in_progress, answer=row.answer)
        try:
            checked = check_file(bytes(row.content), actor=actor, settings=row.settings)
        except FileRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(self.url_of("changelist"))
        if checked.lacking or checked.asks_separator:
            for problem in checked.problems[:5]:
                self.message_user(request, problem.message, messages.WARNING)
            return redirect(self._columns_url(row))
        words = WordsForm(checked, row.settings.meanings, row.restaurant_id, told)
        if told is not None and words.is_valid():
            return self._answered(request, row, words)
        page = self._page(
            request, row, "preview", checked=checked, sample=_sample(checked.sheet), answer=checked.answer(),
            problems=checked.problems[:SHOWN_PROBLEMS], columns_url=self._columns_url(row), words=words,
        )  # fmt: skip
        page.status_code = 422 if words.errors else 200
        return page

    def _answered(self, request: HttpRequest, row: MenuImport, words: WordsForm) -> HttpResponse:
        """Keep new answers and show the preview again, or else confirm the import that the person has seen."""
        actor = manager_of(request)
        try:
            if words.changes:
                services.say_meanings(import_id=row.pk, meanings=words.told, actor=actor)
            if words.changes_preview:
                self.message_user(request, gettext("The preview has your answers now. Nothing is imported yet."))
            elif CONFIRM in request.POST:
                services.confirm_import(import_id=row.pk, actor=actor)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
        return redirect(self.url_of("change", row.pk))

    def _page(self, request: HttpRequest, row: MenuImport, template: str, **context: Any) -> HttpResponse:
        shared = self.admin_site.each_context(request)
        page = {"opts": self.opts, "title": str(row), "row": row, "back": self.url_of("changelist")}
        return TemplateResponse(request, f"admin/menu_files/{template}.html", {**shared, **page, **context})

    def _columns_url(self, row: MenuImport) -> str:
        return self.url_of("columns", row.pk)

    def _own(self, request: HttpRequest, object_id: str) -> MenuImport:
        row: MenuImport | None = self.get_object(request, object_id)
        if row is None:
            raise Http404("There is no such import.")
        return row


def _download(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _sample(sheet: Sheet) -> list[list[str]]:
    """Return the first rows as text, so that a person sees whether letters were read right."""
    return [[str(row.number), *row.texts] for row in sheet.rows[:SAMPLE_ROWS]]

"""Import and export of dishes as a spreadsheet. django-import-export previews; `import_menu` writes."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from import_export import fields, resources
from import_export.formats.base_formats import CSV, XLSX
from import_export.results import Error, Result, RowResult

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Restaurant
from menu.import_plan import ImportPlan, PlannedDish, State, plan_import
from menu.imported import ImportedCategory, ImportedItem
from menu.models import Item
from menu.services import import_menu
from menu.spreadsheet import COLUMNS, REQUIRED, cells_of, harmless, plain_text, read_row

MOST_ROWS = 5000
MOST_BYTES = 64 * 1024 * 1024
_TYPES = {
    State.NEW: RowResult.IMPORT_TYPE_NEW,
    State.CHANGED: RowResult.IMPORT_TYPE_UPDATE,
    State.UNCHANGED: RowResult.IMPORT_TYPE_SKIP,
}


class SafeXLSX(XLSX):
    """The XLSX format with a limit of the unpacked size, because a small file can hold gigabytes of zeros."""

    def create_dataset(self, in_stream: bytes) -> Any:
        with zipfile.ZipFile(BytesIO(in_stream)) as book:
            if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
                raise ValueError("This workbook is too large.")
        return super().create_dataset(in_stream)


class Refusal(Error):
    """The reason for refusing a whole file, without the traceback that the page would show."""

    traceback = ""


FORMATS = [CSV, SafeXLSX]


class ItemResource(resources.ModelResource):
    """The dishes that are not archived, one in each row."""

    class Meta:
        model = Item
        fields = COLUMNS
        name = "Dishes"

    def __init__(self, actor: Actor | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor
        restaurant = restaurant_of(actor) if actor else Restaurant()
        self.currency, self.day = restaurant.currency, restaurant.business_date(timezone.now())
        self.report = ""
        self.fields = {column: fields.Field(column_name=column, readonly=True) for column in COLUMNS}
        for field_name, field in self.fields.items():
            field.attribute = field_name

    # --- export -----------------------------------------------------------------------------------------------
    def get_export_order(self, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        return COLUMNS

    def get_import_order(self, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        return COLUMNS

    def export_resource(self, instance: Item, selected_fields: Any = None, **kwargs: Any) -> list[str]:
        cells = cells_of(instance, self.currency, self.day)
        return [harmless(cells[column]) for column in COLUMNS if not selected_fields or column in selected_fields]

    # --- import -----------------------------------------------------------------------------------------------
    def import_data(self, dataset: Any, dry_run: bool = False, **kwargs: Any) -> Result:
        """Read every row. Import them with `import_menu` if all are valid and this is not a dry run."""
        result = Result()
        result.diff_headers = list(COLUMNS)
        headers = [str(header or "").strip().casefold().replace(" ", "_") for header in dataset.headers or ()]
        problem = self._refusal(headers, len(dataset))
        if problem:
            result.append_base_error(Refusal(problem))
            return result
        result.diff_headers = [column for column in COLUMNS if column in headers]
        result.total_rows = len(dataset)
        assert self.actor is not None
        texts, categories = self._read(dataset, headers, result)
        plan = plan_import(categories=categories, actor=self.actor)
        _show(plan, texts, result)
        if not dry_run and not result.has_errors() and not result.has_validation_errors():
            self._write(categories, result)
        return result

    def _refusal(self, headers: list[str], rows: int) -> str:
        lacking = [column for column in REQUIRED if column not in headers]
        unknown = [header for header in headers if header and header not in COLUMNS]
        if lacking:
            return f"The file lacks the column {lacking[0]}."
        if unknown:
            return f"Unknown column {unknown[0]}. Use {', '.join(COLUMNS)}."
        return f"At most {MOST_ROWS} rows at once." if rows > MOST_ROWS else ""

    def _read(
        self, dataset: Any, headers: list[str], result: Result
    ) -> tuple[dict[int, dict[str, str]], list[ImportedCategory]]:
        """Return the texts of each row, and the dishes of the rows that can be read."""
        texts: dict[int, dict[str, str]] = {}
        by_category: dict[str, list[ImportedItem]] = {}
        for number, row in enumerate(dataset, start=1):
            cells = {header: plain_text(cell) for header, cell in zip(headers, row, strict=False) if header}
            if not any(cells.values()):
                continue
            try:
                item = read_row(cells, number)
            except ValidationError as error:
                result.append_invalid_row(number, cells, error)
                continue
            texts[number] = cells
            by_category.setdefault(cells["category"], []).append(item)
        return texts, [ImportedCategory(name, tuple(items)) for name, items in by_category.items()]

    def _write(self, categories: list[ImportedCategory], result: Result) -> None:
        assert self.actor is not None
        try:
            self.report = str(import_menu(categories=categories, actor=self.actor))
        except DomainError as error:
            result.append_base_error(Refusal(error.message))


def items_with_all(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Prefetch everything that a row of the spreadsheet shows, in nine queries for any number of dishes.

    The order is that of the menu, also for the export, which ignores the default order of a model.
    """
    related = ("tax__components", "item_groups__group__modifiers__statements__allergen", "statements__allergen")
    rows = rows.order_by("category__position", "category_id", "position", "pk")
    return rows.select_related("category", "tax").prefetch_related(*related)


def _show(plan: ImportPlan, texts: dict[int, dict[str, str]], result: Result) -> None:
    """Add the plan to the result: the problems of a row, or what would become of it."""
    problems: dict[int, dict[str, list[str]]] = {}
    for problem in plan.problems:
        problems.setdefault(problem.row or 0, {}).setdefault(problem.field, []).append(problem.message)
    for row, found in problems.items():
        result.append_invalid_row(row, texts[row], ValidationError(found))  # type: ignore[arg-type]
    for dish in sorted(plan.dishes, key=lambda each: each.row or 0):
        if dish.row not in problems:
            shown = _row_result(dish, texts[dish.row or 0], result.diff_headers)
            result.append_row_result(shown)
            result.increment_row_result_total(shown)


def _row_result(dish: PlannedDish, cells: dict[str, str], columns: list[str]) -> RowResult:
    """Return the preview of one row, in the columns that the file has."""
    row = RowResult()
    row.import_type = _TYPES[dish.state]
    row.object_repr = dish.name
    changed: dict[str, list[str]] = {}
    for change in dish.changes:
        words = str(change) if change.field == "options" else f"{change.before} → {change.after}"
        changed.setdefault(change.field, []).append(words)
    changed.setdefault("options", []).extend(dish.remarks)
    row.diff = ["\n".join(changed.get(name, ())) or cells.get(name, "") for name in columns]
    return row

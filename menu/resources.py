"""Import and export of dishes as a spreadsheet. django-import-export previews; `import_menu` writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
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
from bistro.core.kernel.names import name_key
from bistro.core.models import Restaurant
from menu.imported import ImportedCategory, ImportedItem
from menu.models import Category, Item
from menu.services import import_menu
from menu.spreadsheet import COLUMNS, REQUIRED, cells_of, harmless, plain_text, read_row

MOST_ROWS = 5000
MOST_BYTES = 64 * 1024 * 1024
# Columns that the preview does not compare, because an import sets them only for new dishes (options: adds to them).
_KEPT = ("available", "portions_left", "options")


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
        imported = list(self._read(dataset, headers, result))
        result.total_rows = len(dataset)
        if not dry_run and not result.has_errors() and not result.has_validation_errors():
            self._write(imported, result)
        return result

    def _refusal(self, headers: list[str], rows: int) -> str:
        lacking = [column for column in REQUIRED if column not in headers]
        unknown = [header for header in headers if header and header not in COLUMNS]
        if lacking:
            return f"The file lacks the column {lacking[0]}."
        if unknown:
            return f"Unknown column {unknown[0]}. Use {', '.join(COLUMNS)}."
        return f"At most {MOST_ROWS} rows at once." if rows > MOST_ROWS else ""

    def _read(self, dataset: Any, headers: list[str], result: Result) -> Iterator[tuple[str, ImportedItem]]:
        known = {item.name_key: item for item in items_with_all(Item.objects.visible_to(self.actor).not_archived())}
        seen: dict[str, int] = {}
        for number, row in enumerate(dataset, start=1):
            cells = {header: plain_text(cell) for header, cell in zip(headers, row, strict=False) if header}
            if not any(cells.values()):
                continue
            old = known.get(name_key(cells["name"]))
            before = cells_of(old, self.currency, self.day) if old else {}
            whole = {**before, **cells}  # columns that the file lacks keep their value
            try:
                item = read_row(whole, self.currency)
                if name_key(item.name) in seen:
                    raise ValidationError({"name": [f"Also in row {seen[name_key(item.name)]}."]})
            except ValidationError as error:
                result.append_invalid_row(number, whole, error)
                continue
            seen[name_key(item.name)] = number
            shown = _row_result(before, whole, result.diff_headers)
            result.append_row_result(shown)
            result.increment_row_result_total(shown)
            yield whole["category"], item

    def _write(self, imported: list[tuple[str, ImportedItem]], result: Result) -> None:
        by_category: dict[str, list[ImportedItem]] = {}
        for category, item in imported:
            by_category.setdefault(category, []).append(item)
        courses = {row.name_key: row.course for row in Category.objects.visible_to(self.actor).not_archived()}
        categories = [
            ImportedCategory(name, tuple(items), courses.get(name_key(name), 1)) for name, items in by_category.items()
        ]
        assert self.actor is not None
        try:
            self.report = str(import_menu(categories=categories, actor=self.actor, overwrite=True))
        except DomainError as error:
            result.append_base_error(Refusal(error.message))


def items_with_all(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Prefetch everything that a row of the spreadsheet shows, in seven queries for any number of dishes."""
    related = ("tax__components", "item_groups__group__modifiers", "statements__allergen")
    return rows.select_related("category", "tax").prefetch_related(*related)


def _row_result(before: dict[str, str], after: dict[str, str], columns: list[str]) -> RowResult:
    """Return the preview of one row, in the columns that the file has."""
    row = RowResult()
    changed = [name for name in COLUMNS if name not in _KEPT and before.get(name, "") != after.get(name, "")]
    row.import_type = RowResult.IMPORT_TYPE_NEW
    if before:
        row.import_type = RowResult.IMPORT_TYPE_UPDATE if changed else RowResult.IMPORT_TYPE_SKIP
    row.object_repr = after["name"]
    row.diff = [
        f"{before[name]} → {after.get(name, '')}" if before and name in changed else after.get(name, "")
        for name in columns
    ]
    return row

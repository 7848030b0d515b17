"""The tables of a report: rows of one form, so that page, CSV and workbook show the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bistro.core.kernel.money import ZERO, display
from bistro.core.models import Restaurant


@dataclass(slots=True)
class Row:
    """A row of a table. Cells that a table does not have are None. `note` has names and reasons."""

    label: str
    note: str = ""
    count: int | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None

    def add(self, count: int, net: Decimal, tax: Decimal) -> None:
        """Add a sale to the row."""
        self.count = (self.count or 0) + count
        self.net = (self.net or ZERO) + net
        self.tax = (self.tax or ZERO) + tax
        self.total = self.net + self.tax


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report. `key` names it in files; `columns` are the numbers that it has."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)
    columns: tuple[str, ...] = ("count", "net", "tax", "total")
    is_summed: bool = True

    @property
    def sum(self) -> Row | None:
        """Return the sums of the columns, or None where they mean nothing."""
        if not self.is_summed or len(self.rows) < 2:
            return None
        sums: Mapping[str, Any] = {name: sum(getattr(row, name) or 0 for row in self.rows) for name in self.columns}
        return Row("", **sums)


def by_total(rows: Iterable[Row]) -> list[Row]:
    """Order rows by their amount, largest first, then by name."""
    return sorted(rows, key=lambda row: (-(row.total or ZERO), row.label))


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as people read it. `cells` are its numbers in the order of the table's heads."""

    label: str
    note: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as people read it."""

    key: str
    title: str
    heads: list[str]
    rows: list[ShownRow]
    sum: ShownRow | None


def shown_tables(tables: Iterable[Table], restaurant: Restaurant) -> list[ShownTable]:
    """Return the tables that have rows, with amounts as the restaurant writes them."""
    heads = {"count": pgettext("a column", "Count"), "net": _("Net"), "tax": _("Tax"), "total": _("Total")}

    def cells(row: Row, names: tuple[str, ...]) -> list[str]:
        return [_shown(getattr(row, name), restaurant) for name in names]

    def shown(row: Row, names: tuple[str, ...]) -> ShownRow:
        return ShownRow(row.label, row.note, cells(row, names))

    return [
        ShownTable(
            table.key,
            table.title,
            [heads[name] for name in table.columns],
            [shown(row, table.columns) for row in table.rows],
            shown(table.sum, table.columns) if table.sum else None,
        )
        for table in tables
        if table.rows
    ]


def _shown(value: Decimal | int | None, restaurant: Restaurant) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return display(value, restaurant.currency, restaurant.locale)
    return str(value)

"""The mapping of a file's columns to ours: by known names, by the profile of another system, by a person."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from openpyxl.utils import get_column_letter

from menu.files.headers import FIELDS, REQUIRED, field_of, header_key, is_own
from menu.files.profiles import Profile, kind_column, profile_of, tax_of_column
from menu.files.sheet import FileRefused, Row, Sheet

_HEADER_WITHIN = 20  # rows from the top


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The meaning of each column of a file. `fields` is {column: field}, `taxes` {column: tax that a Y switches on}."""

    headers: tuple[str, ...]
    header_row: int
    fields: Mapping[int, str]
    taxes: Mapping[int, str]
    profile: Profile | None = None

    @property
    def kind_column(self) -> int | None:
        return kind_column(self.profile, self.headers)

    @property
    def used(self) -> frozenset[int]:
        kind = self.kind_column
        return frozenset({*self.fields, *self.taxes, *(() if kind is None else (kind,))})

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return the required fields that no column gives."""
        return tuple(field for field in REQUIRED if field not in self.fields.values())

    @property
    def given(self) -> tuple[str, ...]:
        """Return the fields that the file gives. What it lacks stays as it is."""
        return (*self.fields.values(), *(("tax",) if self.taxes else ()))

    def ignored(self, sheet: Sheet) -> list[str]:
        """Return the names of the columns that hold something and are not read."""
        width = max(len(row.cells) for row in sheet.rows)
        below = [row for row in sheet.rows if row.number > self.header_row]
        return [
            self.label(column)
            for column in range(width)
            if column not in self.used and (self.named(column) or any(row.cell(column) for row in below))
        ]

    def label(self, column: int) -> str:
        """Return a column's header, or its letter when it has none."""
        return self.headers[column] if self.named(column) else unnamed(column)

    def named(self, column: int) -> bool:
        return column < len(self.headers) and bool(self.headers[column])

    def column_of(self, field: str) -> str:
        """Return the header of the column that gives a field, else the field's own name."""
        return next((self.label(column) for column, given in self.fields.items() if given == field), field)


def unnamed(column: int) -> str:
    """Return the name of a column without a header: its letter in a spreadsheet."""
    return f"Column {get_column_letter(column + 1)}"


def fingerprint(headers: Sequence[str]) -> str:
    """Return the key under which a restaurant remembers the mapping of files with these headers."""
    return hashlib.sha256("\n".join(sorted(map(header_key, headers))).encode()).hexdigest()


def header_of(sheet: Sheet, wanted: Mapping[str, str] | None = None) -> Row:
    """Return the row with the headers: titles may stand above it.

    The row with the most headers that are known or `wanted`; without any, the first of the fullest rows.
    """
    names = set(wanted or ())

    def known(row: Row) -> int:
        return len(
            {field_of(text) or header_key(text) for text in row.texts if field_of(text) or header_key(text) in names}
        )

    rows = sheet.rows[:_HEADER_WITHIN]
    best = max(rows, key=known)
    if known(best) >= min(2, max(1, len(best.cells))):
        return best
    return max(rows, key=lambda row: sum(map(bool, row.cells)))


def map_columns(sheet: Sheet, told: Mapping[str, str] | None = None) -> ColumnMap:
    """Return the mapping of a file. `told`: {header: field} of a person, "" to ignore a column.

    Raises FileRefused when `told` names a header that the file lacks, or a field twice.
    """
    wanted = {header_key(header): field for header, field in (told or {}).items()}
    header = header_of(sheet, wanted)
    headers = header.texts
    profile = profile_of(headers)
    fields = _told(headers, wanted)
    ignored = {at for at, name in enumerate(headers) if wanted.get(header_key(name or unnamed(at))) == ""}
    for guess in (_by_profile(headers, profile), _by_name(headers, own=True), _by_name(headers, own=False)):
        for column, field in guess:
            if column not in fields and column not in ignored and field not in fields.values():
                fields[column] = field
    taxes = {} if "tax" in fields.values() else _taxes(headers, ignored | set(fields))
    return ColumnMap(headers, header.number, dict(sorted(fields.items())), taxes, profile)


def _told(headers: Sequence[str], wanted: Mapping[str, str]) -> dict[int, str]:
    at = {header_key(header or unnamed(column)): column for column, header in reversed(list(enumerate(headers)))}
    fields: dict[int, str] = {}
    for name, field in wanted.items():
        if name not in at:
            raise FileRefused(
                gettext("The file has no column “%(name)s”. It has %(names)s.")
                % {"name": name, "names": ", ".join(filter(None, headers))}
            )
        if field and field not in FIELDS:
            raise FileRefused(
                gettext("“%(field)s” is no column of a menu. Use %(names)s.")
                % {"field": field, "names": ", ".join(FIELDS)}
            )
        if field and field in fields.values():
            raise FileRefused(gettext("Two columns are mapped to %(field)s. Choose one.") % {"field": field})
        if field:
            fields[at[name]] = field
    return fields


def _by_profile(headers: Sequence[str], profile: Profile | None) -> list[tuple[int, str]]:
    if profile is None:
        return []
    keys = [header_key(header) for header in headers]
    return [(keys.index(key), field) for key, field in profile.fields.items() if key in keys]


def _by_name(headers: Sequence[str], *, own: bool) -> list[tuple[int, str]]:
    found = ((column, field_of(header)) for column, header in enumerate(headers) if is_own(header) == own)
    return [(column, field) for column, field in found if field is not None]


def _taxes(headers: Sequence[str], taken: set[int]) -> dict[int, str]:
    found = {column: tax_of_column(header) for column, header in enumerate(headers) if column not in taken}
    return {column: tax for column, tax in found.items() if tax is not None}


def parse_map(text: str) -> dict[str, str]:
    """Return {header: field} from `item=name,cost=price`. A header with a comma stands in quotes.

    Raises FileRefused.
    """
    told: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        header, equals, field = part.rpartition("=")
        if not equals or not header.strip():
            raise FileRefused(
                gettext("“%(part)s” is not a mapping. Write the file's column, “=” and ours: item=name,cost=price.")
                % {"part": part}
            )
        told[header.strip()] = field.strip()
    return told

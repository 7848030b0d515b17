"""Conversion of spreadsheet rows to the import service's values, with errors by column."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from bistro.core.kernel.money import text
from bistro.core.kernel.numbers import whole_number
from menu.allergens import DIETS, Level, of_level
from menu.import_plan.known import groups_of, levels_of_row
from menu.imported import ImportedItem
from menu.models import Item
from menu.options_text import NONE, read_options, write_options
from menu.tax_catalogue import compiled
from menu.taxes import read_dish_tax, write_components

COLUMNS = (
    "category",
    "name",
    "description",
    "price",
    "tax",
    "tax_take_away",
    "prep_minutes",
    "allergens",
    "may_contain",
    "free_of",
    "diets",
    "popular",
    "available",
    "portions_left",
    "options",
)
REQUIRED = ("category", "name", "price")
# Spreadsheet programs run a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_YES, _NO = {"yes", "true", "1", "x", "y"}, {"no", "false", "0", "n"}


def harmless(cell: str) -> str:
    """Return the cell with one apostrophe more if a spreadsheet program would run it, or if it stands behind one.

    `plain_text` removes it.
    """
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def plain_text(cell: Any) -> str:
    """Return a cell of any type as text."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        cell = repr(cell).removesuffix(".0")
    value = str(cell).strip()
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(FORMULA_STARTS) else value


def cells_of(item: Item, currency: str, day: date) -> dict[str, str]:
    """Return the row of a dish, {column: text}, with the tax of a day. Needs the prefetches of `items_with_all`."""
    tax = compiled(item.tax.components.all()).dish_tax(day) if item.tax else None
    take_away = tax.take_away if tax else None
    stated = levels_of_row(item)
    return {
        "category": item.category.name,
        "name": item.name,
        "description": item.description,
        "price": text(item.price, currency),
        "tax": write_components(tax.components) if tax else "",
        "tax_take_away": "" if take_away is None else write_components(take_away),
        "prep_minutes": str(item.prep_minutes),
        "allergens": ", ".join(of_level(stated, Level.CONTAINS)),
        "may_contain": ", ".join(of_level(stated, Level.MAY_CONTAIN)),
        "free_of": ", ".join(of_level(stated, Level.FREE_OF)),
        "diets": ", ".join(item.diets),
        "popular": "yes" if item.popular else "no",
        "available": "no" if item.off_since else "yes",
        "portions_left": "" if item.portions_left is None else str(item.portions_left),
        "options": write_options(groups_of(item), currency),
    }


def read_row(cells: Mapping[str, str], row: int | None = None) -> ImportedItem:
    """Return the dish that a row describes; an absent or empty cell states nothing.

    Raises ValidationError with the problems by column.
    """
    problems: dict[str, list[str]] = {}
    read: dict[str, Any] = {}
    for column, reader in _READERS.items():
        if not cells.get(column) and column not in REQUIRED:
            continue
        try:
            read[column] = reader(cells.get(column, ""))
        except ValueError as error:
            problems[column] = [str(error)]
    try:
        tax = read_dish_tax(cells.get("tax", ""), cells.get("tax_take_away", ""))
    except ValueError as error:
        problems["tax"] = [str(error)]
    problems |= {column: ["This column is required."] for column in REQUIRED if not cells.get(column, "")}
    if problems:
        raise ValidationError(problems)  # type: ignore[arg-type]
    groups = read.pop("options", None)
    both, contains = "tax_take_away" in cells, read.pop("allergens", None)
    return ImportedItem(groups=groups, contains=contains, row=row, tax=tax, take_away_given=both, **read)


def _money(cell: str) -> Decimal:
    try:
        return Decimal(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
    except InvalidOperation:
        raise ValueError(f"“{cell}” is not a price.") from None


def _count(most: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        count = whole_number(cell, most=most)
        if count is None:
            raise ValueError(f"“{cell}” is not a whole number up to {most}.")
        return count

    return read


def _flag(cell: str) -> bool:
    word = cell.casefold()
    if word not in _YES | _NO:
        raise ValueError(f"“{cell}” is neither yes nor no.")
    return word in _YES


def _list(cell: str) -> tuple[str, ...]:
    """Return the words of a list. The word `none` is the empty list."""
    if cell.strip().casefold() == NONE:
        return ()
    return tuple(word.strip() for word in cell.replace(";", ",").split(",") if word.strip())


def _words(known: tuple[tuple[str, str], ...], what: str) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words by code or label, which refuses unknown words."""
    codes = {name.casefold(): code for code, label in known for name in (code, label)}

    def read(cell: str) -> tuple[str, ...]:
        words = _list(cell)
        unknown = [word for word in words if word.casefold() not in codes]
        if unknown:
            raise ValueError(f"“{unknown[0]}” is not {what}. Use {', '.join(code for code, _label in known)}.")
        return tuple(dict.fromkeys(codes[word.casefold()] for word in words))

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "name": str,
    "description": str,
    "price": _money,
    "prep_minutes": _count(most=1440),
    "allergens": _list,
    "may_contain": _list,
    "free_of": _list,
    "diets": _words(DIETS, "a diet of the list"),
    "popular": _flag,
    "available": _flag,
    "portions_left": _count(most=100_000),
    "options": read_options,
}

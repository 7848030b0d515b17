"""Conversion of spreadsheet rows to the import service's values, with errors by column."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.money import digits, text
from bistro.core.kernel.numbers import whole_number
from menu.allergens import DIETS, Level, of_level
from menu.files.headers import REQUIRED
from menu.files.numbers import NotANumber, Reader
from menu.files.translations import texts_in_cells, translation_cells, with_translations
from menu.import_plan.known import groups_of, levels_of_row
from menu.imported import ImportedGroup, ImportedItem
from menu.models import Item
from menu.options_text import NONE, read_options, write_options
from menu.tax_catalogue import compiled
from menu.taxes import DishTax, read_dish_tax, write_components

LONGEST_TEXT = 100_000  # of a cell; reading takes time
_NUMBERED_COURSE = re.compile(r"(?P<before>\d{1,5})\. ?\w*|\w+ (?P<after>\d{1,5})")
_COURSES = {
    1: ("starter", "starters", "appetizer", "appetizers", "first course", "vorspeise", "vorspeisen", "entrée",
        "entrada", "antipasto", "antipasti", "primer plato"),
    2: ("main", "mains", "main course", "main courses", "hauptgang", "hauptspeise", "hauptspeisen", "hauptgericht",
        "hauptgerichte", "plat", "plat principal", "secondo", "segundo plato"),
    3: ("dessert", "desserts", "nachspeise", "nachspeisen", "nachtisch", "postre", "dolce", "dolci"),
}  # fmt: skip
_YES, _NO = {"yes", "true", "1", "x", "y"}, {"no", "false", "0", "n"}


def cells_of(item: Item, currency: str) -> dict[str, str]:
    """Return the row of a dish, {column: text}. Needs the prefetches of `items_with_all`."""
    tax = _tax_today(item)
    take_away = tax.take_away if tax else None
    stated, groups = levels_of_row(item), groups_of(item)
    return {
        "category": item.category.name,
        "course": str(item.category.course),
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
        "options": write_options(groups, currency),
        **translation_cells(item, groups),
    }


def _tax_today(item: Item) -> DishTax | None:
    """Return the tax of a dish on the present business day, or None for the restaurant's default."""
    if item.tax is None:
        return None
    return compiled(item.tax.components.all()).dish_tax(item.restaurant.business_date(timezone.now()))


def items_with_all(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Prefetch everything that `cells_of` reads, in a constant number of queries for any number of dishes."""
    related = ("tax__components", "item_groups__group__modifiers__statements__allergen", "statements__allergen")
    return rows.select_related("restaurant", "category", "tax").prefetch_related(*related)


def read_row(cells: Mapping[str, str], row: int, currency: str) -> ImportedItem:
    """Return the dish that a row describes; an absent or empty cell states nothing.

    Raises ValidationError with the problems by column. What only the menu can tell, the plan of the import checks.
    """
    problems: dict[str, list[str]] = {}
    read: dict[str, Any] = {}
    readers = _READERS | {"options": partial(_options, decimals=digits(currency))}
    for column, reader in readers.items():
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
    groups, unfit = with_translations(read.pop("options", None), cells)
    problems |= unfit
    problems |= {
        column: [gettext("The %(column)s is missing.") % {"column": column}]
        for column in REQUIRED
        if not cells.get(column, "")
    }
    if problems:
        raise ValidationError(problems)  # type: ignore[arg-type]
    read.pop("course", None)  # of the category
    both, contains, stations = "tax_take_away" in cells, read.pop("allergens", None), read.pop("station", None)
    return ImportedItem(
        groups=groups,
        contains=contains,
        stations=stations,
        row=row,
        tax=tax,
        take_away_given=both,
        translations=texts_in_cells(cells)[1],
        **read,
    )


def _money(cell: str) -> Decimal:
    """Return the number of a cell in our notation: decimal points, no thousands separators."""
    try:
        return Reader(".", told=True).number(cell)
    except NotANumber:
        raise ValueError(gettext("“%(cell)s” is not a price.") % {"cell": cell}) from None


def _count(most: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        count = whole_number(cell, most=most)
        if count is None:
            raise ValueError(gettext("“%(cell)s” is not a whole number up to %(most)s.") % {"cell": cell, "most": most})
        return count

    return read


def course_of(cell: str) -> int:
    """Return the number of a course: `2`, `2. Gang`, `Course 2`, `Main course`, `Hauptspeise`. Raises ValueError."""
    word = cell.strip().casefold()
    numbered = _NUMBERED_COURSE.fullmatch(word)
    if numbered:
        return _count(most=32_767)(numbered["before"] or numbered["after"])
    known = next((number for number, words in _COURSES.items() if word in words), None)
    return _count(most=32_767)(cell) if known is None else known


def _flag(cell: str) -> bool:
    word = cell.casefold()
    if word not in _YES | _NO:
        raise ValueError(gettext("“%(cell)s” is neither yes nor no.") % {"cell": cell})
    return word in _YES


def _list(cell: str) -> tuple[str, ...]:
    """Return the words of a list. The word `none` is the empty list."""
    if cell.strip().casefold() == NONE:
        return ()
    return tuple(word.strip() for word in cell.replace(";", ",").split(",") if word.strip())


def _options(cell: str, decimals: int) -> tuple[ImportedGroup, ...]:
    if len(cell) > LONGEST_TEXT:
        raise ValueError(
            gettext("This cell has more than %(longest_text)s characters.") % {"longest_text": LONGEST_TEXT}
        )
    return read_options(cell, decimals=decimals)


def _words(known: Sequence[tuple[str, Any]]) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words by code or label, which refuses unknown words."""
    codes = {name.casefold(): code for code, label in known for name in (code, str(label))}

    def read(cell: str) -> tuple[str, ...]:
        words = _list(cell)
        unknown = [word for word in words if word.casefold() not in codes]
        if unknown:
            raise ValueError(
                gettext("“%(unknown)s” is not a diet of the list. Use %(names)s.")
                % {"unknown": unknown[0], "names": ", ".join(code for code, _label in known)}
            )
        return tuple(dict.fromkeys(codes[word.casefold()] for word in words))

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "name": str,
    "description": str,
    "course": course_of,
    "price": _money,
    "station": _list,
    "prep_minutes": _count(most=1440),
    "allergens": _list,
    "may_contain": _list,
    "free_of": _list,
    "diets": _words(DIETS),
    "popular": _flag,
    "available": _flag,
    "portions_left": _count(most=100_000),
}

"""Everything that is checked before an import is written: the preview, the command and the import itself ask here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from babel.core import UnknownLocaleError
from babel.numbers import get_currency_symbol
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel import money
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import digits
from bistro.core.kernel.names import name_key
from bistro.core.models import Restaurant
from menu.files.cells import course_of, read_row
from menu.files.mapping import ColumnMap, map_columns
from menu.files.meanings import FileSettings, FileWords
from menu.files.opening import open_sheet
from menu.files.rows import Currency, Problem, TextRow, read_rows
from menu.files.sheet import Sheet
from menu.files.translations import texts_in_cells
from menu.import_plan import ImportPlan, PlannedDish, State, plan_import
from menu.import_words import words_of
from menu.imported import ImportedCategory, ImportedItem
from menu.options_text import group_text
from menu.translations import TranslatedText

_REPORT_EVERY = 250
ONLY_FOR_NEW = ("available", "portions_left")


@dataclass(frozen=True, slots=True)
class ReadDish:
    """A dish of the file: its row, and its texts."""

    row: int
    cells: Mapping[str, str]
    item: ImportedItem

    @property
    def category(self) -> str:
        return self.cells["category"]

    @property
    def course(self) -> int | None:
        """Return the course of the category, or None if the row does not state it."""
        return course_of(self.cells["course"]) if self.cells.get("course") else None

    @property
    def category_names(self) -> dict[str, str]:
        """Return {column: name} of the category in other languages, as the row states them."""
        return {column: text for column, text in self.cells.items() if column.startswith("category:") and text}

    def facts(self, currency: str, locale: str) -> list[tuple[str, str]]:
        """Return (column, text) of what the row states beside the name, with amounts as people of the locale write."""
        written = {"price": money.display(self.item.price, currency, locale)}
        if self.item.groups:
            surcharge = partial(money.surcharge, currency=currency, locale=locale)
            written["options"] = "\n".join(group_text(group, surcharge) for group in self.item.groups)
        return [
            (words_of(name), written.get(name, text)) for name, text in self.cells.items() if text and name != "name"
        ]


@dataclass(frozen=True, slots=True)
class ShownDish:
    """A dish of the preview. `facts` are the (column, text) that a new dish gets."""

    dish: PlannedDish
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was read: the dishes in it, what is wrong, what is ignored, and what an import would change."""

    sheet: Sheet
    columns: ColumnMap
    categories: tuple[ImportedCategory, ...]
    dishes: tuple[ReadDish, ...]
    problems: tuple[Problem, ...]
    ignored_columns: tuple[str, ...]
    ignored_rows: int
    lacking: bool
    asks_separator: bool
    plan: ImportPlan
    words: FileWords
    new_stations: tuple[str, ...]
    currency: str
    locale: str

    @property
    def mapped(self) -> list[tuple[str, str]]:
        """Return (header, field) of each column that is read."""
        pairs = {**self.columns.fields, **self.columns.taxes}
        return [(self.columns.label(column), words_of(field)) for column, field in sorted(pairs.items())]

    @property
    def kept(self) -> list[str]:
        """Return the columns that count only for new dishes, if the file has them for known ones."""
        if self.plan.count(State.NEW) == len(self.plan.dishes):
            return []
        return [words_of(name) for name in ONLY_FOR_NEW if name in self.columns.given]

    @property
    def created_stations(self) -> list[str]:
        """Return the names of the stations that the import creates."""
        named = (station for _item, stations in self.plan.rows.routes for station in stations)
        return list(dict.fromkeys(station for station in named if isinstance(station, str)))

    @property
    def shown(self) -> list[ShownDish]:
        """Return the dishes that an import would write, in the order of the file."""
        read = {dish.row: dish for dish in self.dishes}
        return [
            ShownDish(dish, read[dish.row or 0].facts(self.currency, self.locale))
            for dish in sorted(self.plan.dishes, key=lambda each: each.row or 0)
            if dish.state != State.UNCHANGED
        ]

    def answer(self, written: ImportPlan | None = None) -> dict[str, Any]:
        """Return the counts and errors as the command prints them, of the plan that was written."""
        plan = written or self.plan
        counts = {state: 0 if self.problems else plan.count(state) for state in ("new", "changed", "unchanged")}
        errors = [{"row": each.row, "column": each.column, "message": each.message} for each in self.problems]
        return {**counts, "ignored_columns": list(self.ignored_columns), "errors": errors}


def refusal(message: str) -> dict[str, Any]:
    """Return the answer about a file that cannot be read at all."""
    errors = [{"row": 1, "column": "", "message": message}]
    return {"new": 0, "changed": 0, "unchanged": 0, "ignored_columns": [], "errors": errors}


def check_file(
    data: bytes, *, actor: Actor, settings: FileSettings, progress: Callable[[int, int], None] | None = None
) -> CheckedFile:
    """Return the file with everything that can be said about it before it is written. Reads, never writes.

    Raises FileRefused when no row can be read.
    """
    sheet = open_sheet(data, encoding=settings.encoding)
    columns = map_columns(sheet, settings.columns)
    restaurant = restaurant_of(actor)
    told: dict[str, Any] = {"decimal": settings.decimal, "category": settings.category, "meanings": settings.meanings}
    found = read_rows(sheet, columns, currency_of(restaurant), **told)
    lacking = [_lacking(columns, name) for name in columns.lacking if name != "category" or not settings.category]
    dishes, problems = _Dishes(columns, restaurant.currency).read(() if lacking else found.rows, progress)
    known = {(each.row, each.column) for each in found.problems}  # an unreadable cell is not also an empty one
    others = [each for each in problems if (each.row, each.column) not in known]
    problems = sorted([*lacking, *found.problems, *others])
    categories = _by_category(dishes)
    words = FileWords.of(sheet, columns)
    new_stations = tuple(filter(settings.meanings.creates, words.stations))
    plan = plan_import(categories=categories, actor=actor, new_stations=new_stations)
    more = [Problem(each.row or 0, columns.column_of(each.field), each.message) for each in plan.problems]
    return CheckedFile(
        sheet=sheet,
        columns=columns,
        categories=categories,
        dishes=tuple(dishes),
        problems=tuple(sorted([*problems, *more])),
        ignored_columns=tuple(columns.ignored(sheet)),
        ignored_rows=found.not_dishes,
        lacking=bool(lacking),
        asks_separator=found.asks_separator,
        plan=plan,
        words=words,
        new_stations=new_stations,
        currency=restaurant.currency,
        locale=restaurant.locale,
    )


def currency_of(restaurant: Restaurant) -> Currency:
    """Return the currency of a restaurant with the signs that its people write."""
    signs = {get_currency_symbol(restaurant.currency, locale="en")}
    with suppress(UnknownLocaleError, ValueError):  # a locale that the machine does not know writes the code
        signs.add(get_currency_symbol(restaurant.currency, locale=restaurant.locale))
    marks = sorted({restaurant.currency, *signs}, key=len, reverse=True)
    return Currency(tuple(marks), digits(restaurant.currency))


def _lacking(columns: ColumnMap, name: str) -> Problem:
    known = ", ".join(header for header in columns.headers if header)
    return Problem(
        columns.header_row,
        name,
        gettext("The file has no column for the %(name)s. Its columns are %(known)s.")
        % {"name": words_of(name), "known": known},
    )


class _Dishes:
    """The reader of dishes from rows in our notation."""

    def __init__(self, columns: ColumnMap, currency: str) -> None:
        self.columns, self.currency = columns, currency
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}
        self.courses: dict[str, ReadDish] = {}  # the first dish of each category with a course
        self.names: dict[tuple[str, str], ReadDish] = {}  # the first dish of each category with its name in a language

    def read(
        self, rows: Sequence[TextRow], progress: Callable[[int, int], None] | None
    ) -> tuple[list[ReadDish], list[Problem]]:
        """Return the dishes that can be read, and the problems of the others."""
        dishes = []
        for done, row in enumerate(rows):
            if progress and done % _REPORT_EVERY == 0:
                progress(done, len(rows))
            dish = self._dish(row)
            if dish is not None:
                dishes.append(dish)
        return dishes, self.problems

    def _dish(self, row: TextRow) -> ReadDish | None:
        key = name_key(row.cells.get("name", ""))
        try:
            item = read_row(row.cells, row.number, self.currency)
        except ValidationError as error:
            self._refuse(row, error.message_dict)
            return None
        if key in self.seen:
            self._refuse(
                row,
                {
                    "name": [
                        gettext("“%(name)s” is also in row %(seen)s.") % {"name": item.name, "seen": self.seen[key]}
                    ]
                },
            )
            return None
        self.seen[key] = row.number
        dish = ReadDish(row.number, row.cells, item)
        if dish.course is not None:
            self._compare_course(dish, row)
        self._compare_names(dish, row)
        return dish

    def _compare_course(self, dish: ReadDish, row: TextRow) -> None:
        """Record a problem if an earlier row gives the category another course."""
        first = self.courses.setdefault(name_key(dish.category), dish)
        if first.course != dish.course:
            self._refuse(
                row,
                {
                    "course": [
                        gettext("“%(category)s” has the course %(course)s in row %(row)s.")
                        % {"category": dish.category, "course": first.course, "row": first.row}
                    ]
                },
            )

    def _compare_names(self, dish: ReadDish, row: TextRow) -> None:
        """Record a problem if an earlier row gives the category another name in a language."""
        for column, text in dish.category_names.items():
            first = self.names.setdefault((name_key(dish.category), column), dish)
            if first.category_names[column] != text:
                where = {"category": dish.category, "name": first.category_names[column], "row": first.row}
                message = gettext("“%(category)s” has the name “%(name)s” in row %(row)s.") % where
                self._refuse(row, {column: [message]})

    def _refuse(self, row: TextRow, messages: Mapping[str, list[str]]) -> None:
        self.problems += [
            Problem(row.number, self.columns.column_of(column), " ".join(texts)) for column, texts in messages.items()
        ]


def _by_category(dishes: Sequence[ReadDish]) -> tuple[ImportedCategory, ...]:
    """Return the dishes by category, each category in the order of its first dish."""
    names: dict[str, str] = {}
    items: dict[str, list[ImportedItem]] = {}
    courses: dict[str, int] = {}
    translations: dict[str, set[TranslatedText]] = {}
    for dish in dishes:
        key = name_key(dish.category)
        names.setdefault(key, dish.category)
        items.setdefault(key, []).append(dish.item)
        translations.setdefault(key, set()).update(texts_in_cells(dish.cells)[0])
        if dish.course is not None:
            courses[key] = dish.course
    return tuple(
        ImportedCategory(name, tuple(items[key]), courses.get(key), tuple(sorted(translations[key])))
        for key, name in names.items()
    )

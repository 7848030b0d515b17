"""The meanings of another system's words for taxes and stations, as a person has told them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext

from bistro.core.kernel.names import name_key
from menu.files.headers import STATION
from menu.files.mapping import ColumnMap, parse_map
from menu.files.sheet import FileRefused, Sheet
from menu.taxes import read_dish_tax

TAX_FIELDS = ("tax", "tax_take_away")
DEFAULT_TAX = "default"  # the restaurant's own tax
CREATE = "+"  # a station that the import creates, with the file's word as its name
IGNORE = "-"  # no station: the dish keeps its way to the kitchen
LONGEST_STATION = 60
MOST_WORDS = 40  # of a kind, that a page asks about


@dataclass(frozen=True, slots=True)
class Meanings:
    """The meaning of each word by its key.

    A tax means `19`, `19 / 7` with another rate for take-away, or DEFAULT_TAX. A station means the name of a known one,
    CREATE or IGNORE.
    """

    taxes: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, taxes: Mapping[str, str], stations: Mapping[str, str]) -> Self:
        """Return meanings that are checked. Raises FileRefused for a rate that cannot be read."""
        for meaning in taxes.values():
            try:
                read_dish_tax(*rates_of(meaning))
            except ValueError as error:
                raise FileRefused(str(error)) from None
        return cls(_by_key(taxes), _by_key(stations))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept.get("taxes", {}), kept.get("stations", {}))

    def as_json(self) -> dict[str, Any]:
        return {"taxes": dict(self.taxes), "stations": dict(self.stations)}

    def tax(self, word: str) -> tuple[str, ...] | None:
        """Return the cells `tax` and, if stated, `tax_take_away` of a word; None if nobody has told its meaning."""
        meaning = self.taxes.get(name_key(word))
        return None if meaning is None else rates_of(meaning)

    def station(self, word: str) -> str:
        """Return the station that a word means, else the word itself."""
        meaning = self.stations.get(name_key(word), "")
        return word if meaning in ("", CREATE, IGNORE) else meaning

    @property
    def without_ignored(self) -> Self:
        """Return the meanings that change something."""
        return type(self)(self.taxes, {word: told for word, told in self.stations.items() if told != IGNORE})

    def creates(self, word: str) -> bool:
        """Return whether the import shall create a station with this name."""
        return self.stations.get(name_key(word)) == CREATE


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The answers of a person about a file. Empty ones are left to the file itself."""

    columns: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    category: str = ""
    encoding: str = ""
    meanings: Meanings = field(default_factory=Meanings)


def rates_of(meaning: str) -> tuple[str, ...]:
    """Return the cells of a meaning: `19 / 7` is 19 for guests who eat in, 7 for take-away."""
    if meaning == DEFAULT_TAX:
        return ("",)
    here, slash, away = meaning.partition("/")
    return (here.strip(), away.strip()) if slash else (here.strip(),)


def is_readable_tax(word: str) -> bool:
    """Return whether a word is a tax without anybody's help."""
    try:
        read_dish_tax(word.replace(",", "."))
    except ValueError:
        return False
    return True


def split_stations(cell: str) -> list[str]:
    """Return the names in a cell of stations."""
    return [word.strip() for word in cell.replace(";", ",").split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class FileWords:
    """The different words of a file for taxes and for stations, in the order of the file."""

    taxes: Sequence[str] = ()
    stations: Sequence[str] = ()

    @classmethod
    def of(cls, sheet: Sheet, columns: ColumnMap) -> Self:
        taxes = _different(text for name in TAX_FIELDS for text in _texts(sheet, columns, name))
        cells = _texts(sheet, columns, STATION)
        return cls(taxes, _different(word for cell in cells for word in split_stations(cell)))


def parse_meanings(taxes: str, stations: str) -> Meanings:
    """Return the meanings of `A=19,B=19 / 7` and `Herd=Grill,Bar=+`. Raises FileRefused."""
    given = parse_map(taxes), parse_map(stations)
    empty = next((word for told in given for word, meaning in told.items() if not meaning), None)
    if empty is not None:
        raise FileRefused(gettext("“%(word)s” has no meaning. Write it behind the “=”.") % {"word": empty})
    return Meanings.of(*given)


def _texts(sheet: Sheet, columns: ColumnMap, name: str) -> Iterator[str]:
    for column, given in columns.fields.items():
        if given == name:
            yield from (row.cell(column).text for row in sheet.rows if row.number > columns.header_row)


def _different(words: Iterator[str]) -> list[str]:
    found: dict[str, str] = {}
    for word in words:
        if word:
            found.setdefault(name_key(word), word)
    return list(found.values())


def _by_key(told: Mapping[str, str]) -> dict[str, str]:
    return {name_key(word): meaning for word, meaning in told.items()}

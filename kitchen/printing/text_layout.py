"""Order and places of the letters of one text: clusters, directions, fonts and lines.

Pillow joins and orders the letters of one font in one direction (raqm). Directions come from python-bidi, fonts from
`fonts.py`; a run is what has one of each.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bidi import algorithm

from kitchen.printing.fonts import Font, can_shape

_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)  # two of these letters are one flag
_WIDE = ("W", "F")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter with its marks, or a whole emoji, and the font that draws it."""

    text: str
    font: Font


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one font and one direction, in reading order."""

    text: str
    font: Font
    to_left: bool

    def width(self, size: int) -> float:
        if self.font.coloured:
            return float(size * len(clusters(self.text)))
        return self.font.at(size).getlength(self.text, **self.options)

    @property
    def options(self) -> dict[str, Any]:
        """Return Pillow's arguments. Without raqm there is one direction, and `Fonts` offers no other."""
        return {"direction": "rtl" if self.to_left else "ltr"} if can_shape() else {}


def clusters(text: str) -> list[str]:
    """Split a text where a reader sees one letter end and the next begin."""
    found: list[str] = []
    for letter in text:
        if found and _belongs_to(letter, found[-1]):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _belongs_to(letter: str, before: str) -> bool:
    if unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf") or "\U0001f3fb" <= letter <= "\U0001f3ff":
        return True
    if before[-1] == _JOINER and unicodedata.category(letter) == "So":
        return True
    return ord(letter) in _FLAGS and len(before) == 1 and ord(before) in _FLAGS


def reads_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left."""
    return bool(algorithm.get_base_level(text))


def runs(glyphs: Sequence[Glyph], *, to_left: bool) -> list[Run]:
    """Return a line's runs from left to right; `to_left` is the direction of the whole text."""
    if not glyphs:
        return []
    levels = _levels(glyphs, to_left)
    order = sorted(range(len(glyphs)), key=lambda place: levels[place][1])
    found: list[list[int]] = []
    for place in order:
        if found and _continues(found[-1][-1], place, glyphs, levels):
            found[-1].append(place)
        else:
            found.append([place])
    return [
        Run(
            "".join(glyphs[place].text for place in sorted(places)),
            glyphs[places[0]].font,
            levels[places[0]][0] % 2 == 1,
        )
        for places in found
    ]


def _continues(before: int, place: int, glyphs: Sequence[Glyph], levels: Sequence[tuple[int, int]]) -> bool:
    step = -1 if levels[place][0] % 2 else 1
    same = glyphs[before].font is glyphs[place].font and levels[before][0] == levels[place][0]
    return same and place == before + step


def _levels(glyphs: Sequence[Glyph], to_left: bool) -> list[tuple[int, int]]:
    """Return each cluster's level of direction and its place from the left (Unicode Annex 9)."""
    bases = "".join(glyph.text[0] for glyph in glyphs)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = (1, "R") if to_left else (0, "L")
    algorithm.get_embedding_levels(bases, storage)
    letters = list(storage["chars"])
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    places = {id(letter): place for place, letter in enumerate(storage["chars"])}
    return [(letter["level"], places[id(letter)]) for letter in letters]


def lines(glyphs: Sequence[Glyph], first: float, other: float, size: int) -> Iterator[list[Glyph]]:
    """Break a text into lines: at a space, between Chinese letters, or inside a word that is longer than a line."""
    line: list[Glyph] = []
    room = first
    for piece in _pieces(glyphs):
        if line and width(line + piece, size) > room:
            yield _trimmed(line)
            line, room = [], other
        line = line + piece if line else piece
        while len(line) > 1 and width(_trimmed(line), size) > room:
            fitting = _fitting(line, room, size)
            yield line[:fitting]
            line, room = line[fitting:], other
    if line:
        yield _trimmed(line)


def width(glyphs: Sequence[Glyph], size: int) -> float:
    return sum(run.width(size) for run in runs(glyphs, to_left=False))


def _fitting(line: Sequence[Glyph], room: float, size: int) -> int:
    """Return how many clusters of a word fit on a line, at least one."""
    return max((count for count in range(1, len(line)) if width(line[:count], size) <= room), default=1)


def _trimmed(line: list[Glyph]) -> list[Glyph]:
    while len(line) > 1 and line[-1].text == " ":
        line = line[:-1]
    return line


def _pieces(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Split a text after each place where a line may end."""
    start = 0
    for end, (one, following) in enumerate(pairwise(glyphs), 1):
        ends_word = one.text == " " and following.text != " "
        if ends_word or (_is_wide(one) and _is_wide(following)):
            yield list(glyphs[start:end])
            start = end
    if glyphs:
        yield list(glyphs[start:])


def _is_wide(glyph: Glyph) -> bool:
    return unicodedata.east_asian_width(glyph.text[0]) in _WIDE and unicodedata.category(glyph.text[0])[0] in "LS"

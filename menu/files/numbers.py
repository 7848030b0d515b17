"""Numbers as people type them. A file decides what its points and commas mean, never a locale and never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

MARKS = (".", ",")
_GROUPERS = " \u00a0\u202f'\u2019"


def _pattern(mark: str) -> re.Pattern[str]:
    """Return the numbers whose decimal separator is `mark`; the other one, spaces and apostrophes group thousands."""
    other = "," if mark == "." else "."
    whole = (
        rf"(?:[1-9][0-9]{{0,2}}(?P<group>[{re.escape(other + _GROUPERS)}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]+)"
    )
    rest = rf"(?:{re.escape(mark)}(?P<part>[0-9]+))?|{re.escape(mark)}(?P<only>[0-9]+)"
    return re.compile(rf"(?P<sign>[+\-\u2212]?)(?:(?P<whole>{whole}){rest})")


_PATTERNS = {mark: _pattern(mark) for mark in MARKS}
_LONGEST = 24


class NotANumber(ValueError):
    """A text that is no number, as a sentence for people."""


class AmbiguousNumber(ValueError):
    """A text that is one number with a decimal point and another one with a decimal comma."""

    def __init__(self, text: str, readings: dict[str, Decimal]) -> None:
        one, other = format(readings["."], "f"), format(readings[","], "f")
        super().__init__(
            gettext("“%(text)s” can mean %(one)s or %(other)s.") % {"text": text, "one": one, "other": other}
        )
        self.text = text


def readings(text: str) -> dict[str, Decimal]:
    """Return {decimal separator: value} for each separator with which the text is a number."""
    found: dict[str, Decimal] = {}
    for mark, pattern in _PATTERNS.items():
        match = pattern.fullmatch(text) if len(text) <= _LONGEST else None
        if match:
            digits = re.sub(r"[^0-9]", "", match["whole"] or "0")
            sign = "-" if match["sign"] in ("-", "\u2212") else ""
            found[mark] = Decimal(f"{sign}{digits}.{match['part'] or match['only'] or '0'}").normalize()
    return {mark: value if value else Decimal(0) for mark, value in found.items()}


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of the numbers of one file.

    `mark` is the decimal separator that the file's own numbers prove or that a person has told; None means neither.
    With `told`, a number that needs the other separator is refused.
    """

    mark: str | None = None
    told: bool = False

    def number(self, text: str, *, whole: bool = False, most: int | None = None) -> Decimal:
        """Return the number. `whole` says that it has no decimals, `most` is its largest sensible value.

        Either can settle a text that is ambiguous alone. Raises NotANumber, AmbiguousNumber.
        """
        found = readings(text)
        if self.told and self.mark is not None and found and self.mark not in found:
            word = "point" if self.mark == "." else "comma"
            raise NotANumber(
                gettext("“%(text)s” is not a number with a decimal %(word)s.") % {"text": text, "word": word}
            )
        if not found:
            raise NotANumber(gettext("“%(text)s” is not a number.") % {"text": text})
        values = set(found.values())
        if len(values) == 1:
            return values.pop()
        if self.mark is not None:
            return found[self.mark]
        settled = _settled(found, whole=whole, most=most)
        if settled is None:
            raise AmbiguousNumber(text, found)
        return found[settled]


def _settled(found: dict[str, Decimal], *, whole: bool, most: int | None) -> str | None:
    """Return the separator that the meaning of the number allows alone, or None."""
    allowed = [
        mark
        for mark, value in found.items()
        if not ((whole and value != value.to_integral_value()) or (most is not None and value > most))
    ]
    if whole and len(allowed) == 2:  # 1,000: nobody writes three decimals of an amount that has none
        allowed = [mark for mark in allowed if found[mark] == max(found.values())]
    return allowed[0] if len(allowed) == 1 else None


def proof(text: str, *, whole: bool = False, most: int | None = None) -> str | None:
    """Return the decimal separator that a number proves alone, or None.

    `12,50` and `1.234,5` prove the comma, `0.375` the point; `1,234` and `7` prove nothing.
    """
    found = readings(text)
    if len(found) == 1:
        return next(iter(found))
    if len(set(found.values())) == 2:
        return _settled(found, whole=whole, most=most)
    return None


def reader_for(proofs: Iterable[str | None]) -> Reader:
    """Return the reader of a file from what each of its numbers proves. Numbers that disagree prove nothing."""
    marks = {mark for mark in proofs if mark is not None}
    return Reader(marks.pop()) if len(marks) == 1 else Reader()

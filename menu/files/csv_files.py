"""Reading of text files: their encoding, their delimiter and their rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext

from menu.files.headers import field_of
from menu.files.sheet import (
    MOST_COLUMNS,
    MOST_WITH_TITLES,
    TOO_MANY,
    TOO_WIDE,
    Cell,
    FileRefused,
    Row,
    Sheet,
    capped,
)

DELIMITERS = (",", ";", "\t", "|")
# {what people call it: Python's codec}, for files whose encoding must be told.
ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "Windows-1252": "cp1252",
    "Windows-1250": "cp1250",
    "Windows-1251": "cp1251",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "Mac Roman": "mac-roman",
    "Shift JIS": "cp932",
    "GB18030": "gb18030",
    "Big5": "big5",
    "EUC-KR": "cp949",
}
# UTF-32 comes first, because its mark begins like the one of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_SAMPLE = 100  # rows that decide about the delimiter


def read_text(data: bytes, *, encoding: str = "") -> Sheet:
    """Return the rows of a text file. Raises FileRefused with a sentence."""
    text, name = _decoded(data, encoding)
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text[:100_000]):
        raise FileRefused(gettext("This is not a text file. Save it as CSV or as an Excel workbook (.xlsx)."))
    text, delimiter = _without_hint(text)
    delimiter = delimiter or _delimiter_of(text)
    return Sheet(capped(_rows(text, delimiter)), "CSV", name, delimiter)


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text, and the encoding as people call it."""
    if encoding:
        codec = ENCODINGS.get(encoding, encoding)
        try:
            return data.decode(codec).removeprefix("\ufeff"), encoding
        except (UnicodeDecodeError, LookupError):
            raise FileRefused(gettext("The file cannot be read as %(encoding)s.") % {"encoding": encoding}) from None
    for mark, codec, name in (*_MARKS, *_unmarked(data)):
        if data.startswith(mark):
            try:
                return data.decode(codec), name
            except UnicodeDecodeError:
                if mark:
                    raise FileRefused(
                        gettext("The file begins like %(name)s, but is damaged.") % {"name": name}
                    ) from None
    raise FileRefused(gettext("The file's encoding is unknown. Save it as “CSV UTF-8”."))


def _unmarked(data: bytes) -> list[tuple[bytes, str, str]]:
    """Return the encodings to try for a file without a mark, the strictest first.

    Every second byte of Western text in UTF-16 is zero, and no other encoding of text holds zeros.
    """
    head = data[:1000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5:
        return [(b"", "utf-16-le" if odd > even else "utf-16-be", "UTF-16")]
    return [(b"", "utf-8", "UTF-8"), (b"", "cp1252", "Windows-1252")]


def _without_hint(text: str) -> tuple[str, str]:
    """Return the text without Excel's first line `sep=;`, which no program shows, and its delimiter."""
    first, _end, rest = text.partition("\n")
    hint = first.strip("\r ").strip('"')
    if hint.casefold().startswith("sep=") and hint[4:] in DELIMITERS:
        return rest, hint[4:]
    return text, ""


def _delimiter_of(text: str) -> str:
    """Return the delimiter under which the columns are the most regular; known headers weigh most."""
    return max(DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))


def _regularity(text: str, delimiter: str) -> tuple[int, float, int]:
    try:
        rows = [row for row in islice(_records(text, delimiter), _SAMPLE) if any(row)]
    except csv.Error:
        return 0, 0.0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0.0, 0
    width, count = max(widths.items(), key=lambda found: (found[1], found[0]))
    known = max(len({field_of(cell) for cell in row} - {None}) for row in rows[:20] if len(row) > 1)
    return known, count / len(rows), width


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _rows(text: str, delimiter: str) -> list[Row]:
    """Return all rows. A quoted cell may hold line breaks; a spreadsheet counts it as one row."""
    rows: list[Row] = []
    number = 0
    try:
        for number, record in enumerate(_records(text, delimiter), start=1):
            if any(record):
                if any(cell.strip() for cell in record[MOST_COLUMNS:]):
                    raise FileRefused(TOO_WIDE)
                cells = record[:MOST_COLUMNS]
                rows.append(Row(number, tuple(Cell(cell.strip(" \u00a0\ufeff")) for cell in cells)))
            if len(rows) > MOST_WITH_TITLES:
                raise FileRefused(TOO_MANY)
    except csv.Error:
        raise FileRefused(
            gettext("Row %(row)s has a quotation mark that is not closed or stands alone.") % {"row": number + 1}
        ) from None
    return rows

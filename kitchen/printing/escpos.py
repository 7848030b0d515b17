"""A slip as the bytes that a ticket printer understands (ESC/POS).

Written here instead of with python-escpos: a slip needs nine commands that every printer knows. The library adds
images, barcodes, USB, a database of models and four more dependencies, has had no release since 2023, and leaves
timeouts, retries and status queries to its caller.
"""

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

INIT = b"\x1b@"
CODE_PAGE = b"\x1bt"
BOLD, PLAIN = b"\x1bE\x01", b"\x1bE\x00"
NORMAL, TALL, DOUBLE = b"\x1d!\x00", b"\x1d!\x01", b"\x1d!\x11"
INVERSE, UPRIGHT = b"\x1dB\x01", b"\x1dB\x00"
FEED_AND_CUT = b"\n\n\n\x1dVB\x00"
STATUS = b"\x10\x04\x01\x10\x04\x04"  # real-time status: online, paper
WHEN_DONE = b"\x1dr\x01"  # answered once all earlier data is printed

# Python codec → code page number of the printers.
PAGES = {"cp437": 0, "cp850": 2, "cp866": 17, "cp852": 18, "cp858": 19, "cp1252": 16}
HEADINGS = {"changed": "CHANGED", "void": "VOID", "reprint": "REPRINT", "test": "TEST"}
AGAIN = "SECOND COPY? The first may be cut off."


class Writer:
    """Builder of rows for paper with a fixed number of columns."""

    def __init__(self, columns: int, code_page: str) -> None:
        self.columns, self.code_page = columns, code_page
        self.parts = [INIT, CODE_PAGE + bytes([PAGES[code_page]])]

    def row(self, said: str, style: bytes = b"", *, wide: bool = False, indent: int = 0) -> None:
        """Add text in a style, wrapped, with the following lines indented."""
        width = self.columns // 2 if wide else self.columns
        lines = textwrap.wrap(printable(said), width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
        for line in lines:
            self.parts += [style, self._bytes(line), b"\n", NORMAL + PLAIN + UPRIGHT if style else b""]

    def rule(self) -> None:
        self.parts.append(b"-" * self.columns + b"\n")

    def done(self) -> bytes:
        return b"".join([*self.parts, FEED_AND_CUT])

    def _bytes(self, said: str) -> bytes:
        """Encode text for the printer's code page. A missing letter loses its accent, or becomes a question mark."""
        return b"".join(self._letter(letter) for letter in said)

    def _letter(self, letter: str) -> bytes:
        try:
            return letter.encode(self.code_page)
        except UnicodeEncodeError:
            return unicodedata.normalize("NFKD", letter).encode("ascii", "ignore") or b"?"


def printable(said: str) -> str:
    """Remove control characters, so that a guest's note cannot command the printer."""
    return "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in unicodedata.normalize("NFC", said)
    )


def as_escpos(slip: Mapping[str, Any], *, columns: int, code_page: str, again: bool = False) -> bytes:
    """Return the bytes of a slip, with its final cut. `again` marks a slip that an earlier attempt may have printed."""
    out = Writer(columns, code_page)
    out.row(f"{slip['station']}   {slip['time']}", BOLD)
    if heading := HEADINGS.get(slip["kind"]):
        out.row(f" {heading} ", INVERSE + DOUBLE, wide=True)
    if again:
        out.row(AGAIN, BOLD)
    if slip["table"]:
        out.row(slip["table"], DOUBLE + BOLD, wide=True)
    for fact in slip["pickup"]:
        out.row(fact, DOUBLE + BOLD, wide=True)
    for fact in facts(slip):
        out.row(fact, BOLD)
    if slip["note"]:
        out.row(f"NOTE {slip['note']}", TALL)
    out.rule()
    for line in slip["lines"]:
        _write_line(out, line)
    out.rule()
    return out.done()


def facts(slip: Mapping[str, Any]) -> Iterator[str]:
    """Add the order's number, who ordered, and the course."""
    if slip["number"]:
        yield f"#{slip['number']}   {slip['placed_by']}".strip()
    if slip["course"]:
        yield f"COURSE {slip['course']} FIRED" if slip["fired"] else f"course {slip['course']}"


def _write_line(out: Writer, line: Mapping[str, Any]) -> None:
    word = {"void": "VOID ", "new": "+ "}.get(line["mark"], "")
    style = INVERSE + TALL if line["mark"] == "void" else BOLD + DOUBLE
    out.row(f"{word}{line['quantity']} x {line['name']}", style, wide=line["mark"] != "void")
    for choice in line["modifiers"]:
        out.row(choice, TALL, indent=4)
    for allergen in line["allergies"]:
        out.row(f" ALLERGY {allergen.upper()} ", INVERSE + DOUBLE, wide=True)
        if allergen in line["conflicts"]:
            out.row("!! THE DISH CONTAINS IT !!", BOLD, indent=2)
    if line["note"]:
        out.row(f"> {line['note']}", TALL, indent=4)
    if line["seat"]:
        out.row(f"seat {line['seat']}", indent=4)

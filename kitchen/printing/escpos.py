"""A slip as the bytes that a ticket printer understands (ESC/POS).

Written here instead of with python-escpos: a slip needs a dozen commands that every printer knows. The library adds
barcodes, USB, a database of models and four more dependencies, has had no release since 2023, and leaves timeouts,
retries and status queries to its caller.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from kitchen.printing.fonts import package_for
from kitchen.printing.letters import NBSP, in_page, visible
from kitchen.printing.raster import LETTER, Artist, Style, command, drawn_code
from kitchen.printing.text_layout import clusters

# Reset; no double-byte letters, which swallow the digit behind an accent; American letters, so that # is not £.
INIT = b"\x1b@" + b"\x1c." + b"\x1bR\x00"
CODE_PAGE = b"\x1bt"
BOLD, PLAIN = b"\x1bE\x01", b"\x1bE\x00"
NORMAL, TALL, DOUBLE = b"\x1d!\x00", b"\x1d!\x01", b"\x1d!\x11"
INVERSE, UPRIGHT = b"\x1dB\x01", b"\x1dB\x00"
FEED_AND_CUT = b"\n\n\n\x1dVB\x00"
STATUS = b"\x10\x04\x01\x10\x04\x04"  # real-time status: online, paper
# Pulse of 50 ms for the drawer on a pin, with a pause of 500 ms behind it.
PULSES = {"pin2": b"\x1bp\x00\x19\xfa", "pin5": b"\x1bp\x01\x19\xfa"}
WHEN_DONE = b"\x1dr\x01"  # answered once all earlier data is printed

# Python codec → code page number of the printers.
PAGES = {"cp437": 0, "cp857": 13, "cp866": 17, "cp852": 18, "cp858": 19, "cp1252": 16}
HEADINGS = {
    "changed": gettext_lazy("CHANGED"),
    "void": gettext_lazy("VOID"),
    "reprint": gettext_lazy("REPRINT"),
    "test": gettext_lazy("TEST"),
}
AGAIN = gettext_lazy("SECOND COPY? The first may be cut off.")
UNREADABLE = gettext_lazy("LETTERS MISSING: ask a waiter")
MISSING = "?"
STYLES = {"": b"", "bold": BOLD, "tall": TALL + BOLD, "large": DOUBLE + BOLD}
SHOWN = 8  # letters in a message of trouble


@dataclass(frozen=True, slots=True)
class SlipBytes:
    """The bytes of a slip, and why it cannot be read in full; empty if it can."""

    data: bytes
    unreadable: str = ""


class Writer:
    """Builder of rows for paper with a fixed number of columns."""

    def __init__(self, columns: int, code_page: str, *, images: bool = True) -> None:
        self.columns, self.code_page, self.images = columns, code_page, images
        self.parts = [INIT, CODE_PAGE + bytes([PAGES[code_page]])]
        self.artist = Artist(columns)
        self.lost: list[str] = []

    def row(
        self,
        said: str,
        style: bytes = b"",
        *,
        lead: str = "",
        wide: bool = False,
        indent: int = 0,
        centred: bool = False,
    ) -> None:
        """Add text in a style, wrapped, with the following lines indented. `lead` stays on its left in any script."""
        said = visible(said)
        text = in_page(lead + said, self.code_page)
        if text is None:
            said = "".join(self._letters(cluster) for cluster in clusters(said))
            text = in_page(lead + said, self.code_page)
        if text is None:
            self.parts += self.artist.rows(lead, said, _drawn(style), indent)
        else:
            self._write(text, style, wide=wide, indent=indent, centred=centred)

    def pair(self, said: str, amount: str, style: bytes = b"", *, lead: str = "") -> None:
        """Add text with an amount at the right edge: behind its last line, or below what is drawn."""
        text, written = in_page(lead + visible(said), self.code_page), in_page(visible(amount), self.code_page)
        room = self.columns - len(written or "") - 1
        if text is None or written is None or room < self.columns // 3:
            self.row(said, style, lead=lead)
            self.row(amount if written is None else written.rjust(self.columns), style)
            return
        *before, last = textwrap.wrap(text, room, subsequent_indent="  ") or [""]
        for line in before:
            self._line(line, style)
        self._line(f"{last.ljust(room)} {written}" if written else last, style)

    def code(self, text: str) -> None:
        """Add a QR code, or its text on a printer without images."""
        if self.images:
            self.parts.append(command(drawn_code(text, self.artist.width)))
        else:
            self.row(text)

    def rule(self) -> None:
        self.parts.append(b"-" * self.columns + b"\n")

    def done(self) -> SlipBytes:
        return SlipBytes(b"".join([*self.parts, FEED_AND_CUT]), self._trouble())

    def _write(self, text: str, style: bytes, *, wide: bool, indent: int, centred: bool) -> None:
        width = self.columns // 2 if wide else self.columns
        lines = textwrap.wrap(text, width, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
        for line in lines:
            self._line(line.center(width).rstrip() if centred else line, style)

    def _line(self, line: str, style: bytes) -> None:
        letters = line.replace(NBSP, " ").encode(self.code_page)
        self.parts += [style, letters, b"\n", NORMAL + PLAIN + UPRIGHT if style else b""]

    def _letters(self, cluster: str) -> str:
        """Return a cluster, or a question mark when it can be neither written nor drawn."""
        if (self.images and self.artist.can_draw(cluster)) or in_page(cluster, self.code_page) is not None:
            return cluster
        self.lost.append(cluster)
        return MISSING

    def _trouble(self) -> str:
        """Return what is missing and what would help."""
        lost = list(dict.fromkeys(self.lost))
        if not lost:
            return ""
        shown = "".join(lost[:SHOWN]) + ("…" if len(lost) > SHOWN else "")
        if not self.images:
            return gettext("Cannot print %(letters)s: this printer is set to print no images.") % {"letters": shown}
        packages = " ".join(sorted({package_for(letters) for letters in lost}))
        return gettext("Cannot print %(letters)s: install %(packages)s on the server.") % {
            "letters": shown,
            "packages": packages,
        }


def _drawn(style: bytes) -> Style:
    size = 2 * LETTER if DOUBLE in style else LETTER * 3 // 2 if TALL in style else LETTER
    return Style(size, thick=BOLD in style, inverse=INVERSE in style)


def as_escpos(
    slip: Mapping[str, Any], *, columns: int, code_page: str, images: bool = True, again: bool = False
) -> SlipBytes:
    """Return the bytes of a slip, with its final cut. `again` marks a slip that an earlier attempt may have printed.

    The pulse for a drawer is no paper and has no cut.
    """
    if slip["kind"] == "drawer":
        return SlipBytes(PULSES[slip["drawer"]])
    write = _write_sheet if slip["kind"] == "sheet" else _write_slip
    out = Writer(columns, code_page, images=images)
    write(out, slip, again=again)
    written = out.done()
    if not written.unreadable:
        return written
    marked = Writer(columns, code_page, images=images)
    marked.row(f" {UNREADABLE} ", INVERSE + TALL)
    write(marked, slip, again=again)
    return marked.done()


def _write_sheet(out: Writer, slip: Mapping[str, Any], *, again: bool) -> None:
    """Write the rows that another app has made (`kitchen.printing.sheets`)."""
    if again:
        out.row(str(AGAIN), BOLD)
    for row in slip["rows"]:
        if row["kind"] == "rule":
            out.rule()
        elif row["kind"] == "code":
            out.code(row["said"])
        elif row["kind"] == "pair":
            out.pair(row["said"], row["amount"], STYLES[row["style"]], lead=row["lead"])
        else:
            large = row["style"] == "large"
            out.row(row["said"], STYLES[row["style"]], wide=large, centred=row["centred"])


def _write_slip(out: Writer, slip: Mapping[str, Any], *, again: bool) -> None:
    out.row(f"{slip['station']}   {slip['time']}", BOLD)
    if heading := HEADINGS.get(slip["kind"]):
        out.row(f" {heading} ", INVERSE + DOUBLE, wide=True)
    if again:
        out.row(str(AGAIN), BOLD)
    if slip["table"]:
        out.row(slip["table"], DOUBLE + BOLD, wide=True)
    for fact in slip["pickup"]:
        out.row(fact, DOUBLE + BOLD, wide=True)
    for fact in facts(slip):
        out.row(fact, BOLD)
    if slip["note"]:
        out.row(slip["note"], TALL, lead=f"{gettext('NOTE')} ")
    out.rule()
    for line in slip["lines"]:
        _write_line(out, line)
    out.rule()


def facts(slip: Mapping[str, Any]) -> Iterator[str]:
    """Add the order's number, who ordered, and the course."""
    if slip["number"]:
        yield f"#{slip['number']}   {slip['placed_by']}".strip()
    if slip["course"]:
        words = gettext("COURSE %(course)s FIRED") if slip["fired"] else gettext("course %(course)s")
        yield words % {"course": slip["course"]}


def _write_line(out: Writer, line: Mapping[str, Any]) -> None:
    word = {"void": f"{gettext('VOID')} ", "new": "+ "}.get(line["mark"], "")
    style = INVERSE + TALL if line["mark"] == "void" else BOLD + DOUBLE
    out.row(line["name"], style, lead=f"{word}{line['quantity']} x ", wide=line["mark"] != "void")
    for choice in line["modifiers"]:
        out.row(choice, TALL, indent=4)
    for allergy in line["allergies"]:
        out.row(f"{allergy['allergen'].upper()} ", INVERSE + DOUBLE, lead=f" {gettext('ALLERGY')} ", wide=True)
        if allergy["warning"]:
            out.row(f"!! {allergy['warning']} !!", BOLD, indent=2)
    if line["note"]:
        out.row(line["note"], TALL, lead="> ", indent=4)
    if line["seat"]:
        out.row(gettext("seat %(seat)s") % {"seat": line["seat"]}, indent=4)

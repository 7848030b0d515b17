"""Rows of a slip as images, for text that the printer's code page does not hold (ESC/POS `GS v 0`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import segno
from PIL import Image, ImageChops, ImageDraw

from kitchen.printing import text_layout
from kitchen.printing.fonts import Fonts
from kitchen.printing.letters import NBSP, in_page
from kitchen.printing.text_layout import Glyph, Run

RASTER = b"\x1dv0\x00"
COLUMN, WIDEST = 12, 576  # dots of a letter, and of the widest paper
LETTER = 24  # height of a letter in normal size
QUIET, LARGEST_DOT = 4, 8  # white modules around a QR code, and dots of one module
GAP = 1.5  # letters between a lead and text that runs towards it
BLACK = 255
# A printer obeys these bytes at once, even in the middle of an image: DLE followed by EOT, ENQ or DC4.
_AT_ONCE = tuple(bytes([0x10, second]) for second in (0x04, 0x05, 0x14))


@dataclass(frozen=True, slots=True)
class Style:
    """The look of a row: height of the letters in dots, thick, white on black."""

    size: int = LETTER
    thick: bool = False
    inverse: bool = False


@dataclass
class Artist:
    """Draws the rows of one slip."""

    columns: int
    fonts: Fonts = field(default_factory=Fonts)

    @property
    def width(self) -> int:
        return min(self.columns * COLUMN, WIDEST)

    def rows(self, lead: str, said: str, style: Style, indent: int) -> Iterator[bytes]:
        """Return printer commands for a text behind a lead, such as `2 x `, that stays on its left in any script.

        Text from right to left begins at the right edge, so that a number at its end does not touch the lead.
        """
        to_left = text_layout.reads_to_left(said)
        lead_runs = text_layout.runs(self._glyphs(lead), to_left=False)
        start, later = indent * COLUMN, (indent + 2) * COLUMN
        taken = sum(run.width(style.size) for run in lead_runs) + (GAP * style.size if lead and to_left else 0)
        rooms = self.width - start - taken, self.width - later
        for number, line in enumerate(text_layout.lines(self._glyphs(said), *rooms, style.size)):
            row = Row(style, self.width)
            row.add(lead_runs if number == 0 else [], later if number else start)
            edge = self.width - text_layout.width(line, style.size) if to_left else None
            row.add(text_layout.runs(line, to_left=to_left), edge)
            yield command(row.image())

    def can_draw(self, cluster: str) -> bool:
        return self.fonts.one_for("0") is not None and self.fonts.one_for(cluster) is not None

    def _glyphs(self, text: str) -> list[Glyph]:
        found: list[Glyph] = []
        for cluster in text_layout.clusters(text.replace(NBSP, " ")):
            before = found[-1].font if found else None
            font = self.fonts.one_for(cluster, before)
            spelled = [cluster] if font else list(_spelled(cluster))
            found += [Glyph(piece, one) for piece in spelled if (one := font or self.fonts.one_for(piece))]
        return found


def _spelled(cluster: str) -> str:
    """Return plain letters for a cluster that no font has; a number stays apart from its neighbours."""
    text = (in_page(cluster, "ascii") or "?").replace(NBSP, " ")
    return f" {text} " if any(letter.isdecimal() for letter in text) else text


class Row:
    """A line of a slip on its way to an image: black (1) on white (0)."""

    def __init__(self, style: Style, width: int) -> None:
        self.style, self.width = style, width
        self._runs: list[tuple[float, Run]] = []
        self._end = 0.0

    def add(self, runs: Sequence[Run], place: float | None = None) -> None:
        """Add runs from a place on, or behind those before."""
        self._end = self._end if place is None else place
        for run in runs:
            self._runs.append((self._end, run))
            self._end += run.width(self.style.size)

    def image(self) -> Image.Image:
        """Return the line, as wide as its text."""
        size = self.style.size
        up, down = _height([run for _place, run in self._runs], size)
        ink = Image.new("1", (self.width, up + down), 0)
        for place, run in self._runs:
            if run.font.coloured:
                _paste_pictures(ink, run, size, place, up)
            else:
                thick = 1 if self.style.thick else 0
                at = round(place), up
                ImageDraw.Draw(ink).text(
                    at, run.text, BLACK, run.font.at(size), anchor="ls", stroke_width=thick, **run.options
                )
        end = min(self.width, -(-max(round(self._end) + 1, 8) // 8) * 8)
        row = ink.crop((0, 0, end, up + down))
        if self.style.inverse and self._runs:
            box = (max(0, round(self._runs[0][0])), 0, min(round(self._end), end), up + down)
            row.paste(ImageChops.invert(row.crop(box)), box)
        return row


def drawn_code(text: str, width: int) -> Image.Image:
    """Return a QR code in the middle of the paper."""
    modules = segno.make(text, error="m", micro=False).matrix
    across = len(modules) + 2 * QUIET
    size = max(1, min(LARGEST_DOT, width // across))
    code, edge = Image.new("1", (width // 8 * 8, across * size), 0), (width - len(modules) * size) // 2
    draw = ImageDraw.Draw(code)
    for down, row in enumerate(modules):
        for right, dark in enumerate(row):
            if dark:
                left, top = edge + right * size, (QUIET + down) * size
                draw.rectangle((left, top, left + size - 1, top + size - 1), fill=BLACK)
    return code


def command(image: Image.Image) -> bytes:
    """Return the command that prints an image at the left edge of the paper."""
    across, down = image.width // 8, image.height
    sizes = across.to_bytes(2, "little") + down.to_bytes(2, "little")
    return RASTER + sizes + _harmless(image.tobytes())


def _harmless(dots: bytes) -> bytes:
    """Blacken one dot wherever the dots would be a command that the printer obeys at once."""
    for order in _AT_ONCE:
        dots = dots.replace(order, bytes([0x18, order[1]]))
    return dots


def _height(runs: Sequence[Run], size: int) -> tuple[int, int]:
    """Return the dots above and below the base line: those of a printer's own row, or more for tall letters."""
    up, down = size, size // 4
    for run in runs:
        if not run.font.coloured:
            _left, top, _right, bottom = run.font.at(size).getbbox(run.text, anchor="ls", **run.options)
            up, down = max(up, 2 - round(top)), max(down, round(bottom) + 2)
    return up, down


def _paste_pictures(ink: Image.Image, run: Run, size: int, place: float, base: int) -> None:
    """Draw coloured pictures as dots."""
    font = run.font.at(size)
    for picture in text_layout.clusters(run.text):
        box = font.getbbox(picture, **run.options)
        canvas = Image.new("RGB", (max(1, round(box[2])), max(1, round(box[3]))), "white")
        ImageDraw.Draw(canvas).text((0, 0), picture, font=font, embedded_color=True, **run.options)
        small = canvas.crop((0, round(box[1]), canvas.width, canvas.height)).resize((size, size)).convert("L")
        ink.paste(ImageChops.invert(small.convert("1")), (round(place), base - size * 7 // 8))
        place += size

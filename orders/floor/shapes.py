"""The drawing of a table on the plan: its chairs as SVG paths, and the texts that fit into its shape.

All numbers are in the units of the room (1000 × 700); the middle of the table is the origin of its drawing.
"""

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

GAP, DEPTH, LENGTH = 3, 10, 24  # of a chair: distance from the table, depth, length along the edge
NAME, SMALL_NAME, WORD = 13.0, 8.0, 9.3  # width of a character: of a name, of a long name, of a word
NAME_LINE = 23  # height of the name
LINES = {"word": 18, "sub": 17, "dots": 14}  # height of the lines under it: state, minutes, courses
NARROW = 0.7  # part of the width that a name has near the upper corner of an oblique table
MARK, SMALL_MARK = 28, 18
CORNER, RING = 12, 8  # radius of the corners (room.css), distance of the ring around a table


Point = tuple[float, float]
Chair = tuple[str, str]  # as SVG paths: the line along its middle, which a wide stroke makes a chair, and its outline


@dataclass(frozen=True, slots=True)
class Chairs:
    """The chairs of a table as SVG paths: those of the guests are thick lines, the empty ones outlines."""

    taken: str
    empty: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts in a table's shape with their baselines, and the corners for the mark and the server.

    A baseline is None for a text that has no room.
    """

    name: str
    is_long: bool
    name_y: int
    word_y: int | None
    sub_y: int | None
    dots_y: int | None
    mark: int  # side of the mark
    mark_x: int
    mark_y: int
    server: str  # the middle of the server's initials, as "x y"


@lru_cache(maxsize=2048)
def outline(shape: str, width: int, height: int) -> SafeString:
    """Return the SVG element that draws the shape of a table."""
    if shape == "round":
        return mark_safe(f'<ellipse rx="{width / 2:g}" ry="{height / 2:g}"/>')
    return mark_safe(f"<rect {_rectangle(width / 2, height / 2)}/>")


@lru_cache(maxsize=2048)
def ring(shape: str, width: int, height: int) -> SafeString:
    """Return the attributes of the SVG rectangle around a table; the corners of that of a round one make an ellipse."""
    across, along = width / 2 + RING, height / 2 + RING
    corner = f'rx="{across:g}" ry="{along:g}"' if shape == "round" else f'rx="{CORNER + RING}"'
    return mark_safe(f"{_rectangle(across, along)} {corner}")


def _rectangle(across: float, along: float) -> str:
    return f'x="{-across:g}" y="{-along:g}" width="{2 * across:g}" height="{2 * along:g}"'


@lru_cache(maxsize=2048)
def chairs(shape: str, width: int, height: int, seats: int, guests: int) -> Chairs:
    """Return the chairs around a table; the first `guests` of them are taken."""
    around = _around(width, height, seats) if shape == "round" else _beside(width, height, seats)
    return Chairs(
        taken="".join(line for line, _outline in around[:guests]),
        empty="".join(outline for _line, outline in around[guests:]),
    )


def _around(width: int, height: int, seats: int) -> list[Chair]:
    """Return the chairs of a round table, clockwise from the top right."""
    length = min(LENGTH, math.pi * (width + height) / 2 / seats * 0.75)
    half, found = length / 2, []
    for seat in range(seats):
        angle = math.radians(360 * (seat + 0.5) / seats - 90)
        across, along = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        near, middle, far = (_on_edge(width, height, across, GAP + part * DEPTH) for part in (0, 0.5, 1))
        line = (_moved(middle, along, by) for by in (-half, half))
        corners = ((near, -half), (near, half), (far, half), (far, -half))
        outline = (_moved(point, along, by) for point, by in corners)
        found.append((f"M{'L'.join(line)}", f"M{'L'.join(outline)}z"))
    return found


def _moved(point: Point, along: Point, by: float) -> str:
    return f"{point[0] + along[0] * by:.0f} {point[1] + along[1] * by:.0f}"


def _on_edge(width: int, height: int, across: Point, outside: float) -> Point:
    return (across[0] * (width / 2 + outside), across[1] * (height / 2 + outside))


def _beside(width: int, height: int, seats: int) -> list[Chair]:
    """Return the chairs of a square or rectangle: along its two long sides, one at each end of a long table."""
    upright = height > width
    long, short = (height, width) if upright else (width, height)
    at_ends = 2 if seats >= 6 and long > 3 * short else 0
    rest = seats - at_ends
    found = []
    for side, count in ((-1, (rest + 1) // 2), (1, rest // 2)):
        length = min(LENGTH, long / max(count, 1) * 0.75)
        middles = (long * ((seat + 0.5) / count - 0.5) for seat in range(count))
        found += [_chair(middle, side * (short / 2 + GAP + DEPTH / 2), length, lies=not upright) for middle in middles]
    ends = [_chair(0, side * (long / 2 + GAP + DEPTH / 2), LENGTH, lies=upright) for side in (-1, 1)]
    return found + ends[:at_ends]


def _chair(along: float, across: float, length: float, *, lies: bool) -> Chair:
    """Return a chair with its middle at this place; `lies` if its long side is horizontal."""
    start, low, high = (round(each) for each in (along - length / 2, across - DEPTH / 2, across + DEPTH / 2))
    long, middle = round(length), round(across)
    if lies:
        return f"M{start} {middle}h{long}", f"M{start} {low}h{long}V{high}h-{long}z"
    return f"M{middle} {start}v{long}", f"M{low} {start}v{long}H{high}v-{long}z"


@lru_cache(maxsize=2048)
def texts(shape: str, width: int, height: int, rotation: int, name: str, word: str) -> Texts:
    """Return the texts of a table that fit into its shape. They stay upright when the table is turned."""
    room, tall = _upright(shape, width, height, rotation)
    shown, is_long = fit_name(name, room * NARROW if _is_oblique(shape, rotation) else room)
    name_y, lines = _baselines(tall, measure(word) * WORD <= room + 10)
    out, up = _corner(shape, width, height, rotation)
    mark = MARK if room >= 60 else SMALL_MARK
    return Texts(
        name=shown,
        is_long=is_long,
        name_y=name_y,
        word_y=lines.get("word"),
        sub_y=lines.get("sub"),
        dots_y=lines.get("dots"),
        mark=mark,
        mark_x=round(out - mark / 2),
        mark_y=round(-up - mark / 2),
        server=f"{-out:.0f} {-up:.0f}",
    )


def _baselines(tall: float, has_words: bool) -> tuple[int, dict[str, int]]:
    """Return the baseline of the name, and those of the further lines that have room in a shape of height `tall`."""
    fitting: dict[str, int] = {}
    left = tall - 8 - NAME_LINE
    for line, needed in LINES.items() if has_words else ():
        if left < needed:
            break
        fitting[line] = needed
        left -= needed
    y = (-sum(fitting.values()) - NAME_LINE) / 2 + NAME_LINE - 3
    name_y, places = round(y), {}
    for line, needed in fitting.items():
        y += needed
        places[line] = round(y - (4 if line == "dots" else 0))
    return name_y, places


def _corner(shape: str, width: int, height: int, rotation: int) -> tuple[float, float]:
    """Return how far right of and above the middle the mark stands: on the upper right edge of the shape."""
    if shape == "round":
        return (width * 0.354, height * 0.354)
    turn = abs(math.sin(math.radians(rotation)))
    if 0.1 <= turn <= 0.9:
        return (width * 0.5, height * 0.2)  # beside the name, which is in the upper corner
    across, along = (height, width) if turn > 0.9 else (width, height)
    return (across / 2 - 8, along / 2 - 7)


def _is_oblique(shape: str, rotation: int) -> bool:
    return shape != "round" and 0.1 <= abs(math.sin(math.radians(rotation))) <= 0.9


def _upright(shape: str, width: int, height: int, rotation: int) -> tuple[float, float]:
    """Return the width and height that upright texts have inside a shape that may be turned."""
    if shape == "round":
        return (width * 0.88, height * 0.88)
    turn = abs(math.sin(math.radians(rotation)))
    if turn < 0.1:
        return (width, height)
    if turn > 0.9:
        return (height, width)
    side = min(width, height)
    return (side * 1.1, side)


def fit_name(name: str, room: float) -> tuple[str, bool]:
    """Return a name as it fits into this width, and whether it needs the small letters."""
    if measure(name) * NAME <= room:
        return name, False
    most = max(1, int(room / SMALL_NAME))
    if measure(name) <= most:
        return name, True
    shown = ""
    for letter in name:
        if measure(shown + letter) > most - 1:
            break
        shown += letter
    return f"{shown.rstrip()}…", True


def measure(text: str) -> int:
    """Return the number of columns of a text: wide letters such as 中 count twice, combining ones not at all."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )

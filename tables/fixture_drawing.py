"""The drawing of walls, doors and other fixtures of a floor, for templates/floor/fixtures.html."""

from dataclasses import dataclass

from tables.floor_plans import Fixture
from tables.models import Floor


@dataclass(frozen=True, slots=True)
class DrawnFixture:
    """A wall, door, window, block or text. `place` is the value of its `transform`, the middle is its origin.

    Halves are texts: a template would write a number with the decimal comma of its language, which SVG does not read.
    """

    kind: str
    place: str
    x: str
    y: str
    width: int
    height: int
    text: str


def drawn_fixtures(floor: Floor) -> tuple[DrawnFixture, ...]:
    """Return the fixtures of a floor as a template draws them."""
    return tuple(map(_drawn, floor.fixtures))


def _drawn(fixture: Fixture) -> DrawnFixture:
    width, height, rotation = fixture["width"], fixture["height"], fixture["rotation"]
    turn = f" rotate({rotation})" if rotation else ""
    place = f"translate({fixture['x'] + width / 2:g} {fixture['y'] + height / 2:g}){turn}"
    return DrawnFixture(fixture["kind"], place, f"{-width / 2:g}", f"{-height / 2:g}", width, height, fixture["text"])

"""The drawing of tables: every seat has its chair, and texts stay inside the shape."""

import re

import pytest

from orders.floor.shapes import chairs, fit_name, measure, texts

pytestmark = pytest.mark.database_agnostic

SHAPES = [("round", 100, 100), ("square", 80, 80), ("rectangle", 330, 80), ("rectangle", 80, 130), ("round", 30, 30)]


def corners(path):
    """Return the corners of each chair of a path, with absolute coordinates."""
    return [[(int(x), int(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", chair)] for chair in path.split("M") if chair]


@pytest.mark.parametrize(("shape", "width", "height"), SHAPES)
@pytest.mark.parametrize("seats", [1, 2, 3, 4, 6, 10, 30])
def test_every_seat_has_a_chair_and_guests_sit_first(shape, width, height, seats):
    for guests in (0, 1, seats):
        drawn = chairs(shape, width, height, seats, guests)
        assert drawn.taken.count("M") == guests
        assert drawn.empty.count("M") == seats - guests


@pytest.mark.parametrize(("shape", "width", "height"), SHAPES)
def test_chairs_stand_outside_the_table(shape, width, height):
    for chair in corners(chairs(shape, width, height, 4, 4).taken):
        x = sum(corner[0] for corner in chair) / len(chair)
        y = sum(corner[1] for corner in chair) / len(chair)
        if shape == "round":
            assert (x / width) ** 2 + (y / height) ** 2 > 0.25
        else:
            assert not (abs(x) < width / 2 and abs(y) < height / 2)


@pytest.mark.parametrize(
    ("name", "room", "shown", "is_long"),
    [
        ("12", 80, "12", False),
        ("Terrace 4", 80, "Terrace 4", True),
        ("Fensterplatz am Kamin", 80, "Fensterpl…", True),
        ("طاولة بجانب النافذة الكبيرة", 80, "طاولة بجا…", True),
        ("窓際の大きなテーブル", 80, "窓際の大…", True),
        ("12", 5, "…", True),
    ],
)
def test_a_name_fits_into_its_shape(name, room, shown, is_long):
    assert fit_name(name, room) == (shown, is_long)
    assert measure(shown) <= max(1, room // 8)


@pytest.mark.parametrize(
    ("size", "rotation", "lines"),
    [((100, 100), 0, 3), ((130, 80), 90, 3), ((80, 80), 45, 3), ((70, 70), 0, 2), ((34, 34), 0, 0)],
)
def test_lines_are_left_out_where_they_have_no_room(size, rotation, lines):
    found = texts("rectangle", *size, rotation, "4", "Seated")
    baselines = [found.word_y, found.sub_y, found.dots_y]
    assert [place is not None for place in baselines] == [place < lines for place in range(3)]
    assert all(abs(place) < max(size) / 2 for place in baselines if place is not None)


def test_a_word_that_is_too_wide_is_left_to_the_list():
    assert texts("square", 60, 100, 0, "4", "Ausser Betrieb").word_y is None

"""Free places for new tables on the plan of 1000 by 700, in rows, until a manager moves them."""

from collections.abc import Sequence

WIDTH, DEPTH = 1000, 700
CELLS = (100, 70, 50, 35, 25)  # sides of a table with the space around it; the largest that has room is used

Box = tuple[int, int, int, int]  # x, y, width, height


def free_places(taken: Sequence[Box], count: int) -> list[dict[str, int]] | None:
    """Return the places of `count` tables between the taken ones, in new rows if there are enough, or None."""
    for cell in CELLS:
        rows = _free_rows(taken, cell)
        whole = [place for row in rows if len(row) == WIDTH // cell for place in row]
        every = [place for row in rows for place in row]
        for places in (whole, every):
            if len(places) >= count:
                side = cell * 4 // 5
                gap = (cell - side) // 2
                return [{"x": x + gap, "y": y + gap, "width": side, "height": side} for x, y in places[:count]]
    return None


def _free_rows(taken: Sequence[Box], cell: int) -> list[list[tuple[int, int]]]:
    """Return the free cells of each row."""
    return [
        [
            (x, y)
            for x in range(0, WIDTH // cell * cell, cell)
            if not any(_overlaps((x, y, cell, cell), box) for box in taken)
        ]
        for y in range(0, DEPTH // cell * cell, cell)
    ]


def _overlaps(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )

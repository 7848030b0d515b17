"""The places of the first tables: rows that fill the plan of 1000 by 700, until a manager moves them."""

from collections.abc import Iterator
from math import ceil, sqrt
from typing import Any

WIDTH, DEPTH = 1000, 700
LARGEST = 80  # sides of a table, which leaves space between tables
MOST_TABLES = 500  # more would be smaller than the plan allows


def first_tables(count: int) -> Iterator[dict[str, Any]]:
    """Yield the fields of `Table 1` to `Table <count>`, in rows from the top left."""
    if not count:
        return
    columns = ceil(sqrt(count * WIDTH / DEPTH))
    rows = ceil(count / columns)
    across, down = WIDTH // columns, DEPTH // rows
    side = min(LARGEST, across * 7 // 10, down * 7 // 10)
    for place in range(count):
        row, column = divmod(place, columns)
        yield {
            "name": f"Table {place + 1}",
            "x": column * across + (across - side) // 2,
            "y": row * down + (down - side) // 2,
            "width": side,
            "height": side,
            "position": place,
        }

"""Whole numbers in what clients send."""

LARGEST_KEY = 10**18 - 1  # fits every key of a table


def whole_number(text: str, *, least: int = 0, most: int = LARGEST_KEY) -> int | None:
    """Read a number that is written in digits alone; None unless it is one, and from `least` to `most`."""
    if not text.isdecimal() or len(text) > 18:
        return None
    number = int(text)
    return number if least <= number <= most else None

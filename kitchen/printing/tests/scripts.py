"""Fonts for tests: whether this computer has them, and a picture of a slip's images."""

import pytest
from PIL import Image

from kitchen.printing.fonts import Fonts
from kitchen.printing.tests.printers import images_in


def needs_fonts(letters: str) -> None:
    """Skip a test, and say so, where no font has these letters; `.ci/run` installs them."""
    fonts = Fonts()
    lacking = [letter for letter in letters if fonts.one_for(letter) is None]
    if lacking:
        pytest.skip(f"no font of this computer has {''.join(lacking)}")


def pictures(slip: bytes) -> list[Image.Image]:
    """Return the images of a slip, black on white as 255 on 0."""
    return [Image.frombytes("1", (across, down), dots) for across, down, dots in images_in(slip)[0]]


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Return the box around everything that is black."""
    return image.getbbox() or (0, 0, 0, 0)

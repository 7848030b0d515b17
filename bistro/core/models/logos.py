"""The logo of a restaurant, which its documents print."""

from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from PIL import Image, UnidentifiedImageError

from bistro.core.kernel.images import FORMATS, ImageRefused, re_encoded

LARGEST_FILE = 1024 * 1024  # bytes
MOST_PIXELS = 4_000  # of each side, because printing a larger image takes too much memory


def logo_path(restaurant: Any, filename: str) -> str:
    """Return the path of a logo in the folder of uploads."""
    return f"logos/{PurePosixPath(filename).name}"


def re_encoded_logo(file: Any) -> Any:
    """Return an uploaded logo re-encoded, without metadata. Raises ValidationError."""
    validate_logo(file)
    try:
        return re_encoded(file, most_pixels=MOST_PIXELS**2)
    except ImageRefused:
        raise _not_printable() from None


def validate_logo(file: Any) -> None:
    """Raise ValidationError unless the file is a small PNG, JPEG or WebP image."""
    if file.size > LARGEST_FILE:
        raise ValidationError(gettext("The logo is too large. Use an image of at most 1 MB."))
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as image:
            sides = image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _not_printable() from None
    finally:
        file.seek(0)
    if max(sides) > MOST_PIXELS:
        raise ValidationError(
            gettext("The logo has %(value)s × %(value2)s pixels. At most %(most_pixels)s on each side.")
            % {"value": sides[0], "value2": sides[1], "most_pixels": MOST_PIXELS}
        )


def _not_printable() -> ValidationError:
    return ValidationError(gettext("The logo is not an image that can be printed. Use PNG, JPEG or WebP."))

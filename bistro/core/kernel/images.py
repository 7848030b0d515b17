"""Uploaded images: stored images are re-encoded from their pixels, so that nothing else of the file is kept."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
LONGEST_SIDE = 1600  # pixels of the stored image
QUALITY = 80


class ImageRefused(ValueError):
    """A file that is no image of these formats, or one with too many pixels (`too_large`)."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("too many pixels" if too_large else "no image")
        self.too_large = too_large


def re_encoded(file: Any, *, most_pixels: int) -> SimpleUploadedFile:
    """Return an image as WebP, upright, at most 1600 pixels long, without metadata, with a name that nobody can guess.

    The pixels are counted before they are read. Raises ImageRefused.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > most_pixels:
                raise ImageRefused(too_large=True)
            content = _webp(image)
    except ImageRefused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise ImageRefused from None
    return SimpleUploadedFile(f"{uuid4().hex}.webp", content, "image/webp")


def _webp(image: Image.Image) -> bytes:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decode a large photo no larger than needed
    shown = ImageOps.exif_transpose(image).convert("RGBA")
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", shown.size, "white")  # a new image has no EXIF, no profile and no comments
    plain.paste(shown, mask=shown)
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()

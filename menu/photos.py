"""Photos of dishes. What is stored is drawn again from the pixels, so that nothing else of the file is kept."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST_FILE = 7 * 1024 * 1024  # bytes; nginx takes forms of 8 MB
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600  # pixels of the stored photo
QUALITY = 80


class PhotoField(forms.FileField):
    """A field of a photo: PNG, JPEG or WebP of at most 7 MB and 25 megapixels. Its value is a WebP image."""

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        return None if file is None else redrawn(file)


def redrawn(file: Any) -> SimpleUploadedFile:
    """Return a photo as WebP, upright, at most 1600 pixels long, without metadata, with a name that nobody can guess.

    Raises ValidationError for a file that is too large or no such image. The pixels are counted before they are read.
    """
    if file.size > LARGEST_FILE:
        raise ValidationError(gettext("The photo is too large. Use a photo of at most 7 MB."), code="photo_too_large")
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(gettext("The photo has more than 25 megapixels."), code="photo_too_large")
            content = _webp(image)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise ValidationError(
            gettext("This is not a photo that can be read. Use PNG, JPEG or WebP."), code="no_photo"
        ) from None
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

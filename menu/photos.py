"""Photos of dishes: a form field that re-encodes them, and their share of the disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.kernel.images import ImageRefused, re_encoded
from bistro.core.writing.uploads import file_state

LARGEST_FILE = 7 * 1024 * 1024  # bytes; nginx takes forms of 8 MB
MOST_PIXELS = 25_000_000
MEGABYTE = 1024 * 1024


class PhotoField(forms.FileField):
    """A field of a photo: PNG, JPEG or WebP of at most 7 MB and 25 megapixels. Its value is a WebP image."""

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        return None if file is None else _re_encoded(file)


def photo_path(item: Any, filename: str) -> str:
    """Return the path of a photo in the folder of uploads. Each restaurant has a folder of its own."""
    return f"menu/{item.restaurant_id}/{PurePosixPath(filename).name}"


def require_space(photo: Any, *, beside: Iterable[str]) -> None:
    """Raise ValidationError when a photo does not fit into the restaurant's share of the disk.

    `beside` are the paths of the photos of the restaurant's other dishes. A missing file takes no space.
    """
    found = (file_state(Path(settings.MEDIA_ROOT) / name) for name in set(beside))
    used = sum(state.st_size for state in found if state is not None)
    if used + photo.size > settings.PHOTOS_MEGABYTES * MEGABYTE:
        raise ValidationError(
            gettext("The photos of your dishes fill their %(size)s MB. Remove the photo of another dish first.")
            % {"size": settings.PHOTOS_MEGABYTES},
            code="photos_full",
        )


def _re_encoded(file: Any) -> Any:
    if file.size > LARGEST_FILE:
        raise ValidationError(gettext("The photo is too large. Use a photo of at most 7 MB."), code="photo_too_large")
    try:
        return re_encoded(file, most_pixels=MOST_PIXELS)
    except ImageRefused as refused:
        if refused.too_large:
            raise ValidationError(gettext("The photo has more than 25 megapixels."), code="photo_too_large") from None
        raise ValidationError(
            gettext("This is not a photo that can be read. Use PNG, JPEG or WebP."), code="no_photo"
        ) from None

"""Uploaded images: the photos of dishes and the logos of restaurants."""

import mimetypes
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FOLDERS = frozenset({"menu", "logos"})
# Only types that run nothing in a browser, so that an uploaded page or SVG is no page of this site.
TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})


@require_safe
def upload(request: HttpRequest, path: str) -> HttpResponse:
    """Return an uploaded image. Guests see photos on pads and phones, so no login is needed."""
    content_type, encoding = mimetypes.guess_type(path)
    if path.partition("/")[0] not in FOLDERS or ".." in PurePosixPath(path).parts:
        raise Http404
    if content_type not in TYPES or encoding is not None:
        raise Http404
    try:
        with default_storage.open(path) as file:
            response = HttpResponse(file.read(), content_type=content_type)
    except (OSError, SuspiciousFileOperation, ValueError):  # missing, a folder, or a name that no file has
        raise Http404 from None
    response.headers["Cache-Control"] = "public, max-age=86400"  # a new image gets a new name
    return response

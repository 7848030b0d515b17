"""QR codes as inline SVG."""

from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=256)  # a code takes several milliseconds, and a page shows the same one again and again
def qr_of(text: str, *, fluid: bool = False) -> SafeString:
    """Return a text as a QR code. A fluid one fills its box and has a white ground, for dark pages."""
    code = segno.make(text, error="m")
    look = {"omitsize": True, "light": "white"} if fluid else {}
    return mark_safe(code.svg_inline(scale=6, border=2, svgclass="device-qr", lineclass=None, **look))

"""The style guide: every component in all its states, in light and dark."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.marks import WORDS
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest

# The tones of states, each by one state that has it.
TONES = ("free", "seated", "soon", "late", "ready", "held", "bill", "clear")
COLOURS = ("paper", "raised", "sunk", "float", "ink", "soft", "accent", "tint", "line", "edge")
SIZES = ("label", "small", "body", "row", "tile", "head", "title", "figure", "huge")
ICONS = (
    "floor", "orders", "host", "kitchen", "cloche", "stock", "reports", "admin", "menu", "bell", "people", "swap",
    "out", "search", "plus", "minus", "check", "x", "undo", "edit", "trash", "note", "warn", "alert", "clock", "pause",
    "lock", "screen", "print", "receipt", "cash", "card", "split", "percent", "bag", "truck", "phone", "star", "leaf",
    "spark", "gift", "voucher", "tag", "qr", "camera", "mail", "export", "list", "drag", "more", "fork", "hand",
    "join", "help", "sun", "moon", "back", "left", "right", "up", "down",
)  # fmt: skip
# Kind, place of the middle, width and height of each fixture of a sample floor, 400 by 120 units.
FIXTURES = (
    ("wall", "200 20", 360, 10), ("window", "320 20", 80, 10), ("door", "90 20", 60, 10),
    ("block", "320 80", 90, 40), ("text", "100 80", 80, 30),
)  # fmt: skip
LONG_NAME = "The Honourable Bartholomew Featherstonehaugh-Cholmondeley III"
ARABIC_NAME = "طاولة العائلة الكبيرة قرب النافذة"


@require_GET
@page_requires(Permission.MANAGE)
def styleguide(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show every component in all states, once in the light and once in the dark theme."""
    return render(request, "styleguide/styleguide.html", {"themes": ("light", "dark"), **_samples()})


def _samples() -> dict[str, Any]:
    """Return the contents of the samples."""
    return {
        "marks": list(WORDS.items()),
        "tones": [(state, WORDS[state]) for state in TONES],
        "icons": ICONS,
        "colours": COLOURS,
        "sizes": SIZES,
        "names": (LONG_NAME, ARABIC_NAME),
        "tabs": [
            {"text": _("Mine"), "url": "#mine", "current": True, "count": 11},
            {"text": _("All"), "url": "#all", "count": 28},
            {"text": ARABIC_NAME, "url": "#window", "count": 6},
            {"text": _("Take-away"), "url": "#away", "count": None},
        ],
        "fixtures": [
            {
                "kind": kind,
                "place": f"translate({middle})",
                "x": -width // 2,
                "y": -height // 2,
                "width": width,
                "height": height,
                "text": _("Bar") if kind == "text" else "",
            }
            for kind, middle, width, height in FIXTURES
        ],
        "parts": [
            {"text": _("By seat"), "value": "seat", "chosen": True},
            {"text": _("By dish"), "value": "dish", "chosen": False},
            {"text": _("Equal"), "value": "equal", "chosen": False},
        ],
    }

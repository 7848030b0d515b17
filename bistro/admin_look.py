"""The look of the admin: settings of Unfold, with the colours of static/css/tokens.css (tests/test_contrast.py)."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def _style(request: HttpRequest) -> str:
    return static("css/admin.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Bistro",
    "SITE_HEADER": "Bistro",
    "SITE_SUBHEADER": "bistro.admin_menu.restaurant_name",
    "SITE_SYMBOL": "restaurant",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/icon.svg"}],
    "STYLES": [_style],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"navigation": "bistro.admin_menu.navigation", "show_search": False},
    "DASHBOARD_CALLBACK": "bistro.dashboard.admin_page.dashboard",
    # Light papers, lines and words are steps 50 to 600 of `base`, dark 400 and 800 to 950; `primary` is the accent.
    "COLORS": {
        "base": {
            "50": "#f5f5ef",
            "100": "#ebece4",
            "200": "#dde1d8",
            "300": "#c6ccc2",
            "400": "#aebab2",
            "500": "#616d66",
            "600": "#4f5c54",
            "700": "#39443d",
            "800": "#222b26",
            "900": "#181f1b",
            "950": "#0f1411",
        },
        "primary": {
            "50": "#f0f7f2",
            "100": "#dcece1",
            "200": "#bddbc8",
            "300": "#8fdcae",
            "400": "#4fb37b",
            "500": "#3aa76a",
            "600": "#14532d",
            "700": "#114726",
            "800": "#0d3b20",
            "900": "#0a2e19",
            "950": "#061d10",
        },
    },
}

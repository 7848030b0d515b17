"""The look of the admin: settings of Unfold, with the greens of static/css/tokens.css."""

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Bistro",
    "SITE_HEADER": "Bistro",
    "SITE_SUBHEADER": "bistro.admin_menu.restaurant_name",
    "SITE_SYMBOL": "restaurant",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/icon.svg"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"navigation": "bistro.admin_menu.navigation", "show_search": False},
    "DASHBOARD_CALLBACK": "bistro.admin_dashboard.dashboard",
    # 600 is the accent colour, 500 the accent colour of the dark theme.
    "COLORS": {
        "primary": {
            "50": "#f0f7f2",
            "100": "#dcece1",
            "200": "#bddbc8",
            "300": "#8fdcae",
            "400": "#4fb37b",
            "500": "#2b9158",
            "600": "#14532d",
            "700": "#114726",
            "800": "#0d3b20",
            "900": "#0a2e19",
            "950": "#061d10",
        },
    },
}

"""The side bar of the admin, with every page for managers."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy

from bistro.core.admin.base import acting_manager
from bistro.core.admin.restaurants import is_operator
from bistro.core.auth.access import memberships_of
from bistro.core.web.admin_site import restaurant_in

# (group, [(title, icon, page)])
GROUPS: list[tuple[str, list[tuple[str, str, str]]]] = [
    ("Service", [("Tonight", "monitoring", "index"), ("Orders", "receipt_long", "orders_order_changelist")]),
    (
        "Menu",
        [
            ("Categories", "menu_book", "menu_category_changelist"),
            ("Items", "restaurant_menu", "menu_item_changelist"),
            ("Choice groups", "checklist", "menu_modifiergroup_changelist"),
            ("Import and export", "upload_file", "menu_files_menuimport_changelist"),
            ("Ingredients", "grocery", "menu_ingredient_changelist"),
            ("Allergens", "no_meals", "menu_allergen_changelist"),
            ("Taxes", "percent", "menu_tax_changelist"),
        ],
    ),
    (
        "Floor",
        [
            ("Tables", "table_restaurant", "tables_table_changelist"),
            ("Sections", "meeting_room", "tables_section_changelist"),
            ("Parties", "groups", "tables_party_changelist"),
            ("Calls of guests", "notifications", "tables_servicecall_changelist"),
        ],
    ),
    (
        "Kitchen",
        [
            ("Tickets", "skillet", "kitchen_ticket_changelist"),
            ("Ticket times", "timer", "kitchen_ticket_figures"),
            ("Stations", "oven", "kitchen_station_changelist"),
            ("Printers", "print", "printing_printer_changelist"),
        ],
    ),
    (
        "People and devices",
        [
            ("Staff", "badge", "core_membership_changelist"),
            ("Invitations", "mail", "core_invitation_changelist"),
            ("Messages", "forward_to_inbox", "mail_message_changelist"),
            ("Devices", "devices", "core_device_changelist"),
            ("Restaurant", "storefront", "core_restaurant_changelist"),
        ],
    ),
    ("Audit", [("Event log", "history", "core_event_changelist")]),
]


def manages(request: HttpRequest) -> bool:
    """Return whether the user manages a restaurant."""
    return acting_manager(request) is not None


def restaurant_name(request: HttpRequest) -> str:
    """Return the restaurant's name for the header."""
    restaurant = restaurant_in(request)
    return restaurant.name if restaurant else "No restaurant chosen"


def _page(title: str, icon: str, url: str, permission: Any = manages) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{url}"), "permission": permission}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return all groups. The operator sees only the pages that create restaurants and memberships."""
    shown = [{"title": title, "items": [_page(*page) for page in pages]} for title, pages in GROUPS]
    return [*shown, _operators(), *_elsewhere(request)]


def _operators() -> dict[str, Any]:
    pages = [
        _page("New restaurant", "add_business", "core_restaurant_add", is_operator),
        _page("New membership", "person_add", "core_membership_add", is_operator),
    ]
    return {"title": "Installation", "separator": True, "items": pages}


def _elsewhere(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the link that switches the restaurant, for people with several memberships."""
    if not request.user.is_authenticated or len(memberships_of(request.user)) < 2:  # type: ignore[arg-type]
        return []
    link = f"{reverse_lazy('choose-restaurant')}?next={reverse_lazy('admin:index')}"
    item = {"title": "Switch restaurant", "icon": "swap_horiz", "link": link, "permission": lambda _request: True}
    return [{"title": "", "separator": True, "items": [item]}]

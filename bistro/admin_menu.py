"""The side bar of the admin, with every page for managers."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import acting_manager
from bistro.core.admin.restaurants import is_operator
from bistro.core.auth.access import memberships_of
from bistro.core.web.admin_site import restaurant_in
from bistro.setup.checklist import is_unfinished

# (group, [(title, icon, page)])
GROUPS: list[tuple[Any, list[tuple[Any, str, str]]]] = [
    (
        _("Service"),
        [
            (_("Tonight"), "monitoring", "index"),
            (_("Orders"), "receipt_long", "orders_order_changelist"),
            (_("Payments"), "payments", "billing_payment_changelist"),
            (_("Vouchers"), "redeem", "billing_voucher_changelist"),
            (_("Deposits"), "savings", "billing_deposit_changelist"),
            (_("House accounts"), "account_balance_wallet", "billing_houseaccount_changelist"),
            (_("Receipts"), "receipt_long", "documents_document_changelist"),
            (_("Tills"), "point_of_sale", "till_till_changelist"),
            (_("Closings"), "lock_clock", "till_closing_changelist"),
            (_("Service charge"), "room_service", "billing_servicerule_changelist"),
            (_("Card readers"), "contactless", "billing_cardreader_changelist"),
            (_("Rule for tips"), "volunteer_activism", "billing_tiprule_changelist"),
        ],
    ),
    (
        _("Menu"),
        [
            (_("Categories"), "menu_book", "menu_category_changelist"),
            (_("Items"), "restaurant_menu", "menu_item_changelist"),
            (_("Choice groups"), "checklist", "menu_modifiergroup_changelist"),
            (_("Translations"), "translate", "menu_category_languages"),
            (_("Bulk changes"), "edit_note", "menu_bulk_bulkchange_changelist"),
            (_("Import and export"), "upload_file", "menu_files_menuimport_changelist"),
            (_("Ingredients"), "grocery", "menu_ingredient_changelist"),
            (_("Allergens"), "no_meals", "menu_allergen_changelist"),
            (_("Taxes"), "percent", "menu_tax_changelist"),
        ],
    ),
    (
        _("Floor"),
        [
            (_("Tables"), "table_restaurant", "tables_table_changelist"),
            (_("Sections"), "meeting_room", "tables_section_changelist"),
            (_("Combinations"), "table_bar", "bookings_combination_changelist"),
            (_("Booking rules"), "event_available", "bookings_bookingrules_changelist"),
            (_("Rules for deposits"), "savings", "bookings_depositrule_changelist"),
            (_("Usual stays"), "timelapse", "bookings_turntime_changelist"),
            (_("Parties"), "groups", "tables_party_changelist"),
            (_("Calls of guests"), "notifications", "tables_servicecall_changelist"),
        ],
    ),
    (
        _("Kitchen"),
        [
            (_("Tickets"), "skillet", "kitchen_ticket_changelist"),
            (_("Ticket times"), "timer", "kitchen_ticket_figures"),
            (_("Stations"), "oven", "kitchen_station_changelist"),
            (_("Printers"), "print", "printing_printer_changelist"),
        ],
    ),
    (
        _("People and devices"),
        [
            (_("Staff"), "badge", "core_membership_changelist"),
            (_("Invitations"), "mail", "core_invitation_changelist"),
            (_("Messages"), "forward_to_inbox", "mail_message_changelist"),
            (_("Devices"), "devices", "core_device_changelist"),
            (_("Webhooks"), "webhook", "webhooks_hook_changelist"),
            (_("Restaurant"), "storefront", "core_restaurant_changelist"),
        ],
    ),
    (_("Audit"), [(_("Event log"), "history", "core_event_changelist")]),
]


OPERATORS = ("core_restaurant_add", "core_membership_add")


def manages(request: HttpRequest) -> bool:
    """Return whether the user manages a restaurant."""
    return acting_manager(request) is not None


def sets_up(request: HttpRequest) -> bool:
    """Return whether the user manages a restaurant whose set-up has an open step."""
    actor = acting_manager(request)
    return actor is not None and is_unfinished(actor)


def restaurant_name(request: HttpRequest) -> str:
    """Return the restaurant's name for the header."""
    restaurant = restaurant_in(request)
    return restaurant.name if restaurant else gettext("No restaurant chosen")


def _page(title: Any, icon: str, url: str, permission: Any = manages) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{url}")

    def active(request: HttpRequest) -> bool:
        """Return whether the open page belongs to this entry, and to none whose address is longer."""
        here = [each for each in _links() if request.path.startswith(each)]
        return str(link) == max(here, key=len, default=request.path)

    return {"title": title, "icon": icon, "link": link, "permission": permission, "active": active}


@cache
def _links() -> list[str]:
    """Return the addresses of all entries below the first page."""
    pages = [url for _title, group in GROUPS for _name, _icon, url in group if url != "index"]
    return [reverse(f"admin:{url}") for url in (*pages, *OPERATORS)]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return all groups. The operator sees only the pages that create restaurants and memberships.

    The group of the open page is unfolded; all headings fit on a screen of 768 pixels.
    """
    shown = [
        {"title": title, "collapsible": True, "items": [_page(*page) for page in pages]} for title, pages in GROUPS
    ]
    return [*_set_up(), *shown, _operators(), *_elsewhere(request)]


def _set_up() -> list[dict[str, Any]]:
    """Return the way back to the set-up, until every step is done or skipped."""
    link = {"title": _("Set up"), "icon": "checklist", "link": reverse_lazy("setup:overview"), "permission": sets_up}
    return [{"title": "", "items": [link]}]


def _operators() -> dict[str, Any]:
    pages = [
        _page(_("New restaurant"), "add_business", "core_restaurant_add", is_operator),
        _page(_("New membership"), "person_add", "core_membership_add", is_operator),
    ]
    return {"title": _("Installation"), "separator": True, "items": pages}


def _elsewhere(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the link that switches the restaurant, for people with several memberships."""
    if not request.user.is_authenticated or len(memberships_of(request.user)) < 2:  # type: ignore[arg-type]
        return []
    link = f"{reverse_lazy('choose-restaurant')}?next={reverse_lazy('admin:index')}"
    item = {"title": _("Switch restaurant"), "icon": "swap_horiz", "link": link, "permission": lambda _request: True}
    return [{"title": "", "separator": True, "items": [item]}]

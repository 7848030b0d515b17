"""Every route declares the right that it needs, or is listed here as open; and every role without the right is refused.

The routes come from the URLconf, the rights from the views, the roles from the table of permissions.
"""

import pytest
from django.test import Client

from bistro.core.kernel.roles import PERMISSIONS, Permission
from tests.addresses import API, PAGES
from tests.nasty import addresses, path_with
from tests.test_every_address import OPEN_TO_ALL, VERBS_OF, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

VIEWS = dict(patterns())
# Pages for visitors, and those that any login sees.
OPEN_PAGES = {"", "login/", "logout/", "restaurant/", "device/", "device/code/", "invitation/<str:token>/"}
OPEN_PAGES |= {"media/<path:path>"}  # photos of dishes and logos, which guests see
OPEN_CALLS = {f"{prefix}auth/{name}" for prefix in ("", "api/v1/") for name in ("login", "refresh", "register")}
OPEN_CALLS |= {"api/v1/devices/enrol"}
# Any valid credential; the view or its service decides what it gets.
ANY_CREDENTIAL = {
    "auth/me", "api/v1/auth/me", "api/v1/auth/ticket", "api/order", "api/orders", "api/v1/orders", "api/v1/menu",
    "api/v1/orders/<int:pk>", "api/v1/orders/restaurant/<str:restaurant_id>/orders", "api/v1/pauses",
    "api/v1/kitchen/load", "api/v1/pad", "api/v1/pad/orders", "api/v1/pad/heartbeat", "api/v1/devices/rotate",
}  # fmt: skip
OPEN_IN_THE_ADMIN = {"admin/login/", "admin/logout/", "admin/jsi18n/"}


def right_of(view):
    """Return the permission that a view declares, or None."""
    for declared in getattr(getattr(view, "cls", None), "permission_classes", ()):
        if hasattr(declared, "declared"):
            return declared.declared
    return getattr(view, "permission", None)


RIGHTS = {address: right for address, view in VIEWS.items() if (right := right_of(view)) is not None}


def test_every_route_declares_its_right_or_is_listed():
    undeclared = set(VIEWS) - set(RIGHTS) - set(OPEN_TO_ALL)
    assert undeclared == OPEN_PAGES | OPEN_CALLS | ANY_CREDENTIAL


def test_control_a_view_without_a_declaration_has_no_right():
    assert right_of(lambda request: None) is None
    assert right_of(VIEWS["floor/"]) == Permission.WATCH_FLOOR


@pytest.mark.parametrize("role", sorted({str(getattr(role, "value", role)) for role in PERMISSIONS} - {"owner"}))
def test_without_the_right_there_is_no_answer(house, role):
    api = house.api(role).headers
    browser = house.browser(role) if role not in ("pad", "screen", "integration") else None
    for address, right in RIGHTS.items():
        if right in PERMISSIONS[role] or (address in PAGES and browser is None):
            continue
        client, headers = (Client(), api) if address in API else (browser, {})
        for verb in VERBS_OF[address]:
            answer = getattr(client, verb)(path_with(address, {}), headers=headers)
            assert answer.status_code in (403, 405), (role, verb, address)


def test_without_a_credential_only_open_calls_answer(client):
    for address in set(API) - OPEN_CALLS:
        for verb in VERBS_OF[address]:
            assert getattr(client, verb)(path_with(address, {})).status_code == 401, (verb, address)


@pytest.mark.parametrize("role", [None, "waiter", "pad"])
def test_the_admin_is_for_managers(house, role):
    browser = house.browser(role) if role == "waiter" else Client()
    headers = house.api(role).headers if role == "pad" else {}
    for address in set(addresses()) - OPEN_IN_THE_ADMIN:
        if address.startswith("admin/"):
            answer = browser.get(path_with(address, {}), headers=headers)
            assert answer.status_code in (302, 403, 404), address
            assert answer.status_code != 302 or answer["Location"].startswith("/admin/login/"), address

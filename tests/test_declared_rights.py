"""Every route declares the right that it needs, or is listed here as open; and every role without the right is refused.

The routes come from the URLconf, the rights from the views, the roles from the table of permissions.
"""

from itertools import cycle

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from django.test import Client
from django.urls import get_resolver

from bistro.core.kernel.roles import PERMISSIONS, Permission
from bistro.core.live.credentials import Credential
from bistro.core.live.guarded import GuardedConsumer
from bistro.core.live.routing import NoSuchSocket
from bistro.core.tests.factories import DEVICE_KINDS
from bistro.core.tests.http import nothing_changes
from tests.addresses import API, PAGES
from tests.nasty import addresses, path_with
from tests.sockets import routes
from tests.test_every_address import OPEN_TO_ALL, VERBS_OF, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

VIEWS = dict(patterns())
# Pages for visitors, and those that any login sees.
OPEN_PAGES = {"", "login/", "logout/", "theme/", "restaurant/", "device/", "device/code/", "invitation/<str:token>/"}
OPEN_PAGES |= {
    "receipt/<str:token>/",
    "deposit/<str:token>/",
    "password/<str:token>/",
    "waitlist/<str:token>/",
    "waitlist/<str:token>/leave/",
}
OPEN_PAGES |= {"receipt/<str:token>/pdf/"}
OPEN_PAGES |= {
    f"pay/<str:token>/{end}" for end in ("", "tip/", "confirm/", "pay/", "tab/", "voucher/", "payments/<str:key>/")
}
OPEN_PAGES |= {"tablet/", "tablet/new-pin/", "tablet/lock/", "tablet/touched/"}
OPEN_PAGES |= {"confirm/", "login/code/"}  # ask a login for its password, a half login for its code
OPEN_PAGES |= {"me/", "me/name/", "me/language/", "me/pin/", "me/pin/forget/", "me/password/", "me/sign-out/"}
OPEN_PAGES |= {"me/second-factor/off/"}
# A guest's own booking, the page on which guests book, and the calendars of both, by their secret links.
OPEN_PAGES |= {
    "booking/<str:token>/",
    "booking/<str:token>/calendar.ics",
    "book/<str:token>/",
    "calendar/<str:token>.ics",
}
OPEN_PAGES |= {"media/<path:path>"}  # photos of dishes and logos, which guests see
OPEN_CALLS = {f"{prefix}auth/{name}" for prefix in ("", "api/v1/") for name in ("login", "refresh", "register")}
OPEN_CALLS |= {"api/v1/devices/enrol"}
# Any valid credential; the view or its service decides what it gets.
ANY_CREDENTIAL = {
    "auth/me", "api/v1/auth/me", "api/v1/auth/ticket", "api/order", "api/orders", "api/v1/orders", "api/v1/menu",
    "api/v1/orders/<int:pk>", "api/v1/orders/restaurant/<str:restaurant_id>/orders", "api/v1/pauses",
    "api/v1/kitchen/load", "api/v1/pad", "api/v1/pad/orders", "api/v1/pad/heartbeat", "api/v1/devices/rotate",
    "api/v1/pad/calls",
    "api/v1/pad/calls/<int:pk>",
}  # fmt: skip
# What is sent there needs a password that was typed in the last minutes (bistro/core/web/confirm_views.py).
CONFIRMED = {
    "setup/staff/",
    "admin/core/membership/add/", "admin/core/membership/<path:object_id>/change/",
    "admin/core/membership/<path:object_id>/dismiss/", "admin/core/membership/<path:object_id>/reset-password/",
    "admin/core/membership/<path:object_id>/second-factor/",
    "admin/core/invitation/add/", "admin/core/device/add/", "admin/core/device/pair/",
    "admin/core/device/<path:object_id>/enrol/", "admin/core/device/<path:object_id>/revoke/",
    "admin/webhooks/hook/add/", "admin/webhooks/hook/<path:object_id>/change/",
    "admin/webhooks/hook/<path:object_id>/rotate/", "guests/<int:pk>/export/", "guests/<int:pk>/erase/",
}  # fmt: skip
# Files to keep: test_headers_everywhere.py finds every address that sends one.
EXPORTS = {f"admin/menu_files/menuimport/{name}/" for name in ("template", "export-csv", "export-excel")}
OPEN_IN_THE_ADMIN = {"admin/login/", "admin/logout/", "admin/jsi18n/"}


OPEN_SOCKETS = {r"^ws/orders/?$"}  # any credential; the feed of a pad has its own table only


def right_of(view):
    """Return the permission that a view declares, or None."""
    for declared in getattr(getattr(view, "cls", None), "permission_classes", ()):
        if hasattr(declared, "declared"):
            return declared.declared
    return getattr(view, "permission", None)


def undeclared_routes(views):
    """Return the addresses of views that declare no right."""
    return {address for address, view in views.items() if right_of(view) is None}


def undeclared_sockets(consumers):
    """Return the patterns of sockets without a declared right: of no guard, or of one that declares none or `None`."""
    return {
        pattern
        for pattern, consumer in consumers.items()
        if not issubclass(consumer, GuardedConsumer) or getattr(consumer, "permission", None) is None
    }


RIGHTS = {address: right for address, view in VIEWS.items() if (right := right_of(view)) is not None}


def test_every_route_declares_its_right_or_is_listed():
    assert undeclared_routes(VIEWS) - set(OPEN_TO_ALL) == OPEN_PAGES | OPEN_CALLS | ANY_CREDENTIAL


def test_control_a_view_without_a_declaration_has_no_right():
    assert undeclared_routes(VIEWS | {"new/": lambda request: None}) - undeclared_routes(VIEWS) == {"new/"}
    assert right_of(VIEWS["floor/"]) == Permission.WATCH_FLOOR


def test_every_socket_declares_its_right_or_is_listed():
    assert undeclared_sockets(routes()) == OPEN_SOCKETS | {""}  # the last route closes the sockets of unknown addresses
    assert routes()[""] is NoSuchSocket


def test_control_a_socket_without_a_declaration_has_no_right():
    class Careless(AsyncWebsocketConsumer):
        pass

    class Forgetful(GuardedConsumer):
        pass

    for consumer in (Careless, Forgetful):
        assert undeclared_sockets({"^ws/new/$": consumer}) == {"^ws/new/$"}


def test_control_a_socket_that_was_forgotten_admits_nobody(house, monkeypatch):
    class Forgetful(GuardedConsumer):
        def make_view(self):
            raise AssertionError("nobody gets so far")

    owner = Credential(house.actor("owner"), version=1)
    monkeypatch.setattr("bistro.core.live.guarded.credential_of", lambda scope: owner)
    consumer = Forgetful()
    consumer.scope = {}
    with pytest.raises(AttributeError, match="permission"):
        consumer._admit()


def every_view(resolver=None, prefix=""):
    """Return every (address, view), the admin's too."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        yield from every_view(entry, path) if hasattr(entry, "url_patterns") else [(path, entry.callback)]


def test_what_needs_a_fresh_password_is_listed():
    assert {address for address, view in every_view() if getattr(view, "is_confirmed", False)} == CONFIRMED


@pytest.mark.parametrize("address", sorted(CONFIRMED))
def test_without_a_fresh_password_nothing_is_done(house, address):
    owner = house.browser("owner")
    session = owner.session
    session["confirmed_at"] -= 15 * 60
    session.save()
    with nothing_changes():
        asked = owner.post(path_with(address, {}), {"name": "Kept"})
    page = asked.content.decode()
    assert (asked.status_code, 'name="confirm_password"' in page, 'name="name" value="Kept"' in page) == (
        403,
        True,
        True,
    )
    assert owner.get(path_with(address, {})).status_code in (200, 302, 404, 405), "reading needs none"


@pytest.mark.parametrize("role", sorted({str(getattr(role, "value", role)) for role in PERMISSIONS} - {"owner"}))
def test_without_the_right_there_is_no_answer(house, role):
    api = house.api(role).headers
    browser = house.browser(role) if role not in DEVICE_KINDS else None
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


NO_MANAGERS = sorted(str(role.value) for role, rights in PERMISSIONS.items() if Permission.MANAGE not in rights)


def test_the_admin_is_for_managers(house):
    """Ask for every address without a login and as one of the roles that may not manage, in turns."""
    clients = {role: Client() if role in DEVICE_KINDS else house.browser(role) for role in NO_MANAGERS}
    headers = {role: house.api(role).headers if role in DEVICE_KINDS else {} for role in NO_MANAGERS}
    admin = sorted(address for address in addresses() if address.startswith("admin/"))
    assert set(admin) >= EXPORTS
    for address, role in zip(admin, cycle(NO_MANAGERS), strict=False):
        if address in OPEN_IN_THE_ADMIN:
            continue
        for client, more in ((Client(), {}), (clients[role], headers[role])):
            answer = client.get(path_with(address, {}), headers=more)
            assert answer.status_code in (302, 403, 404), (address, role)
            assert answer.status_code != 302 or answer["Location"].startswith("/admin/login/"), (address, role)

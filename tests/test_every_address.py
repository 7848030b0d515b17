"""Every address with several kinds of clients, and with own, foreign, missing and absurd ids.

The addresses come from the URLconf: one without an entry in the table fails. No answer is a 5xx or has a word of
another restaurant, and a foreign id is answered as a missing one. test_admin_pages.py covers the admin's addresses.
Visitors, pads and owners ask for every address, and each other kind for a third of them: WALK_PART=1 and 2 choose the
other thirds, and `make test-all` (THOROUGH=1) all.
"""

import json
import os
import re
from contextlib import suppress

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.models import Device, OpeningException, Restaurant
from bistro.core.tests.factories import DEVICE_KINDS, DeviceFactory, token_of
from bistro.core.tests.http import WATCHED
from kitchen.models import Station, Ticket, TicketLine
from kitchen.printing.models import Printer, PrintJob
from menu.models import Category, Item, Pause
from menu.services import pause
from orders.billing.tests.deposits import failed_deposit
from orders.billing.tests.paid import paid_and_comped, refused_refund
from orders.billing.tests.vouchers import account_of, sold
from orders.documents.models import Document
from orders.models import Order, OrderLine
from orders.till.tests.tills import till_and_closing
from tables.bookings.tests.evenings import book
from tables.guests.services import add_guest
from tables.models import Party, Section, Table
from tables.services import add_layout, call_staff
from tests.addresses import API, BODIES, LAST, OPEN_TO_ALL, PAGES
from tests.journeys.house import open_house
from tests.plugins.examples import THOROUGH

pytestmark = pytest.mark.django_db

MARK = "zebra"  # in every name and note of the other restaurant
NOW = timezone.now()
MISSING, ABSURD = 999_999, 10**30
STAFF = ("owner", "manager", "host", "waiter", "kitchen", "cashier")
DEVICES = tuple(DEVICE_KINDS)
VERBS = ("get", "post", "put", "delete")
ONCE = pytest.mark.database_agnostic  # on PostgreSQL the owner's run covers the queries of every address
CURIOUS = ("anonymous", "pad", "owner")  # clients that also try their own and absurd ids, with every method
HASTY = [role for role in (*DEVICES, *STAFF) if role not in CURIOUS]
PART = int(os.environ.get("WALK_PART") or 0)


def patterns(resolver=None, prefix=""):
    """Return every (address, view) except the admin's."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        elif isinstance(entry, URLPattern) and not path.startswith("admin/"):
            yield path, entry.callback


def verbs_of(view):
    """Return the methods of an API view; a page has GET and POST."""
    known = getattr(view, "cls", None)
    return [verb for verb in VERBS if hasattr(known, verb) and verb in known.http_method_names] or ["get", "post"]


VERBS_OF = {path: verbs_of(view) for path, view in patterns()}


def test_every_address_is_in_the_table():
    assert set(VERBS_OF) == {*API, *PAGES, *OPEN_TO_ALL, *LAST}


# --- two restaurants ---------------------------------------------------------------------------------------------
@pytest.fixture
def other():
    """Return the other restaurant, in which every readable text contains the mark."""
    there = open_house(name=f"The {MARK}")
    for model in (Section, Table, Category, Item, Station):
        for row in model.objects.filter(restaurant=there.restaurant):
            row.name = f"{MARK} {model.__name__} {row.pk}"
            row.save()
    Device.objects.filter(restaurant=there.restaurant).update(name=f"{MARK} pad")
    there.staff("waiter").name = f"{MARK} waiter"
    there.staff("waiter").save()
    there.order(there.actor("waiter"), note=f"for the {MARK}")
    pause(item_id=there.item.pk, minutes=30, reason=f"the {MARK} is away", actor=there.actor("kitchen"))
    return there


@pytest.fixture
def ids(house, other):
    """Return {kind: [own, other's, missing, absurd]}."""

    def pair(what, own, theirs):
        return {what: [own, theirs, MISSING, ABSURD]}

    printers = [
        Printer.objects.create(restaurant=each.restaurant, station=each.station, name=f"{MARK} printer", kind="browser")
        for each in (house, other)
    ]
    Printer.objects.filter(pk=printers[0].pk).update(name="Laptop")
    mine = house.order().id
    slips = [PrintJob.objects.create(
        restaurant=each.restaurant, printer=printer, kind="test", slip={}, created_at=NOW, due_at=NOW)
        for each, printer in zip((house, other), printers, strict=True)]  # fmt: skip
    paused = pause(item_id=house.add_item().pk, minutes=30, actor=house.actor("kitchen"))
    theirs = Order.objects.get(restaurant=other.restaurant).pk
    days = [OpeningException.objects.create(restaurant=each.restaurant, day=NOW) for each in (house, other)]
    parties = [Order.objects.get(pk=order).party_id for order in (mine, theirs)]
    bosses = [each.actor("manager") for each in (house, other)]
    contacts = [{"phone": "030 111222", "name": name} for name in ("Ana", f"{MARK} guest")]
    guests = [add_guest(fields=fields, actor=boss).pk for fields, boss in zip(contacts, bosses, strict=True)]
    paid, comped = zip(*(paid_and_comped(*each) for each in zip(parties, bosses, strict=True)), strict=True)
    bookings = [book(each, name=name) for each, name in ((house, "Ana"), (other, f"{MARK} booking"))]
    tills, closings = zip(*(till_and_closing(boss) for boss in bosses), strict=True)
    found = {
        **pair("till", *tills),
        **pair("closing", *closings),
        **pair("payment", *paid),
        **pair("refund", *map(refused_refund, paid)),
        **pair("account", *(account_of(each, name).pk for each, name in ((house, "Ana"), (other, f"{MARK} account")))),
        **pair("voucher", *(sold(each).pk for each in (house, other))),
        **pair("deposit", *(failed_deposit(each).pk for each in (house, other))),
        **pair("document", *(Document.objects.get(payment=payment).pk for payment in paid)),
        **pair("adjustment", *comped),
        **pair("order", mine, theirs),
        **pair("guest", *guests),
        **pair("guest_party", *(Party.objects.get(pk=party).uid for party in parties)),
        **pair("room_table", house.table.uid, other.table.uid),
        **pair("printer", *(printer.pk for printer in printers)),
        **pair("slip", *(slip.pk for slip in slips)),
        **pair("table", house.table.pk, other.table.pk),
        **pair("order_line", *(OrderLine.objects.get(order=order).pk for order in (mine, theirs))),
        **pair("party", *parties),
        **pair("station", house.station.pk, other.station.pk),
        **pair(
            "call",
            *(call_staff(table_id=each.table.pk, reason="bill", actor=each.pad_actor)[0].pk for each in (house, other)),
        ),
        **pair("layout", *(add_layout(name="Summer", actor=boss).pk for boss in bosses)),
        **pair("item", house.item.pk, other.item.pk),
        **pair("pause", paused.pk, Pause.objects.get(restaurant=other.restaurant).pk),
        **pair("opening_exception", *(day.pk for day in days)),
        **pair("staff", house.staff("waiter").pk, other.staff("waiter").pk),
        **pair("restaurant", house.restaurant.pk, other.restaurant.pk),
        **pair("reservation", *(booking.uid for booking in bookings)),
        **pair("booking", *(booking.pk for booking in bookings)),
        "token": ["x", "y", "z", "a" * 3000],
    }
    for what, model, path in (("ticket", Ticket, "order"), ("line", TicketLine, "ticket__order")):
        found |= pair(what, *(model.objects.get(**{path: order}).pk for order in (mine, theirs)))
    found["restaurant"] += [house.restaurant.uid, other.restaurant.uid, "no uid", "%00", "'", "٣"]
    return found


def browser_of(house, role):
    """Return a browser with a login, a wall's cookie, or neither."""
    if role in STAFF:
        return house.browser(role)
    client = Client()
    if role in DEVICES:
        more = {"restaurant": house.restaurant, "kind": DEVICE_KINDS[role]}
        device = house.pad.device if role == "pad" else DeviceFactory(**more)
        client.cookies[DEVICE_COOKIE] = token_of(device)
    return client


class Asker:
    """A client that sends requests to all addresses."""

    def __init__(self, house, role, api):
        self.role, self.api = role, api
        self.client = browser_of(house, role) if not api else Client()
        self.headers = {}
        if api and role != "anonymous":
            self.headers["Authorization"] = house.api(role).headers["Authorization"]

    def ask(self, verb, path, body=None):
        more = {"headers": {**self.headers, "Accept": "application/json" if self.api else "text/html"}}
        if verb != "get" and self.api:
            more |= {"data": json.dumps(body or {}), "content_type": "application/json"}
        elif verb != "get":
            more |= {"data": body or {}}
        return getattr(self.client, verb)(path, **more)


def filled(address, value):
    return "/" + re.sub(r"<\w+:\w+>", str(value), address)


def words_of(response):
    """Return an answer without the CSRF token, which may differ."""
    text = re.sub(rb'X-CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"', b"", body_of(response))
    return response.status_code, text, response.get("Content-Type")


def body_of(response):
    """Return the whole body; repeated calls are possible."""
    if response.streaming:
        response.streaming_content = [b"".join(response)]
        return next(iter(response))
    return response.content


def clean(response, house, where):
    """Assert that an answer is no 5xx and has no word of the other restaurant.

    A refusal of the API must be a problem document.
    """
    text = body_of(response).decode(errors="replace")
    assert response.status_code < 500, (where, text)
    assert MARK not in text.lower(), where
    if where[2].startswith(("/api", "/auth")) and response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json", where
        body = response.json()
        assert {"type", "title", "status", "detail", "code"} <= set(body), where
        assert body["status"] == response.status_code, where


BOTH = ("pages", "api")
# Clients that share two restaurants, which take a second to make. An owner changes so much that each kind has its own.
GROUPS = [(("owner",), ("api",)), (("owner",), ("pages",)), (("anonymous",), BOTH), (("pad",), BOTH), (HASTY, BOTH)]


@pytest.mark.parametrize(("roles", "kinds"), [*GROUPS[:2], *(pytest.param(*group, marks=ONCE) for group in GROUPS[2:])])
def test_everybody_everywhere(house, other, ids, roles, kinds):
    theirs_before = _rows_of(other)
    for role in roles:
        for kind in kinds:
            _walk(Asker(house, role, kind == "api"), house, ids)
    assert _rows_of(other) == theirs_before


def _walk(asker, house, ids):
    """Ask for all addresses of a client's part, with the values of its kind."""
    role, api = asker.role, asker.api
    table = API if api else PAGES
    for address in _part_of(table, role):
        what = table[address]
        for verb in VERBS if role in CURIOUS and api else VERBS_OF[address]:
            words = {}
            for value in _values(ids, what, role):
                path = filled(address, value)
                answer = asker.ask(verb, path, BODIES.get(address))
                clean(answer, house, (role, verb, path))
                words[value] = words_of(answer)
            if what not in (None, "token"):
                theirs, missing = ids[what][1:3]
                assert words[theirs] == words[missing], (role, verb, address)


def _part_of(table, role):
    """Return the addresses that a client asks for."""
    if THOROUGH or role in CURIOUS:
        return list(table)
    return list(table)[(HASTY.index(role) + PART) % 3 :: 3]


def test_every_address_is_asked_by_two_more_kinds_of_clients():
    asked = [address for role in HASTY for address in _part_of(API | PAGES, role)]
    assert {address for address in asked if asked.count(address) >= 2} == set(API | PAGES)


def _values(ids, what, role):
    """Return the ids to ask for: every client tries a foreign and a missing one, some try all."""
    if what is None:
        return [""]
    return ids[what] if role in CURIOUS else ids[what][1:3]


def _rows_of(house):
    """Return all stored rows of a restaurant."""
    models = [apps.get_model(label) for label in WATCHED]
    return {
        model: list(model._base_manager.filter(restaurant=house.restaurant).order_by("pk").values()) for model in models
    }


@pytest.mark.parametrize("role", ["pad", "owner"])
def test_absurd_questions(house, other, role):
    """Filters and pages: for any query string there is no 5xx and no foreign row."""
    house.order()
    asker = Asker(house, role, api=True)
    values = ["", "-1", "1" * 30, "abc", "%00", "2026-13-45", "٣", "' OR 1=1", "open,x"]
    names = {
        "/api/orders": ("limit", "offset", "fields", "since"),
        "/api/v1/orders": ("limit", "offset", "status", "table", "since", "no_such"),
        "/api/v1/orders/recent": ("minutes", "limit", "offset"),
        "/api/v1/tickets": ("station", "order", "status", "limit", "offset"),
        "/api/v1/events": ("after", "epoch"),
    }
    for path, wanted in names.items():
        for name in wanted:
            for value in values:
                address = f"{path}?{name}={value}"
                clean(asker.ask("get", address), house, (role, "get", address))
    for name in (f"The {MARK}", str(other.table.pk), Table.objects.get(pk=other.table.pk).name):
        answer = asker.ask("get", f"/api/v1/orders?table={name}")
        if answer.status_code == 200:
            assert answer.json()["results"] == []


BAD_BODIES = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"7",
    b"{}",
    b'{"lines": null}',
    b'{"lines": [null]}',
    b'{"lines": [[]]}',
    b'{"lines": {"0": 1}}',
    b'{"table": {"id": 1}, "items": [{"name": {}, "quantity": {}}]}',
    b'{"table": "x", "items": [{"name": "x", "quantity": 1e400}]}',
    b'{"table": -1, "lines": [{"item": -1, "quantity": -1}]}',
    b'{"table": 9223372036854775808, "lines": [{"item": 9223372036854775807, "quantity": 1}]}',
    b'{"lines": [{"item": 1, "quantity": 1, "modifiers": [9223372036854775807, "", {}]}]}',
    b'{"lines": [{"item": 1, "quantity": 1, "seat": 99999999999, "course": 0}]}',
    b'{"email": {}, "password": []}',
    b'{"refresh_token": "a.b.c"}',
    b'{"code": "\\u0000"}',
    b'{"reason": "\\ud800"}',
    b'{"station": true}',
    b"\xff\xfe",
    b"{" * 5000,
]


WITH_BODY = [
    ("post", "api/order"),
    ("post", "api/v1/orders"),
    ("put", "api/v1/orders/<int:pk>"),
    ("post", "api/v1/orders/<int:pk>/cancel"),
    ("post", "api/v1/orders/<int:pk>/plan"),
    ("post", "api/v1/tickets/<int:pk>/push"),
    ("post", "api/v1/tickets/<int:pk>/recall"),
    ("post", "api/v1/ticket-lines/<int:pk>/push"),
    ("post", "api/v1/ticket-lines/<int:pk>/plate"),
    ("post", "api/v1/devices/enrol"),
    ("post", "api/v1/pad/heartbeat"),
    ("post", "auth/login"),
    ("post", "auth/refresh"),
    ("post", "auth/register"),
]


def test_absurd_bodies(house, ids, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "10000/min")
    for role in ("integration", "owner"):
        asker = Asker(house, role, api=True)
        for verb, address in WITH_BODY:
            path = filled(address, ids[API[address]][0] if API[address] else "")
            for body in BAD_BODIES:
                headers = {**asker.headers, "Idempotency-Key": "k"}
                response = getattr(asker.client, verb)(path, body, "application/json", headers=headers)
                clean(response, house, (role, verb, path))
                assert response.status_code >= 400, (path, body)


def test_the_mark_is_there_to_be_found(other):
    """Control: a client of the other restaurant reads the mark."""
    asker = Asker(other, "owner", api=True)
    for path in ("/api/v1/orders", "/api/v1/menu", "/api/v1/tables", "/api/v1/tickets", "/api/orders"):
        assert MARK in asker.ask("get", path).content.decode().lower(), path
    pages = Asker(other, "owner", api=False)
    for path in ("/floor/", "/kitchen/"):
        assert MARK in pages.ask("get", path).content.decode().lower(), path
    assert Restaurant.objects.filter(name__contains=MARK).exists()
    with suppress(AssertionError):
        clean(asker.ask("get", "/api/v1/menu"), other, ("owner", "get", "/api/v1/menu"))
        pytest.fail("the check does not find the mark")

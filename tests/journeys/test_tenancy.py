"""Two restaurants: every address with an id answers for the other's id as for a missing one, and changes nothing."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from bistro.core.tests.http import nothing_changes
from kitchen.printing.services import print_test
from kitchen.printing.tests.printers import printer_at
from menu.services import pause
from orders.billing.tests.paid import paid_and_comped, refused_refund
from orders.billing.tests.vouchers import account_of, sold
from orders.documents.models import Document
from orders.till.tests.tills import till_and_closing
from tables.bookings.tests.evenings import body as booking_body
from tables.bookings.tests.evenings import book
from tables.guests.services import add_guest
from tables.models import Party
from tables.services import add_layout, call_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MISSING = 999_999
OF_STAFF = ("till", "closing", "room", "voucher", "account")  # programs may not read them
# address → (method, body, kind of the id)
API = {
    "api/v1/orders/<int:pk>": [("get", None, "order"), ("put", "lines", "order"), ("delete", None, "order")],
    "api/v1/orders/<int:pk>/confirm": [("post", None, "order")],
    "api/v1/orders/<int:pk>/cancel": [("post", {"reason": "Left"}, "order")],
    "api/v1/orders/<int:pk>/deliver": [("post", None, "order")],
    "api/v1/orders/<int:pk>/fire": [("post", {"course": 1}, "order")],
    "api/v1/orders/<int:pk>/plan": [("post", {"course": 1, "minutes": 5}, "order")],
    "api/v1/orders/user/<int:user_id>/orders": [("get", None, "staff")],
    "api/v1/orders/restaurant/<str:restaurant_id>/orders": [("get", None, "restaurant")],
    "api/v1/orders/<int:pk>/send": [("post", None, "order")],
    "api/v1/order-lines/<int:pk>/void": [("post", {"reason": "Left"}, "order line")],
    "api/v1/items/<int:pk>/availability": [("post", {"available": False}, "item")],
    "api/v1/pad/calls/<int:pk>": [("delete", None, "call")],
    "api/v1/calls/<int:pk>/take": [("post", None, "call")],
    "api/v1/calls/<int:pk>/close": [("post", None, "call")],
    "api/v1/calls/<int:pk>/release": [("post", None, "call")],
    "api/v1/orders/<int:pk>/move-lines": [("post", {"lines": [{"id": 1}], "table": 1}, "order")],
    "api/v1/parties/<int:pk>": [("get", None, "party"), ("patch", {"size": 2}, "party")],
    "api/v1/parties/<int:pk>/move": [("post", {"table": 1}, "party")],
    "api/v1/parties/<int:pk>/join": [("post", {"table": 1}, "party")],
    "api/v1/parties/<int:pk>/part": [("post", {"table": 1}, "party")],
    "api/v1/parties/<int:pk>/allergies": [("post", {"allergies": ["nuts"]}, "party")],
    "api/v1/tables/<int:pk>/clear": [("post", None, "table")],
    "api/v1/bills/<int:pk>": [("get", None, "party")],
    "api/v1/bills/<int:pk>/present": [("post", None, "party")],
    "api/v1/bills/<int:pk>/split": [("post", {"by": "none"}, "party")],
    "api/v1/bills/<int:pk>/adjustments": [("post", {"kind": "comp", "reason": "x"}, "party")],
    "api/v1/bills/<int:pk>/write-off": [("post", {"reason": "x"}, "party")],
    "api/v1/bills/<int:pk>/payments": [("post", {"method": "cash"}, "party")],
    "api/v1/adjustments/<int:pk>": [("delete", None, "adjustment")],
    "api/v1/bills/<int:pk>/tabs": [("post", {"amount": "5.00"}, "party")],
    "api/v1/payments/<int:pk>/capture": [("post", {}, "payment")],
    "api/v1/payments/<int:pk>": [("get", None, "payment")],
    "api/v1/payments/<int:pk>/cancel": [("post", None, "payment")],
    "api/v1/payments/<int:pk>/undo": [("post", None, "payment")],
    "api/v1/payments/<int:pk>/method": [("post", {"method": "terminal", "reason": "x"}, "payment")],
    "api/v1/payments/<int:pk>/refunds": [("post", {"amount": "1", "reason": "x"}, "payment")],
    "api/v1/documents/<int:pk>": [("get", None, "document")],
    "api/v1/house-accounts/<int:pk>": [("get", None, "account"), ("put", {"limit": "5"}, "account")],
    "api/v1/house-accounts/<int:pk>/moves": [("get", None, "account")],
    "api/v1/house-accounts/<int:pk>/settlements": [("post", {"method": "cash"}, "account")],
    "api/v1/vouchers/<int:pk>": [("get", None, "voucher")],
    "api/v1/vouchers/<int:pk>/void": [("post", {"reason": "Lost", "pay_back": False}, "voucher")],
    "api/v1/tills/<int:pk>": [("get", None, "till")],
    "api/v1/tills/<int:pk>/moves": [("post", {"kind": "drop", "amount": "1"}, "till")],
    "api/v1/tills/<int:pk>/count": [("post", {"pieces": {"5": 1}}, "till")],
    "api/v1/tills/<int:pk>/reopen": [("post", None, "till")],
    "api/v1/tills/<int:pk>/hand-over": [("post", {"to": None}, "till")],
    "api/v1/tills/<int:pk>/close": [("post", {}, "till")],
    "api/v1/closings/<int:pk>": [("get", None, "closing")],
    "api/v1/pauses/<int:pk>": [("delete", None, "pause")],
    "api/v1/tickets/<int:pk>/start": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/bump": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/recall": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/push": [("post", "station", "ticket")],
    "api/v1/tickets/<int:pk>/hold": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/release": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/undo": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/read": [("post", None, "ticket")],
    "api/v1/tickets/<int:pk>/confirm": [("post", None, "ticket")],
    "api/v1/ticket-lines/<int:pk>/bump": [("post", None, "ticket line")],
    "api/v1/ticket-lines/<int:pk>/push": [("post", "station", "ticket line")],
    "api/v1/ticket-lines/<int:pk>/plate": [("post", {"plated": True}, "ticket line")],
    "api/v1/ticket-lines/<int:pk>/recall": [("post", None, "ticket line")],
    "restaurants/<str:restaurant>/guests": [
        ("get", None, "room"),
        ("post", {"guestName": "Ana", "partySize": 2}, "room"),
    ],
    "restaurants/<str:restaurant>/guests/<str:uid>": [("put", {}, "guest party"), ("delete", None, "guest party")],
    "restaurants/<str:restaurant>/tables": [
        ("get", None, "room"),
        ("post", {"name": "T", "capacity": 2, "section": "S"}, "room"),
    ],
    "restaurants/<str:restaurant>/tables/<str:uid>": [("put", {}, "room table"), ("delete", None, "room table")],
    "restaurants/<str:restaurant>/batch-update": [("post", {"updates": []}, "room")],
    "restaurants/<str:restaurant>/sync": [("get", None, "room")],
    "restaurants/<str:restaurant>/dashboard-data": [("get", None, "room")],
    "api/v1/dashboard/<str:restaurant>": [("get", None, "room")],
    "restaurants/<str:restaurant>/reservations": [("get", None, "restaurant"), ("post", "booking", "restaurant")],
    "restaurants/<str:restaurant>/reservations/<str:uid>": [
        ("put", {"notes": "x"}, "reservation"),
        ("delete", None, "reservation"),
    ],
}
API |= {f"api/v1/{path}": calls for path, calls in API.items() if path.startswith("restaurants/")}
PAGES = {
    "floor/edit/layouts/<int:pk>/use/": [("post", None, "layout")],
    "floor/edit/layouts/<int:pk>/remove/": [("post", None, "layout")],
    "floor/tables/<int:pk>/": [("get", None, "table")],
    "floor/bills/<int:pk>/": [("get", None, "party")],
    "floor/documents/<int:pk>/": [("get", None, "document")],
    "floor/documents/<int:pk>/pdf/": [("get", None, "document")],
    "floor/documents/<int:pk>/print/": [("post", None, "document")],
    "floor/documents/<int:pk>/paper/": [("post", None, "document")],
    "floor/bills/<int:pk>/paper/": [("post", None, "party")],
    "floor/documents/<int:pk>/mail/": [("post", {"email": "ana@bistro.example"}, "document")],
    "floor/documents/<int:pk>/invoice/": [("post", {"name": "A", "address": "B"}, "document")],
    "floor/payments/<int:pk>/receipt/": [("get", None, "payment")],
    "floor/bills/<int:pk>/check/": [("get", None, "party")],
    "floor/bills/<int:pk>/present/": [("post", None, "party")],
    "floor/bills/<int:pk>/split/": [("post", {"by": "none"}, "party")],
    "floor/bills/<int:pk>/pay/": [("post", {"cash": ""}, "party")],
    "floor/bills/<int:pk>/adjust/": [("post", {"kind": "comp", "reason": "x"}, "party")],
    "floor/bills/<int:pk>/write-off/": [("post", {"reason": "x"}, "party")],
    "floor/adjustments/<int:pk>/remove/": [("post", None, "adjustment")],
    "host/waiting/<int:pk>/seat/": [("post", {"table": "1"}, "party")],
    "host/waiting/<int:pk>/offer/": [("post", {"table": "1"}, "party")],
    "host/waiting/<int:pk>/take-back/": [("post", None, "party")],
    "host/waiting/<int:pk>/leave/": [("post", None, "party")],
    "host/bookings/<int:pk>/": [("get", None, "booking"), ("post", {"name": "x"}, "booking")],
    "host/bookings/<int:pk>/act/": [("post", {"do": "cancel"}, "booking")],
    "host/bookings/<int:pk>/move/": [("post", {"starts": "x"}, "booking")],
    "guests/<int:pk>/": [("get", None, "guest"), ("post", {"phone": "030 1"}, "guest")],
    "guests/<int:pk>/merge/": [("post", {"other": "1"}, "guest")],
    "guests/<int:pk>/export/": [("post", None, "guest")],
    "guests/<int:pk>/erase/": [("post", {"sure": "1"}, "guest")],
    "floor/payments/<int:pk>/undo/": [("post", None, "payment")],
    "floor/payments/<int:pk>/method/": [("post", {"method": "terminal", "reason": "x"}, "payment")],
    "floor/bills/<int:pk>/tab/": [("post", {"amount": "5"}, "party")],
    "floor/payments/<int:pk>/capture/": [("post", {"amount": "5"}, "payment")],
    "floor/payments/<int:pk>/refund/": [("post", {"amount": "1", "reason": "x"}, "payment")],
    "till/closings/<int:pk>/": [("get", None, "closing")],
    "till/closings/<int:pk>/paper/": [("post", None, "closing")],
    "till/<int:pk>/drawer/": [("post", None, "till")],
    "till/<int:pk>/printer/": [("post", {"has_drawer": "on"}, "till")],
    "till/printers/<int:pk>/retry/": [("post", None, "printer")],
    "till/printers/<int:pk>/dismiss/": [("post", None, "printer")],
    "till/accounts/<int:pk>/": [("get", None, "account")],
    "till/accounts/<int:pk>/settle/": [("post", {"method": "cash"}, "account")],
    "till/accounts/<int:pk>/change/": [("post", {"limit": "5"}, "account")],
    "till/vouchers/<int:pk>/": [("get", None, "voucher")],
    "till/vouchers/<int:pk>/paper/": [("get", None, "voucher")],
    "till/vouchers/<int:pk>/slip/": [("post", None, "voucher")],
    "till/vouchers/<int:pk>/void/": [("post", {"reason": "Lost"}, "voucher")],
    "till/<int:pk>/": [("get", None, "till")],
    "till/<int:pk>/move/": [("post", {"kind": "drop", "amount": "1"}, "till")],
    "till/<int:pk>/count/": [("post", {"piece-5.00": "1"}, "till")],
    "till/<int:pk>/reopen/": [("post", None, "till")],
    "till/<int:pk>/hand-over/": [("post", {"to": ""}, "till")],
    "till/<int:pk>/close/": [("post", {}, "till")],
    "floor/payments/<int:pk>/ask/": [("post", None, "payment")],
    "floor/payments/<int:pk>/cancel/": [("post", None, "payment")],
    "floor/payments/<int:pk>/give-back/": [("post", None, "payment")],
    "floor/payments/<int:pk>/settle/": [("post", {"reason": "x"}, "payment")],
    "floor/refunds/<int:pk>/settle/": [("post", {"reason": "x"}, "refund")],
    "floor/tables/<int:pk>/state/": [("get", None, "table")],
    "floor/tables/<int:pk>/order/": [("get", None, "table"), ("post", "form", "table")],
    "floor/tables/<int:pk>/order/draft/": [("get", None, "table")],
    "floor/tables/<int:pk>/order/send/": [("post", {"key": "k"}, "table")],
    "floor/tables/<int:pk>/order/act/": [("post", {"do": "deliver", "order": "1"}, "table")],
    "floor/menu/<int:restaurant_id>/<int:version>/": [("get", None, "restaurant")],
    "floor/counter/<int:pk>/hand-over/": [("post", None, "order")],
    "floor/lines/<int:pk>/": [("get", None, "order line"), ("post", {"quantity": "2"}, "order line")],
    "floor/lines/<int:pk>/void/": [("post", {"reason": "mistake"}, "order line")],
    "floor/calls/<int:pk>/take/": [("post", None, "call")],
    "floor/calls/<int:pk>/close/": [("post", None, "call")],
    "floor/calls/<int:pk>/release/": [("post", None, "call")],
    "menu/items/<int:pk>/availability/": [("post", {"until": "notice"}, "item")],
    "floor/tables/<int:pk>/deliver/": [("post", None, "table")],
    "floor/tables/<int:pk>/seat/": [("post", {"size": "2"}, "table")],
    "floor/tables/<int:pk>/covers/": [("post", {"size": "2"}, "table")],
    "floor/tables/<int:pk>/take-over/": [("post", None, "table")],
    "floor/tables/<int:pk>/move/": [("post", None, "table")],
    "floor/tables/<int:pk>/join/": [("post", None, "table")],
    "floor/tables/<int:pk>/part/": [("post", None, "table")],
    "floor/orders/<int:pk>/lines/": [("get", None, "order"), ("post", None, "order")],
    "floor/tables/<int:pk>/clear/": [("post", None, "table")],
    "floor/tables/<int:pk>/allergies/": [("post", {"allergy": "nuts"}, "table")],
    "floor/orders/<int:pk>/confirm/": [("post", None, "order")],
    "floor/orders/<int:pk>/cancel/": [("post", {"reason": "mistake"}, "order")],
    "floor/orders/<int:pk>/deliver/": [("post", None, "order")],
    "floor/orders/<int:pk>/courses/<int:course>/fire/": [("post", None, "order")],
    "floor/orders/<int:pk>/courses/<int:course>/plan/": [("post", {"minutes": "5"}, "order")],
    "floor/orders/<int:pk>/courses/<int:course>/remove/": [("post", {"reason": "mistake"}, "order")],
    "kitchen/pauses/<int:pk>/resume/": [("post", None, "pause")],
    "kitchen/<int:station_id>/": [("get", None, "station")],
    "kitchen/tickets/<int:pk>/start/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/bump/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/recall/": [("post", None, "ticket")],
    "kitchen/lines/<int:pk>/bump/": [("post", None, "ticket line")],
    "kitchen/tickets/<int:pk>/": [("get", None, "ticket")],
    "kitchen/tickets/<int:pk>/undo/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/hold/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/release/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/read/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/confirm/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/fire/": [("post", None, "ticket")],
    "kitchen/tickets/<int:pk>/push/<int:station_id>/": [("post", None, "ticket")],
    "kitchen/lines/<int:pk>/undo/": [("post", None, "ticket line")],
    "kitchen/lines/<int:pk>/plate/": [("post", {"plated": "1"}, "ticket line")],
    "kitchen/lines/<int:pk>/push/<int:station_id>/": [("post", None, "ticket line")],
    "kitchen/orders/<int:pk>/deliver/": [("post", None, "order")],
    "kitchen/orders/<int:pk>/courses/<int:course>/fire/": [("post", None, "order")],
    "kitchen/tickets/<int:pk>/print/": [("get", None, "ticket"), ("post", None, "ticket")],
    "kitchen/printers/<int:pk>/": [("get", None, "printer"), ("post", None, "printer")],
    "kitchen/printers/<int:pk>/retry/": [("post", None, "printer")],
    "kitchen/printers/<int:pk>/dismiss/": [("post", None, "printer")],
    "kitchen/slips/<int:pk>/printed/": [("post", {"attempt": "0"}, "slip")],
}


def addresses(resolver=None, prefix=""):
    """Return every address of the four apps, and of receipts on paper."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            module = getattr(getattr(entry.callback, "cls", entry.callback), "__module__", "")
            if module.startswith(("orders", "menu", "tables", "kitchen", "bistro.receipts")) and "admin" not in module:
                yield path


def test_every_address_with_an_id_is_here():
    ids = {path for path in addresses() if "<" in path and "token>" not in path}  # a token is a secret, no id
    found = {path for path in ids if "<str:day>" not in path}
    assert found == set(API) | set(PAGES)


@pytest.fixture
def foreign(other_house):
    """Return rows of the other restaurant, by kind."""
    order = other_house.place()
    (ticket,) = other_house.tickets(order)
    payment, adjustment = paid_and_comped(order["party"], other_house.actor("manager"))
    till, closing = till_and_closing(other_house.actor("manager"))
    reservation = book(other_house)
    printer = printer_at(other_house, 9100, kind="browser")
    print_test(printer_id=printer.pk, actor=other_house.actor("owner"))
    return {
        "printer": printer.pk,
        "slip": printer.jobs.get().pk,
        "order": order["id"],
        "order line": order["lines"][0]["id"],
        "item": other_house.item.pk,
        "guest": add_guest(fields={"phone": "030 111222"}, actor=other_house.actor("host")).pk,
        "call": call_staff(table_id=other_house.table.pk, reason="bill", actor=other_house.pad_actor)[0].pk,
        "layout": add_layout(name="Lunch", actor=other_house.actor("owner")).pk,
        "table": other_house.table.pk,
        "party": order["party"],
        "guest party": Party.objects.get(pk=order["party"]).uid,
        "room table": other_house.table.uid,
        "payment": payment,
        "refund": refused_refund(payment),
        "document": Document.objects.get(payment=payment).pk,
        "adjustment": adjustment,
        "account": account_of(other_house).pk,
        "voucher": sold(other_house).pk,
        "till": till,
        "closing": closing,
        "ticket": ticket["id"],
        "ticket line": ticket["lines"][0]["id"],
        "station": other_house.station.pk,
        "pause": pause(minutes=5, actor=other_house.actor("manager")).pk,
        "staff": other_house.staff("waiter").pk,
        "restaurant": other_house.restaurant.pk,
        "reservation": reservation.uid,
        "booking": reservation.pk,
        "room": other_house.restaurant.pk,
    }


def bodies(house, body):
    return {
        "lines": {"lines": [{"item": house.item.pk, "quantity": 1}]},
        "station": {"station": house.station.pk},
        "booking": booking_body(),
        "form": {f"quantity-{house.item.pk}": "1", "key": "k", "do": "send"},
    }.get(body, body) if isinstance(body, str) else body  # fmt: skip


CALLS = {
    "API": [(path, *call) for path, calls in API.items() for call in calls],
    "pages": [(path, *call) for path, calls in PAGES.items() for call in calls],
}


def answers_of(ask, path, foreign):
    """Return the answers for another restaurant's id and for a missing one: both 404, and nothing changes."""
    with nothing_changes():
        theirs, missing = ("/" + re.sub("<.*?>", str(pk), path) for pk in (foreign, MISSING))
        answers = ask(theirs), ask(missing)
    assert [answer.status_code for answer in answers] == [404, 404], path
    return answers


@pytest.mark.parametrize("role", ["owner", "integration"])
def test_the_api(house, foreign, role):
    for path, verb, body, kind in CALLS["API"]:
        api = house.api("manager" if role == "integration" and (verb != "get" or kind in OF_STAFF) else role)
        wish = bodies(house, body)
        given = () if wish is None else (wish,)
        theirs, missing = answers_of(lambda address: getattr(api, verb)(address, *given), path, foreign[kind])  # noqa: B023
        assert theirs.content == missing.content, (verb, path)
        assert theirs["Content-Type"] == "application/problem+json", (verb, path)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_pages(house, foreign, htmx):
    browser = house.browser("owner")
    headers = {"HX-Request": "true"} if htmx else {}
    for path, verb, body, kind in CALLS["pages"]:
        call, wish = getattr(browser, verb), bodies(house, body) or {}
        answers = answers_of(lambda address: call(address, wish, headers=headers), path, foreign[kind])  # noqa: B023
        theirs, missing = (re.sub(rb'X-CSRFToken": "\w+"', b"", answer.content) for answer in answers)
        assert theirs == missing, (verb, path)


def test_lists_show_ones_own(house, foreign):
    owner = house.api("owner")
    for path in ("/api/v1/orders", "/api/v1/tickets", "/api/v1/orders/recent"):
        assert owner.get(path).json()["count"] == 0
    assert owner.get("/api/orders").json() == []
    assert [table["id"] for table in owner.get("/api/v1/tables").json()["results"]] == [house.table.pk]
    assert owner.get("/api/v1/events").json() == []


def test_ids_in_bodies_are_ones_own(house, foreign, other_house):
    owner, line = house.api("owner"), {"item": house.item.pk, "quantity": 1}
    order = house.place()
    (ticket,) = house.tickets(order)
    with nothing_changes():
        answers = [
            owner.post("/api/v1/orders", {"table": foreign["table"], "lines": [line]}),
            owner.post("/api/v1/orders", {"table": house.table.pk, "lines": [{**line, "item": other_house.item.pk}]}),
            owner.put(f"/api/v1/orders/{order['id']}", {"lines": [{**line, "item": other_house.item.pk}]}),
            owner.post(f"/api/v1/tickets/{ticket['id']}/push", {"station": foreign["station"]}),
        ]
    assert [answer.status_code for answer in answers] == [404, 422, 422, 422]

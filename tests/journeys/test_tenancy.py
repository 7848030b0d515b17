"""Two restaurants: every address with an id answers for the other's id as for a missing one, and changes nothing."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from bistro.core.tests.http import nothing_changes
from kitchen.printing.services import print_test
from kitchen.printing.tests.printers import printer_at
from menu.services import pause
from tables.services import call_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MISSING = 999_999
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
}
PAGES = {
    "floor/tables/<int:pk>/": [("get", None, "table")],
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
    """Return every address of the four apps."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            module = getattr(getattr(entry.callback, "cls", entry.callback), "__module__", "")
            if module.split(".")[0] in ("orders", "menu", "tables", "kitchen") and "admin" not in module:
                yield path


def test_every_address_with_an_id_is_here():
    assert {path for path in addresses() if "<" in path} == set(API) | set(PAGES)


@pytest.fixture
def foreign(other_house):
    """Return rows of the other restaurant, by kind."""
    order = other_house.place()
    (ticket,) = other_house.tickets(order)
    printer = printer_at(other_house, 9100, kind="browser")
    print_test(printer_id=printer.pk, actor=other_house.actor("owner"))
    return {
        "printer": printer.pk,
        "slip": printer.jobs.get().pk,
        "order": order["id"],
        "order line": order["lines"][0]["id"],
        "item": other_house.item.pk,
        "call": call_staff(table_id=other_house.table.pk, reason="bill", actor=other_house.pad_actor)[0].pk,
        "table": other_house.table.pk,
        "party": order["party"],
        "ticket": ticket["id"],
        "ticket line": ticket["lines"][0]["id"],
        "station": other_house.station.pk,
        "pause": pause(minutes=5, actor=other_house.actor("manager")).pk,
        "staff": other_house.staff("waiter").pk,
        "restaurant": other_house.restaurant.pk,
    }


def bodies(house, body):
    return {
        "lines": {"lines": [{"item": house.item.pk, "quantity": 1}]},
        "station": {"station": house.station.pk},
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
        api = house.api("manager" if role == "integration" and verb != "get" else role)
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

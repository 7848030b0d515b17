"""Permissions over HTTP: every role with every action."""

import pytest
from django.db import transaction

from bistro.core.kernel.roles import Role
from bistro.core.tests.http import nothing_changes, refused
from orders.order_commands import LineRequest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ROLES = [role.value for role in Role]
EVERYBODY = set(ROLES)
MANAGERS = {"owner", "manager"}
STAFF_WHO_SERVE = MANAGERS | {"waiter"}
READERS = EVERYBODY - {"pad", "tablet"}  # who reads every order


class Acts:
    """An action: (before) preparations, (do) the attempt with a role, (works) the status of success."""

    def __init__(self, house):
        self.house = house

    def place(self, role):
        body = {"lines": [{"item": self.house.item.pk, "quantity": 1}], "table": self.house.table.pk}
        return self.house.api(role).post("/api/v1/orders", body, key="k")

    def place_by_names(self, role):
        body = {"items": [{"name": self.house.item.name, "quantity": 1}], "table": self.house.table.name}
        return self.house.api(role).post("/api/order", body)

    def place_elsewhere(self, role):
        body = {"lines": [{"item": self.house.item.pk, "quantity": 1}], "table": self.house.elsewhere.pk}
        return self.house.api(role).post("/api/v1/orders", body, key="k")

    def edit(self, role):
        body = {"lines": [{"item": self.house.item.pk, "quantity": 2}]}
        return self.house.api(role).put(f"/api/v1/orders/{self.house.pk}", body)

    def withdraw(self, role):
        return self.house.api(role).delete(f"/api/v1/orders/{self.house.pk}")

    def confirm(self, role):
        return self.house.api(role).post(f"/api/v1/orders/{self.house.pk}/confirm")

    def cancel(self, role):
        return self.house.api(role).post(f"/api/v1/orders/{self.house.pk}/cancel", {"reason": "Left"})

    def deliver(self, role):
        return self.house.api(role).post(f"/api/v1/orders/{self.house.pk}/deliver")

    def fire(self, role):
        return self.house.api(role).post(f"/api/v1/orders/{self.house.pk}/fire", {"course": 2})

    def clear(self, role):
        return self.house.api(role).post(f"/api/v1/tables/{self.house.table.pk}/clear")

    def start(self, role):
        return self._ticket(role, "start")

    def bump(self, role):
        return self._ticket(role, "bump")

    def recall(self, role):
        return self._ticket(role, "recall")

    def push(self, role):
        return self._ticket(role, "push", {"station": self.house.bar.pk})

    def bump_line(self, role):
        return self.house.api(role).post(f"/api/v1/ticket-lines/{self.house.ticket['lines'][0]['id']}/bump")

    def recall_line(self, role):
        return self.house.api(role).post(f"/api/v1/ticket-lines/{self.house.ticket['lines'][0]['id']}/recall")

    def push_line(self, role):
        return self._line(role, "push", {"station": self.house.bar.pk})

    def plate(self, role):
        return self._line(role, "plate", {"plated": True})

    def hold(self, role):
        return self._ticket(role, "hold")

    def release(self, role):
        return self._ticket(role, "release")

    def undo(self, role):
        return self._ticket(role, "undo")

    def read(self, role):
        return self._ticket(role, "read")

    def plan(self, role):
        return self.house.api(role).post(f"/api/v1/orders/{self.house.pk}/plan", {"course": 2, "minutes": 10})

    def _line(self, role, what, body=None):
        return self.house.api(role).post(f"/api/v1/ticket-lines/{self.house.ticket['lines'][0]['id']}/{what}", body)

    def heartbeat(self, role):
        return self.house.api(role).post("/api/v1/pad/heartbeat", {"digest": "abc", "battery": 80})

    def _ticket(self, role, what, body=None):
        return self.house.api(role).post(f"/api/v1/tickets/{self.house.ticket['id']}/{what}", body)


COOKS = MANAGERS | {"kitchen", "screen"}
ORDER_TAKERS = STAFF_WHO_SERVE | {"integration", "pad"}
# action → the order's status before, the permitted roles, and the status of success
TABLE = {
    "place": (None, ORDER_TAKERS, 201),
    "place_by_names": (None, ORDER_TAKERS, 201),
    "place_elsewhere": (None, STAFF_WHO_SERVE | {"integration"}, 201),
    "edit": ("placed", STAFF_WHO_SERVE | {"pad"}, 200),  # the order belongs to the pad
    "withdraw": ("placed", MANAGERS | {"pad"}, 204),
    "confirm": ("placed", STAFF_WHO_SERVE | {"kitchen"}, 200),
    "cancel": ("placed", STAFF_WHO_SERVE, 200),
    "deliver": ("ready", COOKS | {"waiter"}, 200),
    "fire": ("holding", COOKS | {"waiter"}, 200),
    "clear": ("delivered", STAFF_WHO_SERVE | {"host"}, 204),
    "start": ("placed", COOKS, 200),
    "bump": ("placed", COOKS, 200),
    "recall": ("ready", COOKS, 200),
    "push": ("placed", COOKS, 200),
    "bump_line": ("placed", COOKS, 200),
    "recall_line": ("ready", COOKS, 200),
    "push_line": ("placed", COOKS, 200),
    "plate": ("ready", COOKS, 200),
    "hold": ("placed", COOKS, 200),
    "release": ("placed", COOKS, 200),
    "undo": ("ready", COOKS, 200),
    "read": ("placed", COOKS, 200),
    "plan": ("holding", COOKS | {"waiter"}, 200),
    "heartbeat": (None, {"pad"}, 200),
}
READS = {
    "/api/v1/orders": EVERYBODY,
    "/api/orders": EVERYBODY,
    "/api/v1/menu": EVERYBODY,
    "/api/v1/orders/recent": READERS,
    "/api/v1/tickets": READERS,
    "/api/v1/tables": READERS,
    "/api/v1/events": READERS,
    "/api/debug": MANAGERS,
}


@pytest.fixture
def acts(house):
    from kitchen.tests.factories import StationFactory

    house.bar = StationFactory(restaurant=house.restaurant)
    house.elsewhere = house.add_table()
    return Acts(house)


@pytest.mark.parametrize("act", TABLE)
def test_who_may_act(house, acts, act):
    before, may, answer = TABLE[act]
    for role in ROLES:
        house.api(role)
    if before == "holding":
        house.hold_courses()
        house.pk = house.order(lines=[LineRequest(item=house.item.pk, quantity=1, course=n) for n in (1, 2)]).id
    elif before:
        order = house.reach(before)
        house.pk, (house.ticket,) = order["id"], house.tickets(order)
    for role in ROLES:
        if role in may:
            start = transaction.savepoint()
            response = getattr(acts, act)(role)
            assert response.status_code == answer, (role, response.content)
            transaction.savepoint_rollback(start)
        else:
            with nothing_changes():
                response = getattr(acts, act)(role)
            refused(response, *refusal_of(act, role))


def refusal_of(act, role):
    """Return the status and the code of the refusal."""
    if role == "tablet" and act in ("edit", "withdraw"):  # without a person it sees no order
        return 404, "order_not_found"
    if (act, role) == ("place_elsewhere", "pad"):
        return 422, "wrong_table"
    return 403, "permission_denied"


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read(house, role):
    order = house.place()
    for path, may in READS.items():
        response = house.api(role).get(path)
        if role in may:
            assert response.status_code == 200, (path, response.content)
        else:
            refused(response, 403, "permission_denied")
    response = house.api(role).get(f"/api/v1/orders/{order['id']}")
    if role == "tablet":  # without a person it sees no order
        refused(response, 404, "order_not_found")
        assert house.api(role).get("/api/v1/orders").json()["results"] == []
        assert house.api(role).get("/api/orders").json() == []
    else:
        assert response.status_code == 200, response.content


PAGES = {
    "/floor/": STAFF_WHO_SERVE | {"host", "cashier"},
    "/kitchen/": STAFF_WHO_SERVE | {"kitchen"},
}


@pytest.mark.parametrize("role", ["owner", "manager", "host", "waiter", "kitchen", "cashier"])
@pytest.mark.parametrize("path", PAGES)
def test_who_may_open_a_page(house, path, role):
    response = house.browser(role).get(path)
    assert response.status_code == (200 if role in PAGES[path] else 403)

"""A complete small restaurant for tests of several apps. The fixtures `house` and `other_house` create it."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from django.test import Client

from bistro.core.auth.access import SESSION_RESTAURANT, actor_of_device, staff_actor
from bistro.core.auth.authentication import claims_for
from bistro.core.kernel.actors import Actor
from bistro.core.models import Restaurant, Staff
from bistro.core.tests.factories import (
    DEVICE_KINDS,
    DeviceFactory,
    MembershipFactory,
    RestaurantFactory,
    actor_as,
    token_of,
)
from bistro.core.tests.http import Api
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Station, Ticket
from kitchen.representations import ticket_json
from kitchen.services import bump_ticket, start_ticket
from kitchen.tests.factories import StationFactory
from menu.compiled import forget as forget_menus
from menu.models import Category, Item
from menu.setup_steps import add_catalogue
from menu.tests.factories import CategoryFactory, ItemFactory, TaxFactory
from orders.models import Order
from orders.order_commands import LineRequest, OrderRequest
from orders.representations import order_detail
from orders.services import PlacedOrder, cancel_order, confirm_order, deliver_order, place_order
from tables.models import Pad, Table
from tables.tests.factories import PadFactory, SectionFactory, TableFactory

_keys = count(1)


@dataclass
class House:
    """A restaurant with a table, a pad on it, a dish at 10.00 and a station."""

    restaurant: Restaurant
    table: Table
    pad: Pad
    item: Item
    station: Station
    _apis: dict[str, Api] = field(default_factory=dict)
    _staff: dict[str, Staff] = field(default_factory=dict)

    # --- in-process ---------------------------------------------------------------------------------------
    def actor(self, role: str) -> Actor:
        return actor_as(role, self.restaurant)

    @property
    def pad_actor(self) -> Actor:
        return actor_of_device(self.pad.device)

    def request(self, actor: Actor | None = None, *, quantity: int = 1, **more) -> OrderRequest:
        """Build an order request for the house's dish; `lines` replaces the lines."""
        more.setdefault("lines", (LineRequest(item=self.item.pk, quantity=quantity),))
        more.setdefault("table_id", self.table.pk)
        return OrderRequest(actor=actor or self.pad_actor, **more)

    def order(self, actor: Actor | None = None, **more) -> PlacedOrder:
        return place_order(self.request(actor, **more))

    # --- more of the same -------------------------------------------------------------------------------
    @property
    def category(self) -> Category:
        return self.item.category

    def add_item(self, **fields: Any) -> Item:
        if "price" in fields:
            fields["price"] = Decimal(fields["price"])
        return ItemFactory(category=fields.pop("category", None) or self.category, **fields)

    def add_table(self, **fields: Any) -> Table:
        return TableFactory(section=self.table.section, **fields)

    def add_pad(self, table: Table | None = None) -> Api:
        """Add a pad, on a new table by default, and return its client."""
        pad = PadFactory(table=table or self.add_table())
        return Api(f"Device {token_of(pad.device)}")

    def hold_courses(self) -> None:
        """Hold later courses from now on."""
        Restaurant.objects.filter(pk=self.restaurant.pk).update(hold_courses=True)
        forget_menus()

    # --- over HTTP ----------------------------------------------------------------------------------------
    def staff(self, role: str) -> Staff:
        """Return a member of staff for each role."""
        if role not in self._staff:
            self._staff[role] = MembershipFactory(restaurant=self.restaurant, role=role).staff
        return self._staff[role]

    def api(self, role: str = "pad") -> Api:
        """Return an API client for a person with this role, always the same person."""
        if role not in self._apis:
            self._apis[role] = self._new_api(role)
        return self._apis[role]

    def _new_api(self, role: str) -> Api:
        if role == "pad":
            return Api(f"Device {token_of(self.pad.device)}")
        if role in DEVICE_KINDS:
            return Api(f"Device {token_of(DeviceFactory(restaurant=self.restaurant, kind=DEVICE_KINDS[role]))}")
        return Api(f"Bearer {claims_for(self.staff(role), self.restaurant.pk).access_token}")

    def browser(self, role: str) -> Client:
        """Return a browser that is logged in."""
        client = Client()
        client.force_login(self.staff(role))
        session = client.session
        session[SESSION_RESTAURANT] = self.restaurant.pk
        session.save()
        return client

    def place(self, role: str = "pad", **body: Any) -> dict[str, Any]:
        """Place an order over HTTP (one of the house's dish unless `lines` says otherwise) and return its JSON."""
        api = body.pop("api", None) or self.api(role)
        body.setdefault("lines", [{"item": self.item.pk, "quantity": body.pop("quantity", 1)}])
        if role != "pad":
            body.setdefault("table", self.table.pk)
        response = api.post("/api/v1/orders", body, key=body.pop("key", None) or f"key-{next(_keys)}")
        assert response.status_code == 201, response.content
        return response.json()

    def reach(self, status: str, *, quantity: int = 1) -> dict[str, Any]:
        """Bring the pad's order to this status by the services of people's actions, and return its JSON."""
        pk = self.order(quantity=quantity).id
        manager = staff_actor(self.staff("manager"), self.restaurant.pk)
        tickets = Ticket.objects.filter(order_id=pk).order_by("pk").values_list("pk", flat=True)
        if status in ("confirmed", "preparing", "ready", "delivered"):
            confirm_order(order_id=pk, actor=manager)
        if status == "preparing":
            for ticket_id in tickets:
                start_ticket(ticket_id=ticket_id, actor=manager)
        if status in ("ready", "delivered"):
            for ticket_id in tickets:
                bump_ticket(ticket_id=ticket_id, actor=manager)
        if status == "delivered":
            deliver_order(order_id=pk, actor=manager)
        if status == "cancelled":
            cancel_order(order_id=pk, reason="Mistake", actor=manager)
        found = order_detail(Order.objects.with_lines().get(pk=pk))
        assert found["status"] == status
        return found

    def tickets(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the tickets of an order in the API's shape, oldest first."""
        rows = Ticket.objects.filter(order_id=order["id"]).with_lines().oldest_first()
        return [ticket_json(ticket) for ticket in rows]

    def status(self, order: dict[str, Any]) -> str:
        return Order.objects.values_list("status", flat=True).get(pk=order["id"])

    @staticmethod
    def done(response: Any) -> Any:
        """Return the answer of an action that must succeed."""
        assert response.status_code in (200, 201, 204), response.content
        return response.json() if response.content else None


def open_house(**restaurant) -> House:
    """Create a restaurant. Two calls create two tenants."""
    here = RestaurantFactory(**restaurant)
    with UnitOfWork(Actor.system(here.pk, "tests")):
        add_catalogue(here.pk)
    TaxFactory(restaurant=here)
    table = TableFactory(section=SectionFactory(restaurant=here))
    return House(
        restaurant=here,
        table=table,
        pad=PadFactory(table=table),
        item=ItemFactory(category=CategoryFactory(restaurant=here)),
        station=StationFactory(restaurant=here, is_catch_all=True),
    )

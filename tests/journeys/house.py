"""A whole small restaurant for tests that need more than one app."""

from dataclasses import dataclass

from bistro.core.access import actor_of_device
from bistro.core.actors import Actor
from bistro.core.models import Restaurant
from bistro.core.tests.factories import DeviceFactory, RestaurantFactory, actor_as
from kitchen.models import Station
from kitchen.tests.factories import StationFactory
from menu.models import Item
from menu.tests.factories import CategoryFactory, ItemFactory, TaxRateFactory
from orders.requests import LineRequest, OrderRequest
from orders.services import PlacedOrder, place_order
from tables.models import Pad, Table
from tables.tests.factories import PadFactory, SectionFactory, TableFactory


@dataclass
class House:
    """One restaurant with a table, a pad on it, a dish at 10.00 and a station."""

    restaurant: Restaurant
    table: Table
    pad: Pad
    item: Item
    station: Station

    def actor(self, role: str) -> Actor:
        return actor_as(role, self.restaurant)

    @property
    def pad_actor(self) -> Actor:
        return actor_of_device(self.pad.device)

    def request(self, actor: Actor | None = None, *, quantity: int = 1, **more) -> OrderRequest:
        """A wish for the house's dish; `lines` replaces it."""
        more.setdefault("lines", (LineRequest(item=self.item.pk, quantity=quantity),))
        more.setdefault("table_id", self.table.pk)
        return OrderRequest(actor=actor or self.pad_actor, **more)

    def order(self, actor: Actor | None = None, **more) -> PlacedOrder:
        return place_order(self.request(actor, **more))

    def integration_token(self) -> str:
        device = DeviceFactory(restaurant=self.restaurant)
        return f"token-{device.name}"


def open_house(**restaurant) -> House:
    """Build one. Call it twice for two tenants."""
    here = RestaurantFactory(**restaurant)
    TaxRateFactory(restaurant=here)
    table = TableFactory(section=SectionFactory(restaurant=here))
    return House(
        restaurant=here,
        table=table,
        pad=PadFactory(table=table),
        item=ItemFactory(category=CategoryFactory(restaurant=here)),
        station=StationFactory(restaurant=here, is_catch_all=True),
    )

"""The restaurant in which every action is done twice, by a model and by the services; and the comparison of the two."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bistro.core.kernel.errors import DomainError
from bistro.core.live import event_log
from kitchen.expo.live import ExpoView
from kitchen.models import ModifierRoute
from kitchen.models import Ticket as TicketRow
from kitchen.tests.factories import StationFactory
from kitchen.wall.live import KitchenView
from menu.compiled import forget as forget_menus
from menu.tests.factories import CategoryFactory, ModifierFactory
from orders.floor.live import FloorView
from orders.order_commands import LineRequest
from orders.program_feed import OrderFeed
from tests.journeys.house import open_house
from tests.machine.model import Kitchen, Line, Refused, Ticket
from tests.machine.screens import PageScreen, ProgramScreen

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CARD = ["dish", "dish with fries", "steak", "cake", "beer"]

picks = st.integers(min_value=0, max_value=99)
wishes = st.lists(st.tuples(st.sampled_from(CARD), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4)


class House(RuleBasedStateMachine):
    """A restaurant with two tables and three stations: the catch-all, grill and bar.

    The menu has a dish, with or without fries from the bar; a steak that grill and catch-all make together; a counted
    cake
    without a route; and a beer that may be off.
    """

    catch_up = True  # False in the control: screens miss an event

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(NOON, tick=False)
        self.clock.start()
        self.now, self.waits, self.restarts, self.turn = 0.0, 0, 0, 0
        self.house = house = open_house()
        self.manager = house.actor("manager")
        grill, bar = (StationFactory(restaurant=house.restaurant) for _ in range(2))
        drinks = CategoryFactory(restaurant=house.restaurant, name="Drinks")
        self.items = {
            "dish": house.item,
            "steak": house.add_item(price="8.00"),
            "cake": house.add_item(price="5.00", portions_left=12),
            "beer": house.add_item(price="4.00", category=drinks),
        }
        self.categories = {"food": house.category, "drinks": drinks}
        for item, station in (("dish", grill), ("steak", house.station), ("steak", grill), ("beer", bar)):
            station.routes.create(restaurant=house.restaurant, item=self.items[item])
        self.fries = ModifierFactory(group__item=house.item, name="fries")
        ModifierRoute.objects.create(restaurant=house.restaurant, station=bar, modifier=self.fries)
        self.stations = [house.station.pk, grill.pk, bar.pk]
        self.tables = [house.table.pk, house.add_table().pk]
        self.furnish()
        forget_menus()
        first, second, third = self.stations
        self.model = Kitchen(
            routes={"dish": (second,), "steak": (first, second), "cake": (first,), "beer": (third,)},
            choices={"fries": (third,)},
            categories={"dish": "food", "steak": "food", "cake": "food", "beer": "drinks"},
            prices={"dish": 10, "steak": 8, "cake": 5, "beer": 4},
            left={"cake": 12},
        )
        self.keys = 0
        self.hang_screens()

    def furnish(self) -> None:
        """Create the rest of the restaurant before the service."""

    def teardown(self) -> None:
        self.clock.stop()

    def set_clock(self, seconds: float) -> None:
        self.now = self.model.now = seconds
        self.clock.stop()
        self.clock = time_machine.travel(NOON + timedelta(seconds=seconds), tick=False)
        self.clock.start()

    def hang_screens(self) -> None:
        """Connect new screens: walls for all stations and for each one, the pass, the floor, programs and a pad."""
        restaurant_id, who = self.house.restaurant.pk, self.manager
        self.cursor = event_log.position(restaurant_id).seq
        views: list[Any] = [KitchenView(restaurant_id, who, station) for station in (None, *self.stations)]
        views += [ExpoView(restaurant_id, who), FloorView(restaurant_id, who)]
        self.screens: list[Any] = [PageScreen(view) for view in views]
        self.screens += [ProgramScreen(OrderFeed(restaurant_id, who, table)) for table in (None, self.tables[0])]

    # --- the comparison of an action ------------------------------------------------------------------------------
    def attempt(self, rules: Callable[[], Any], service: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Run the action in both; both must succeed or both must refuse. Return both results, None for a refusal."""
        before = copy.deepcopy(self.model)
        try:
            given: Any = rules()
        except Refused as refused:
            why = refused.code
        else:
            return given, service()
        self.model = before
        with pytest.raises(DomainError) as caught:
            service()
        assert why in ("", caught.value.code)
        return None

    def order_id(self, pick: int) -> int:
        """Choose one of the orders, the newest first."""
        ids = sorted(self.model.orders, reverse=True)
        return ids[pick % len(ids)]

    def ticket_id(self, pick: int) -> int:
        """Choose one of the tickets, open ones first."""
        ids = sorted(self.model.tickets, key=lambda pk: (not self.model.tickets[pk].open, pk))
        return ids[pick % len(ids)]

    def line_of(self, ticket_id: int, pick: int) -> tuple[int, int] | None:
        """Return (order line, ticket line) of a ticket."""
        rows = list(TicketRow.objects.get(pk=ticket_id).lines.values_list("line_id", "pk"))
        return rows[pick % len(rows)] if rows else None

    def requests(self, lines: list[Line], ids: tuple[int | None, ...] = ()) -> tuple[LineRequest, ...]:
        """Build the request for these lines; `ids` of lines that stay come first."""
        return tuple(
            LineRequest(
                id=pk,
                item=self.items[line.item].pk,
                quantity=line.quantity,
                course=line.course,
                modifiers=(self.fries.pk,) if line.choice else (),
            )
            for line, pk in zip(lines, (*ids, *[None] * len(lines)), strict=False)
        )

    def open_places(self, order_id: int, line_ids: list[int], firing: int) -> None:
        """Return the model's tickets for fired lines, under the ids of the database."""
        lines = self.model.orders[order_id].lines
        rows = TicketRow.objects.filter(order_id=order_id, fired_course=firing)
        ids = dict(rows.values_list("station_id", "pk"))
        for line_id in line_ids:
            for station in self.model.stations_of(lines[line_id]):
                new = Ticket(order_id, station, firing, awaited=self.now if firing else None)
                ticket = self.model.tickets.setdefault(ids[station], new)
                if not ticket.open:  # closed by an edit, and fired again
                    ticket.status, ticket.unread = "queued", False
                    self.model.to_be_seen(ticket)
                ticket.lines[line_id] = "queued"

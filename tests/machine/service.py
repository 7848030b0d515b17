"""A restaurant in which every act that exists is done in any order, to a model on paper and to the services."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bistro.core import feed
from bistro.core.errors import DomainError
from bistro.core.models import Restaurant
from kitchen import services as cooks
from kitchen.live import KitchenBoard
from kitchen.models import Ticket as TicketRow
from kitchen.pass_live import Pass
from kitchen.tests.factories import StationFactory
from menu.compiled import forget as forget_menus
from menu.models import Item
from menu.services import set_available
from orders import services
from orders.floor_live import FloorBoard
from orders.live import OrderFeed
from orders.models import Order as OrderRow
from orders.requests import LineRequest, OrderRequest
from tables.models import Party
from tests.journeys.house import open_house
from tests.machine.model import Kitchen, Line, Order, Refused, Ticket
from tests.machine.screens import PageScreen, ProgramScreen, differences

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

picks = st.integers(min_value=0, max_value=99)
wishes = st.lists(
    st.tuples(st.sampled_from(["dish", "cake", "beer"]), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4
)


class Service(RuleBasedStateMachine):
    """A restaurant with two tables and three stations. Items: a dish, a counted cake, a beer that may be off."""

    catch_up = True  # the control switches it off: screens miss an event

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(NOON, tick=False)
        self.clock.start()
        self.now, self.waits = 0.0, 0
        self.house = house = open_house()
        self.manager = house.actor("manager")
        grill, bar = (StationFactory(restaurant=house.restaurant) for _ in range(2))
        self.items = {
            "dish": house.item,
            "cake": house.add_item(price="5.00", portions_left=12),
            "beer": house.add_item(price="4.00"),
        }
        for item, station in (("dish", grill), ("beer", bar)):
            station.routes.create(restaurant=house.restaurant, item=self.items[item])
        forget_menus()
        self.stations = [house.station.pk, grill.pk, bar.pk]
        self.tables = [house.table.pk, house.add_table().pk]
        routes = {"dish": grill.pk, "beer": bar.pk, "cake": house.station.pk}
        self.model = Kitchen(routes=routes, prices={"dish": 10, "cake": 5, "beer": 4}, left={"cake": 12})
        self.keys = 0
        self.hang_screens()

    def teardown(self) -> None:
        self.clock.stop()

    def set_clock(self, seconds: float) -> None:
        self.now = self.model.now = seconds
        self.clock.stop()
        self.clock = time_machine.travel(NOON + timedelta(seconds=seconds), tick=False)
        self.clock.start()

    def hang_screens(self) -> None:
        """Fresh screens: walls for all stations and one each, the pass and the floor, programs and a pad."""
        restaurant_id, who = self.house.restaurant.pk, self.manager
        self.cursor = feed.head(restaurant_id)
        views: list[Any] = [KitchenBoard(restaurant_id, who, station) for station in (None, *self.stations)]
        views += [Pass(restaurant_id, who), FloorBoard(restaurant_id, who)]
        self.screens: list[Any] = [PageScreen(view) for view in views]
        self.screens += [ProgramScreen(OrderFeed(restaurant_id, who, table)) for table in (None, self.tables[0])]

    # --- how an act is tried ------------------------------------------------------------------------------
    def attempt(self, rules: Callable[[], Any], service: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Both say yes, or both say no. Returns what both gave, None when they refused."""
        before = copy.deepcopy(self.model)
        try:
            given: Any = rules()
        except Refused:
            self.model = before
            with pytest.raises(DomainError):
                service()
            return None
        return given, service()

    def order_id(self, pick: int) -> int:
        """One of the orders, the newest first."""
        ids = sorted(self.model.orders, reverse=True)
        return ids[pick % len(ids)]

    def ticket_id(self, pick: int) -> int:
        """One of the tickets, open ones first."""
        ids = sorted(self.model.tickets, key=lambda pk: (not self.model.tickets[pk].open, pk))
        return ids[pick % len(ids)]

    def line_of(self, ticket_id: int, pick: int) -> tuple[int, int] | None:
        """(order line, ticket line) of a ticket."""
        rows = list(TicketRow.objects.get(pk=ticket_id).lines.values_list("line_id", "pk"))
        return rows[pick % len(rows)] if rows else None

    def requests(self, wish: list[tuple[str, int, int]]) -> tuple[LineRequest, ...]:
        return tuple(LineRequest(item=self.items[item].pk, quantity=n, course=course) for item, n, course in wish)

    # --- ordering -----------------------------------------------------------------------------------------
    def open_places(self, order_id: int, line_ids: list[int], firing: int) -> None:
        """The model's tickets for lines that were fired, under the ids that the database gave."""
        lines = self.model.orders[order_id].lines
        rows = TicketRow.objects.filter(order_id=order_id, fired_course=firing)
        ids = dict(rows.values_list("station_id", "pk"))
        for line_id in line_ids:
            station = self.model.routes[lines[line_id].item]
            ticket = self.model.tickets.setdefault(ids[station], Ticket(order_id, station, firing))
            if not ticket.open:  # taken back by an edit, and fired again
                ticket.status, ticket.seen, ticket.unread = "queued", False, False
            ticket.lines[line_id] = "queued"

    @rule(wish=wishes, table=st.integers(0, 1))
    def place(self, wish, table):
        self.keys += 1
        lines = [Line(*each) for each in wish]
        request = OrderRequest(
            actor=self.house.actor("waiter"),
            lines=self.requests(wish),
            table_id=self.tables[table],
            key=f"key-{self.keys}",
            fingerprint=str(wish),
        )
        done = self.attempt(lambda: self.model.may_place(lines), lambda: services.place_order(request))
        if done is None:
            return
        placed = done[1]
        assert services.place_order(request).id == placed.id  # a retry is the same order
        ids = list(OrderRow.objects.get(pk=placed.id).lines.values_list("pk", flat=True))
        lines_by_id = dict(zip(ids, lines, strict=True))
        self.model.orders[placed.id] = Order(self.tables[table], lines=lines_by_id, placed_at=self.now)
        self.model.seated.add(self.tables[table])
        self.open_places(placed.id, [pk for pk, line in zip(ids, lines, strict=True) if line.status != "held"], 0)

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, keep=st.lists(st.tuples(picks, st.integers(1, 3)), max_size=2), wish=wishes)
    def edit(self, pick, keep, wish):
        order_id = self.order_id(pick)
        old = self.model.orders[order_id].lines
        kept: dict[int, Line] = {}
        for (place, course), (item, quantity, _) in zip(keep, wish, strict=False):
            kept.setdefault(sorted(old)[place % len(old)], Line(item, quantity, course))
        added = [Line(*each) for each in wish]
        requests = [
            LineRequest(id=pk, item=self.items[line.item].pk, quantity=line.quantity, course=line.course)
            for pk, line in kept.items()
        ]
        done = self.attempt(
            lambda: self.model.may_edit(order_id, kept, added),
            lambda: services.replace_lines(
                order_id=order_id, lines=[*requests, *self.requests(wish)], note=None, actor=self.manager
            ),
        )
        if done is None:
            return
        ids = [pk for pk in OrderRow.objects.get(pk=order_id).lines.values_list("pk", flat=True) if pk not in kept]
        lines = {**kept, **dict(zip(ids, added, strict=True))}
        rows = TicketRow.objects.filter(order_id=order_id).values_list("station_id", "fired_course", "pk")
        self.model.edited(order_id, lines, {(station, firing): pk for station, firing, pk in rows})

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, act=st.sampled_from(["withdraw", "confirm", "deliver", "deliver", "cancel"]))
    def move(self, pick, act):
        order_id = self.order_id(pick)
        more = {"reason": "Left"} if act == "cancel" else {}
        service = getattr(services, f"{act}_order")
        rules = getattr(self.model, act)
        self.attempt(lambda: rules(order_id), lambda: service(order_id=order_id, actor=self.manager, **more))

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, course=st.integers(1, 3))
    def fire(self, pick, course):
        order_id = self.order_id(pick)
        done = self.attempt(
            lambda: self.model.may_fire(order_id, course),
            lambda: services.fire_course(order_id=order_id, course=course, actor=self.manager),
        )
        if done is not None:
            self.open_places(order_id, done[0], course)

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, course=st.integers(1, 3))
    def drop(self, pick, course):
        order_id = self.order_id(pick)
        self.attempt(
            lambda: self.model.drop(order_id, course),
            lambda: services.drop_course(order_id=order_id, course=course, reason="Full", actor=self.manager),
        )

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, course=st.integers(1, 3), minutes=st.sampled_from([None, 0, 1]))
    def plan(self, pick, course, minutes):
        order_id = self.order_id(pick)
        self.attempt(
            lambda: self.model.plan(order_id, course, minutes),
            lambda: services.plan_course(order_id=order_id, course=course, minutes=minutes, actor=self.manager),
        )

    @rule(table=st.integers(0, 1))
    def clear(self, table):
        pk = self.tables[table]
        self.attempt(lambda: self.model.clear(pk), lambda: services.clear_table(table_id=pk, actor=self.manager))

    # --- cooking ------------------------------------------------------------------------------------------
    @rule()
    def see(self):
        unseen = [pk for pk, ticket in self.model.tickets.items() if ticket.open]
        self.model.see()
        cooks.acknowledge_tickets(ticket_ids=unseen, screen="Wall", actor=self.house.actor("kitchen"))

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, act=st.sampled_from(["start", "bump", "bump", "recall"]))
    def cook(self, pick, act):
        ticket_id = self.ticket_id(pick)
        service = getattr(cooks, f"{act}_ticket")
        rules = getattr(self.model, act)
        self.attempt(lambda: rules(ticket_id), lambda: service(ticket_id=ticket_id, actor=self.manager))

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, line=picks, act=st.sampled_from(["bump_line", "recall_line"]))
    def cook_line(self, pick, line, act):
        ticket_id = self.ticket_id(pick)
        found = self.line_of(ticket_id, line)
        if found is not None:
            rules = getattr(self.model, act)
            service = getattr(cooks, act)
            self.attempt(lambda: rules(ticket_id, found[0]), lambda: service(line_id=found[1], actor=self.manager))

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, station=st.integers(0, 2))
    def push(self, pick, station):
        ticket_id, goal = self.ticket_id(pick), self.stations[station]
        self.attempt(
            lambda: self.model.push(ticket_id, goal),
            lambda: cooks.push_ticket(ticket_id=ticket_id, station_id=goal, actor=self.manager),
        )

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, line=picks, station=st.integers(0, 2))
    def push_line(self, pick, line, station):
        ticket_id, goal = self.ticket_id(pick), self.stations[station]
        found = self.line_of(ticket_id, line)
        if found is None:
            return
        done = self.attempt(
            lambda: self.model.push_line(ticket_id, found[0], goal),
            lambda: cooks.push_line(line_id=found[1], station_id=goal, actor=self.manager),
        )
        if done is not None:
            self.model.pushed_line(ticket_id, found[0], done[1].pk, done[0])

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, act=st.sampled_from(["hold_ticket", "release", "undo", "read"]))
    def handle(self, pick, act):
        ticket_id = self.ticket_id(pick)
        names = {"release": "release_ticket", "undo": "undo_bump", "read": "read_changes_of"}
        service, rules = getattr(cooks, names.get(act, act)), getattr(self.model, act)
        self.attempt(lambda: rules(ticket_id), lambda: service(ticket_id=ticket_id, actor=self.manager))

    # --- around it ----------------------------------------------------------------------------------------
    @rule(available=st.booleans())
    def take_off(self, available):
        set_available(item_id=self.items["beer"].pk, available=available, actor=self.manager)
        self.model.off = set() if available else {"beer"}

    @rule(holds=st.booleans())
    def hold_courses(self, holds):
        Restaurant.objects.filter(pk=self.house.restaurant.pk).update(hold_courses=holds)
        self.model.holds = holds
        forget_menus()

    @precondition(lambda self: self.waits < 2)  # less than a minute in all: ages that pages count by themselves stay 0
    @rule()
    def wait(self):
        """Twenty seconds pass, and the sweep comes by."""
        self.waits += 1
        self.set_clock(self.now + 20)
        services.raise_unseen_alarms(now=timezone.now())
        self.model.alarm(self.now)
        fired = [(place, self.model.may_fire(*place)) for place in self.due_plans()]
        services.fire_due_courses(now=timezone.now())
        for (order_id, course), lines in fired:
            self.open_places(order_id, lines, course)

    def due_plans(self) -> list[tuple[int, int]]:
        """Those whose order is still being served."""
        return [place for place in self.model.due_plans() if not self.model.orders[place[0]].over]

    @rule()
    def restart(self):
        """The process begins again: nothing in memory, screens that connect anew."""
        forget_menus()
        self.hang_screens()

    # --- what must be true after each of them -------------------------------------------------------------
    @invariant()
    def services_do_as_the_rules_say(self):
        rows = OrderRow.objects.filter(restaurant=self.house.restaurant).with_lines()
        names = {item.pk: name for name, item in self.items.items()}
        found = {
            row.pk: (
                row.status,
                row.withdrawn_at is not None,
                row.unseen_at is not None,
                row.total,
                {n.pk: (names[n.item_id], n.quantity, n.course, n.status) for n in row.lines.all()},
            )
            for row in rows
        }
        assert found == {
            pk: (
                order.status,
                order.withdrawn,
                order.alarmed,
                self.model.total(order),
                {n: (line.item, line.quantity, line.course, line.status) for n, line in order.lines.items()},
            )
            for pk, order in self.model.orders.items()
        }
        tickets = TicketRow.objects.filter(restaurant=self.house.restaurant).prefetch_related("lines")
        assert {
            row.pk: (
                row.station_id,
                row.fired_course,
                row.status,
                row.held_at is not None,
                row.alert_at is not None,
                {each.line_id: each.status for each in row.lines.all()},
            )
            for row in tickets
        } == {
            pk: (each.station, each.firing, each.status, each.held, each.unread, each.lines)
            for pk, each in self.model.tickets.items()
        }
        assert Item.objects.get(pk=self.items["cake"].pk).portions_left == self.model.left["cake"]
        seated = Party.objects.filter(table__in=self.tables, status="seated").values_list("table_id", flat=True)
        assert set(seated) == self.model.seated

    @invariant()
    def screens_show_what_is_true(self):
        events = list(feed.events_after(self.house.restaurant.pk, self.cursor))
        assert [event.seq for event in events] == [self.cursor + step + 1 for step in range(len(events))]
        self.cursor += len(events)
        if not self.catch_up and events:
            events.pop()
        for screen in self.screens:
            screen.fold(events)
        found = differences(self.screens)
        assert found == [], f"differences: {found}"
        self.set_clock(self.now + 0.01)

"""All actions in any order, and the conditions that must hold after each of them."""

from dataclasses import replace
from hashlib import sha256

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bistro.core.live import event_log
from bistro.core.models import Restaurant
from kitchen import services as cooks
from kitchen.models import Ticket as TicketRow
from menu.compiled import forget as forget_menus
from menu.models import Item
from menu.services import end_pauses, set_available
from orders import services
from orders.models import Order as OrderRow
from orders.order_commands import OrderRequest
from tables.models import Party
from tests.machine.house import picks, wishes
from tests.machine.model import Line, Order
from tests.machine.paper import Paper
from tests.machine.pausing import Pausing
from tests.machine.screens import differences


class Service(Pausing, Paper):
    """The whole evening: orders, the kitchen, and everything else."""

    # --- ordering -----------------------------------------------------------------------------------------
    @initialize(wish=wishes)
    def begin(self, wish):
        """Place an order first, so that no evening is empty."""
        self.place_at(0, wish, by_pad=False)

    @rule(wish=wishes, table=st.sampled_from([0, 0, 1, 1, None]), by_pad=st.booleans())
    def place(self, wish, table, by_pad):
        """Place an order by the pad of the first table, or by a waiter; without a table it is a take-away order."""
        self.place_at(table, wish, by_pad=by_pad and table == 0)

    def place_at(self, table: int | None, wish: list[tuple[str, int, int]], *, by_pad: bool) -> None:
        self.keys += 1
        lines = [Line.wished(*each) for each in wish]
        request = OrderRequest(
            actor=self.house.pad_actor if by_pad else self.house.actor("waiter"),
            lines=self.requests(lines),
            table_id=None if table is None else self.tables[table],
            kind="take_away" if table is None else "dine_in",
            key=f"key-{self.keys}",
            fingerprint=sha256(str(wish).encode()).hexdigest(),
        )
        done = self.attempt(lambda: self.model.may_place(lines, by_pad=by_pad), lambda: services.place_order(request))
        if done is None:
            return
        placed = done[1]
        assert services.place_order(request).id == placed.id  # a retry returns the same order
        ids = list(OrderRow.objects.get(pk=placed.id).lines.values_list("pk", flat=True))
        lines_by_id = dict(zip(ids, lines, strict=True))
        order = Order(request.table_id, lines=lines_by_id, placed_at=self.now, by_pad=by_pad)
        self.model.orders[placed.id] = order
        if request.table_id is not None:
            self.model.seated.add(request.table_id)
        self.open_places(placed.id, [pk for pk, line in zip(ids, lines, strict=True) if line.status != "held"], 0)

    @precondition(lambda self: self.model.orders)
    @rule(
        pick=picks,
        keep=st.lists(st.tuples(picks, st.integers(1, 3)), max_size=2),
        wish=wishes,
        by_pad=st.sampled_from([False, False, True]),
    )
    def edit(self, pick, keep, wish, by_pad):
        order_id = self.order_id(pick)
        old = self.model.orders[order_id].lines
        kept: dict[int, Line] = {}
        for (place, course), (what, quantity, _) in zip(keep, wish, strict=False):
            kept.setdefault(sorted(old)[place % len(old)], Line.wished(what, quantity, course))
        self.replace_lines(order_id, kept, [Line.wished(*each) for each in wish], by_pad=by_pad)

    @precondition(lambda self: self.model.orders)
    @rule(pick=picks, place=picks, extra=st.integers(1, 2), drop=st.booleans())
    def order_more(self, pick, place, extra, drop):
        """Order more of one line. With `drop` another line leaves the order."""
        order_id = self.order_id(pick)
        kept = {pk: replace(line) for pk, line in self.model.orders[order_id].lines.items()}
        chosen = sorted(kept)[place % len(kept)] if kept else 0
        if drop and len(kept) > 1:
            del kept[next(pk for pk in sorted(kept, reverse=True) if pk != chosen)]
        if kept:
            kept[chosen].quantity += extra
            self.replace_lines(order_id, kept, [], by_pad=False)

    def replace_lines(self, order_id: int, kept: dict[int, Line], added: list[Line], *, by_pad: bool) -> None:
        requests = self.requests([*kept.values(), *added], tuple(kept))
        actor = self.house.pad_actor if by_pad else self.manager
        more = self.split(order_id, kept)
        added = [*more.values(), *added]
        done = self.attempt(
            lambda: self.model.may_edit(order_id, kept, added, by_pad=by_pad),
            lambda: services.replace_lines(order_id=order_id, lines=requests, note=None, actor=actor),
        )
        if done is None:
            return
        ids = [pk for pk in OrderRow.objects.get(pk=order_id).lines.values_list("pk", flat=True) if pk not in kept]
        lines = {**kept, **dict(zip(ids, added, strict=True))}
        rows = TicketRow.objects.filter(order_id=order_id).values_list("station_id", "fired_course", "pk")
        places = {(station, firing): pk for station, firing, pk in rows}
        self.model.edited(order_id, lines, places, dict(zip(ids, more, strict=False)))

    def split(self, order_id: int, kept: dict[int, Line]) -> dict[int, Line]:
        """Leave the old quantity on the kept lines and return the lines of the difference, {kept line: line}.

        A line that leaves the order and equals a difference stays instead.
        """
        old, more = self.model.orders[order_id].lines, {}
        leaving = [pk for pk in OrderRow.objects.get(pk=order_id).lines.values_list("pk", flat=True) if pk not in kept]
        for pk, line in list(kept.items()):
            extra = line.quantity - old[pk].quantity
            if line.item != old[pk].item or extra <= 0:
                continue
            line.quantity = old[pk].quantity
            more[pk] = replace(line, quantity=extra)
            twin = next((each for each in leaving if old[each].says() == more[pk].says()), None)
            if twin is not None:
                leaving.remove(twin)
                kept[twin] = more.pop(pk)
        return more

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
            lambda: services.remove_course(order_id=order_id, course=course, reason="Full", actor=self.manager),
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

    @rule(table=st.integers(0, 1), allergic=st.booleans())
    def declare(self, table, allergic):
        """Declare an allergy for everybody at a table, or take it back."""
        party = Party.objects.filter(table=self.tables[table], status="seated").first()
        if party is not None:
            self.model.declare(party.table_id, allergic)
            codes = ["nuts"] if allergic else []
            services.declare_allergies(party_id=party.pk, allergies=codes, actor=self.manager)

    # --- cooking ------------------------------------------------------------------------------------------
    @rule(station=st.sampled_from([None, 0, 1, 2]))
    def see(self, station):
        """Report displayed tickets from the wall of all stations, or of one station."""
        shown = [pk for pk, ticket in self.model.tickets.items() if ticket.open]
        if station is not None:
            shown = [pk for pk in shown if self.model.tickets[pk].station == self.stations[station]]
        self.model.see(shown)
        cooks.acknowledge_tickets(ticket_ids=shown, screen="Wall", actor=self.house.actor("kitchen"))

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, act=st.sampled_from(["start", "bump", "bump", "recall"]))
    def cook(self, pick, act):
        ticket_id = self.ticket_id(pick)
        service = getattr(cooks, f"{act}_ticket")
        rules = getattr(self.model, act)
        self.attempt(lambda: rules(ticket_id), lambda: service(ticket_id=ticket_id, actor=self.manager))

    @precondition(lambda self: self.model.tickets)
    @rule(pick=picks, line=picks, act=st.sampled_from(["bump_line", "bump_line", "recall_line", "undo_line"]))
    def cook_line(self, pick, line, act):
        ticket_id = self.ticket_id(pick)
        found = self.line_of(ticket_id, line)
        if found is not None:
            rules = getattr(self.model, act)
            service = getattr(cooks, act)
            self.attempt(lambda: rules(ticket_id, found[0]), lambda: service(line_id=found[1], actor=self.manager))

    @precondition(lambda self: any(order.status == "ready" for order in self.model.orders.values()))
    @rule(pick=picks, line=picks, plated=st.sampled_from([True, True, False]))
    def plate(self, pick, line, plated):
        """Plate a dish at the pass, which may have been made by several stations."""
        ticket_id = self.ticket_id(-1 - pick)
        found = self.line_of(ticket_id, line)
        if found is not None:
            self.attempt(
                lambda: self.model.plate(ticket_id, found[0], plated),
                lambda: cooks.plate_line(line_id=found[1], plated=plated, actor=self.manager),
            )

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
    @rule(pick=picks, act=st.sampled_from(["hold_ticket", "release", "undo", "read", "confirm_ticket"]))
    def handle(self, pick, act):
        ticket_id = self.ticket_id(pick)
        names = {"release": "release_ticket", "undo": "undo_bump", "read": "read_changes_of"}
        service, rules = getattr(cooks, names.get(act, act)), getattr(self.model, act)
        self.attempt(lambda: rules(ticket_id), lambda: service(ticket_id=ticket_id, actor=self.manager))

    # --- everything else ----------------------------------------------------------------------------------------
    @rule(available=st.booleans())
    def take_off(self, available):
        set_available(item_id=self.items["beer"].pk, available=available, actor=self.manager)
        self.model.off = set() if available else {"beer"}

    @rule(holds=st.booleans())
    def hold_courses(self, holds):
        Restaurant.objects.filter(pk=self.house.restaurant.pk).update(hold_courses=holds)
        self.model.holds = holds
        forget_menus()

    @precondition(lambda self: self.waits < 2)  # less than a minute in all, so that the ages on pages stay 0
    @rule()
    def wait(self):
        """Let twenty seconds pass, and sweep."""
        self.waits += 1
        self.set_clock(self.now + 20)
        end_pauses(now=timezone.now())
        services.raise_unseen_alarms(now=timezone.now())
        cooks.raise_unseen_ticket_alarms(now=timezone.now())
        self.model.alarm(self.now)
        fired = [(place, self.model.may_fire(*place)) for place in self.due_plans()]
        services.fire_due_courses(now=timezone.now())
        for (order_id, course), lines in fired:
            self.open_places(order_id, lines, course)

    def due_plans(self) -> list[tuple[int, int]]:
        """Return the planned firings of orders that are still being served."""
        return [place for place in self.model.due_plans() if not self.model.orders[place[0]].over]

    @precondition(lambda self: self.restarts < 3)  # expensive and always allowed, so it would be a third of all steps
    @rule()
    def restart(self):
        """Restart the process: empty caches, and new connections of all screens."""
        self.restarts += 1
        forget_menus()
        self.hang_screens()

    # --- conditions after each action -------------------------------------------------------------
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
                {n.pk: (names[n.item_id], chosen(n), n.quantity, n.course, n.status) for n in row.lines.all()},
            )
            for row in rows
        }
        assert found == {
            pk: (
                order.status,
                order.withdrawn,
                order.alarmed,
                self.model.total(order),
                {
                    n: (line.item, line.choice, line.quantity, line.course, line.status)
                    for n, line in order.lines.items()
                },
            )
            for pk, order in self.model.orders.items()
        }
        for row in rows:
            if not self.model.orders[row.pk].over:
                said = ["nuts"] if row.table_id in self.model.allergic else []
                assert {tuple(line.allergies) for line in row.lines.all()} == {tuple(said)}
        tickets = TicketRow.objects.filter(restaurant=self.house.restaurant).prefetch_related("lines")
        assert {
            row.pk: (
                row.station_id,
                row.fired_course,
                row.status,
                row.held_at is not None,
                row.alert_at is not None,
                (row.seen_at is not None, row.unseen_at is not None),
                {each.line_id: each.status for each in row.lines.all()},
                {each.line_id for each in row.lines.all() if each.plated_at is not None},
            )
            for row in tickets
        } == {
            pk: (
                each.station,
                each.firing,
                each.status,
                each.held,
                each.unread,
                (each.seen, each.rings),
                each.lines,
                self.model.orders[each.order].plated & set(each.lines),
            )
            for pk, each in self.model.tickets.items()
        }
        assert Item.objects.get(pk=self.items["cake"].pk).portions_left == self.model.left["cake"]
        seated = Party.objects.filter(table__in=self.tables, status="seated").values_list("table_id", flat=True)
        assert set(seated) == self.model.seated
        here = OrderRow.objects.filter(restaurant=self.house.restaurant)
        alone = here.filter(party__status="seated", party__table=None).values_list("pk", flat=True)
        assert set(alone) == {pk for pk, each in self.model.orders.items() if each.table is None and not each.over}

    def teardown(self) -> None:
        """Compare all screens at the end of the evening."""
        try:
            assert differences(self.screens) == []
        finally:
            super().teardown()

    @invariant()
    def screens_show_what_is_true(self):
        events = list(event_log.events_after(self.house.restaurant.pk, self.cursor))
        assert [event.seq for event in events] == [self.cursor + step + 1 for step in range(len(events))]
        self.cursor += len(events)
        if not self.catch_up and events:
            events.pop()
        for screen in self.screens:
            screen.fold(events)
        self.turn += 1  # screens take turns, because a wrong state remains until its check
        found = differences(self.screens[self.turn % 3 :: 3])
        assert found == [], f"differences: {found}"
        self.set_clock(self.now + 0.01)


def chosen(line) -> str:
    return "".join(modifier["name"] for modifier in line.modifiers)

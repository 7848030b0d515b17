"""What a restaurant's service must do, without a database: dictionaries and the rules as people say them.

An act that the rules forbid raises `Refused` and changes nothing. Ids are the database's, given after the act.
"""

from dataclasses import dataclass, field

from tests.machine.things import OVER, Line, Order, Refused, Ticket, refuse_if

__all__ = ["Kitchen", "Line", "Order", "Refused", "Ticket"]


@dataclass
class Kitchen:
    """The whole restaurant. `routes` {item: station}; `left` {item: portions}; `off` items that are 86."""

    routes: dict[str, int]
    prices: dict[str, int]
    left: dict[str, int]
    off: set[str] = field(default_factory=set)
    holds: bool = False
    orders: dict[int, Order] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    seated: set[int] = field(default_factory=set)
    plans: dict[tuple[int, int], float] = field(default_factory=dict)  # (order, course): when it fires by itself
    now: float = 0.0

    # --- reading ------------------------------------------------------------------------------------------
    def tickets_of(self, order_id: int) -> dict[int, Ticket]:
        return {pk: ticket for pk, ticket in self.tickets.items() if ticket.order == order_id}

    def total(self, order: Order) -> int:
        return sum(self.prices[line.item] * line.quantity for line in order.lines.values())

    def live(self, order_id: int) -> Order:
        order = self.orders[order_id]
        refuse_if(order.withdrawn)
        return order

    def cooking(self, order_id: int) -> Order:
        order = self.live(order_id)
        refuse_if(order.status in OVER)
        return order

    # --- portions -----------------------------------------------------------------------------------------
    def take(self, wanted: dict[str, int], held: dict[str, int] | None = None) -> None:
        """Take what is wanted beyond what is held, all of it or nothing; give back what is held beyond the wish."""
        held = held or {}
        for item, count in wanted.items():
            extra = count - held.get(item, 0)
            refuse_if(extra > 0 and (item in self.off or extra > self.left.get(item, extra)))
        for item in self.left:
            self.left[item] -= wanted.get(item, 0) - held.get(item, 0)

    def give_back(self, lines: list[Line]) -> None:
        for line in lines:
            if line.item in self.left:
                self.left[line.item] += line.quantity

    # --- ordering -----------------------------------------------------------------------------------------
    def hold(self, lines: list[Line], fired: set[int]) -> None:
        courses = {line.course for line in lines}
        going = (courses & fired) or {min(courses)}
        for line in lines:
            line.status = "queued" if line.course in going else "held"

    def may_place(self, lines: list[Line]) -> None:
        self.take(counts(lines))
        if self.holds:
            self.hold(lines, set())

    def may_edit(self, order_id: int, kept: dict[int, Line], added: list[Line]) -> None:
        """Settle portions and holds of the new lines; `edited` moves the tickets."""
        order = self.live(order_id)
        refuse_if(order.status not in ("placed", "confirmed"))
        refuse_if(any(line.status not in ("queued", "held") for line in order.lines.values()))
        self.take(counts([*kept.values(), *added]), counts(list(order.lines.values())))
        if self.holds or any(line.status == "held" for line in order.lines.values()):
            fired = {line.course for line in order.lines.values() if line.status == "queued"}
            self.hold([*kept.values(), *added], fired)

    def edited(self, order_id: int, lines: dict[int, Line], new_tickets: dict[tuple[int, int], int]) -> None:
        """The lines as they are now, by id. `new_tickets` {(station, firing): id} of those that had to be opened."""
        order, tickets = self.orders[order_id], self.tickets_of(order_id)
        fired_later = {ticket.firing for ticket in tickets.values() if ticket.open} - {0}
        where = {(ticket.station, ticket.firing): ticket for ticket in tickets.values()}
        stood = {line_id: ticket.station for ticket in tickets.values() for line_id in ticket.lines}
        marked = {pk for pk, ticket in tickets.items() if any(self._taken(order, lines, one) for one in ticket.lines)}
        was_open = {pk for pk, ticket in tickets.items() if ticket.open}
        before = {pk: set(ticket.lines) for pk, ticket in tickets.items()}
        for ticket in tickets.values():
            ticket.lines = {}
        for line_id, line in lines.items():
            if line.status == "held":
                continue
            same_dish = line_id in order.lines and order.lines[line_id].item == line.item
            station = stood[line_id] if same_dish and line_id in stood else self.routes[line.item]
            place = station, line.course if line.course in fired_later else 0
            if place not in where:
                where[place] = self.tickets[new_tickets[place]] = Ticket(order_id, *place)
            where[place].lines[line_id] = "queued"
        marked |= {
            pk
            for pk, ticket in tickets.items()
            if any(one not in before[pk] or _changed(order.lines.get(one), lines[one]) for one in ticket.lines)
        }
        order.lines = lines
        for pk, ticket in self.tickets_of(order_id).items():
            ticket.status = "queued" if ticket.lines else "cancelled"
            ticket.held = ticket.held and ticket.open
            ticket.unread |= pk in marked & was_open and (ticket.seen or order.status == "confirmed")

    @staticmethod
    def _taken(order: Order, lines: dict[int, Line], line_id: int) -> bool:
        """It was removed, became another dish, or waits again."""
        line = lines.get(line_id)
        return line is None or line.status == "held" or line.item != order.lines[line_id].item

    def withdraw(self, order_id: int) -> None:
        order = self.live(order_id)
        refuse_if(order.status not in ("placed", "confirmed"))
        refuse_if(any(line.status not in ("queued", "held") for line in order.lines.values()))
        self.give_back(list(order.lines.values()))
        order.was_confirmed = order.status != "placed"
        order.status, order.withdrawn = "cancelled", True
        self._close_tickets(order_id)

    def cancel(self, order_id: int) -> None:
        order = self.live(order_id)
        refuse_if(order.served or order.status not in ("placed", "confirmed", "preparing"))
        order.was_confirmed = order.status != "placed"
        begun = order.status == "preparing"
        self.give_back([line for line in order.lines.values() if not begun or line.status == "held"])
        order.status = "cancelled"
        self._close_tickets(order_id)

    def confirm(self, order_id: int) -> None:
        order = self.live(order_id)
        refuse_if(order.status not in ("placed", "confirmed"))
        order.status = "confirmed"

    def deliver(self, order_id: int) -> None:
        order = self.live(order_id)
        refuse_if(order.status != "ready")
        done = all(line.status == "done" for line in order.lines.values())
        order.status = "delivered" if done else "preparing"
        order.served = order.served or not done

    def may_fire(self, order_id: int, course: int) -> list[int]:
        """The ids of the held lines, now queued."""
        order = self.cooking(order_id)
        held = [pk for pk, line in order.lines.items() if line.course == course and line.status == "held"]
        refuse_if(not held)
        for pk in held:
            order.lines[pk].status = "queued"
        self.plans.pop((order_id, course), None)
        return held

    def plan(self, order_id: int, course: int, minutes: int | None) -> None:
        order = self.cooking(order_id)
        refuse_if(not any(line.course == course and line.status == "held" for line in order.lines.values()))
        self.plans.pop((order_id, course), None)
        if minutes is not None:
            self.plans[order_id, course] = self.now + minutes * 60

    def due_plans(self) -> list[tuple[int, int]]:
        """(order, course), those that can be fired; what cannot is forgotten."""
        due = [place for place, at in sorted(self.plans.items(), key=lambda plan: plan[1]) if at <= self.now]
        for place in due:
            del self.plans[place]
        return due

    def drop(self, order_id: int, course: int) -> None:
        order = self.cooking(order_id)
        held = [pk for pk, line in order.lines.items() if line.course == course and line.status == "held"]
        refuse_if(not held)
        self.give_back([order.lines.pop(pk) for pk in held])
        self.plans.pop((order_id, course), None)
        if order.status == "preparing" and all(line.status == "done" for line in order.lines.values()):
            order.status = "delivered"

    def clear(self, table: int) -> None:
        mine = [order for order in self.orders.values() if order.table == table and not order.withdrawn]
        refuse_if(table in self.seated and any(order.status not in OVER for order in mine))
        self.seated.discard(table)

    # --- cooking ------------------------------------------------------------------------------------------
    def see(self) -> None:
        """A wall that shows everything reports it."""
        for ticket in self.tickets.values():
            order = self.orders[ticket.order]
            if ticket.open and not ticket.seen:
                ticket.seen = True
                order.forward("confirmed")

    def alarm(self, now: float) -> int:
        """Twenty seconds, sweep included; returns how many rang just now."""
        due = [
            order
            for order in self.orders.values()
            if order.status == "placed" and not order.alarmed and now - order.placed_at > 19
        ]
        for order in due:
            order.alarmed = True
        return len(due)

    def start(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        order = self.live(ticket.order)
        if ticket.status == "started":
            return
        refuse_if(order.status in OVER or ticket.status != "queued" or ticket.unread)
        ticket.status, ticket.held = "started", False
        self._set(ticket, [pk for pk, status in ticket.lines.items() if status == "queued"], "started")
        order.forward("preparing")

    def bump(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open or ticket.unread)
        ticket.status, ticket.held, ticket.done_at = "done", False, self.now
        self._set(ticket, [pk for pk, status in ticket.lines.items() if status != "done"], "done")
        self._finish(ticket)

    def bump_line(self, ticket_id: int, line_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.lines[line_id] == "done" or ticket.unread)
        ticket.held, ticket.done_at = False, self.now
        self._set(ticket, [line_id], "done")
        everything = all(status == "done" for status in ticket.lines.values())
        ticket.status = "done" if everything else "started"
        self._finish(ticket)

    def recall(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.status != "done")
        self._bring_back(ticket, list(ticket.lines))

    def recall_line(self, ticket_id: int, line_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.lines[line_id] != "done")
        self._bring_back(ticket, [line_id])

    def undo(self, ticket_id: int) -> None:
        """What the bump finished; in time only."""
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.status != "done" or self.now - ticket.done_at > 10)
        self._bring_back(ticket, [pk for pk in ticket.lines if ticket.finished.get(pk) == ticket.done_at])

    def hold_ticket(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.status != "queued")
        ticket.held = True

    def release(self, ticket_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open)
        ticket.held = False

    def read(self, ticket_id: int) -> None:
        self.tickets[ticket_id].unread = False

    def push_line(self, ticket_id: int, line_id: int, station: int) -> tuple[int, int]:
        """(station, firing) of the ticket that gets the line; `pushed_line` does it, with that ticket's id."""
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open or ticket.unread or ticket.station == station or ticket.lines[line_id] == "done")
        return station, ticket.firing

    def pushed_line(self, ticket_id: int, line_id: int, other_id: int, place: tuple[int, int]) -> None:
        ticket = self.tickets[ticket_id]
        other = self.tickets.setdefault(other_id, Ticket(ticket.order, *place))
        cooking = ticket.lines[line_id] == "started"
        if other.status == "done" or (cooking and other.status in ("queued", "cancelled")):
            other.status = "started"
        elif other.status == "cancelled":
            other.status = "queued"
        other.held = False
        other.lines[line_id] = ticket.lines.pop(line_id)
        if not ticket.lines:
            ticket.status, ticket.held = "cancelled", False
        elif all(status == "done" for status in ticket.lines.values()):
            ticket.status, ticket.held, ticket.done_at = "done", False, self.now
            self._finish(ticket)

    def push(self, ticket_id: int, station: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open or ticket.station == station)
        same = [t for t in self.tickets_of(ticket.order).values() if (t.station, t.firing) == (station, ticket.firing)]
        if not same:
            ticket.station = station
            return
        (other,) = same
        cooking = "started" in (ticket.status, other.status) or other.status == "done"
        other.lines |= ticket.lines
        other.status = "started" if cooking else "queued"
        other.finished |= ticket.finished
        other.held, other.unread = False, other.unread or ticket.unread
        ticket.status, ticket.lines, ticket.held, ticket.unread = "cancelled", {}, False, False

    # --- parts --------------------------------------------------------------------------------------------
    def _set(self, ticket: Ticket, line_ids: list[int], status: str) -> None:
        for pk in line_ids:
            ticket.lines[pk] = status
            ticket.finished.pop(pk, None)
            if status == "done":
                ticket.finished[pk] = self.now
            self.orders[ticket.order].lines[pk].status = status

    def _finish(self, ticket: Ticket) -> None:
        firing = [other for other in self.tickets_of(ticket.order).values() if other.firing == ticket.firing]
        self.orders[ticket.order].forward("preparing" if any(other.open for other in firing) else "ready")

    def _bring_back(self, ticket: Ticket, line_ids: list[int]) -> None:
        ticket.status = "started"
        self._set(ticket, line_ids, "started")
        order = self.orders[ticket.order]
        if order.status == "ready":
            order.status = "preparing"

    def _close_tickets(self, order_id: int) -> None:
        confirmed = self.orders[order_id].was_confirmed
        for ticket in self.tickets_of(order_id).values():
            ticket.unread |= ticket.open and (ticket.seen or confirmed)
            ticket.status, ticket.held = "cancelled", False


def _changed(old: Line | None, new: Line) -> bool:
    return old is None or (old.item, old.quantity, old.course) != (new.item, new.quantity, new.course)


def counts(lines: list[Line]) -> dict[str, int]:
    """{item: portions}."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.item] = found.get(line.item, 0) + line.quantity
    return found

"""The expected behaviour of a restaurant's service, without a database: dictionaries and the rules in plain code.

An action that the rules forbid raises `Refused` and changes nothing. The ids are the database's, set after the action.
"""

from tests.machine.room import counts
from tests.machine.sight import Sight
from tests.machine.things import OVER, Before, Line, Order, Refused, Ticket, refuse_if

__all__ = ["Kitchen", "Line", "Order", "Refused", "Ticket"]


class Kitchen(Sight):
    """All actions of the service."""

    # --- ordering -----------------------------------------------------------------------------------------
    def hold(self, lines: list[Line], fired: set[int]) -> None:
        courses = {line.course for line in lines}
        going = (courses & fired) or {min(courses)}
        for line in lines:
            line.status = "queued" if line.course in going else "held"

    def may_place(self, lines: list[Line], *, by_pad: bool = False) -> None:
        self.take(counts(lines))
        self.refuse_paused({line.item for line in lines}, by_pad=by_pad)
        if self.holds:
            self.hold(lines, set())

    def may_edit(self, order_id: int, kept: dict[int, Line], added: list[Line], *, by_pad: bool = False) -> None:
        """Settle portions and holds of the new lines; `edited` moves the tickets."""
        order = self.live(order_id)
        refuse_if(by_pad and not order.by_pad)
        refuse_if(order.status not in ("placed", "confirmed"))
        refuse_if(any(line.status not in ("queued", "held") for line in order.lines.values()))
        wanted, held = counts([*kept.values(), *added]), counts(list(order.lines.values()))
        self.take(wanted, held)
        self.refuse_paused({item for item in wanted if wanted[item] > held.get(item, 0)}, by_pad=by_pad)
        if self.holds or any(line.status == "held" for line in order.lines.values()):
            fired = {line.course for line in order.lines.values() if line.status == "queued"}
            self.hold([*kept.values(), *added], fired)

    def edited(
        self,
        order_id: int,
        lines: dict[int, Line],
        new_tickets: dict[tuple[int, int], int],
        more_of: dict[int, int],
    ) -> None:
        """Set the lines by id. `new_tickets` is {(station, firing): id} of the tickets that had to be opened.

        `more_of` is {new line: the line of which it is more}; both go to the same stations.
        """
        order, tickets = self.orders[order_id], self.tickets_of(order_id)
        fired_later = {ticket.firing for ticket in tickets.values() if ticket.open} - {0}
        where = {(ticket.station, ticket.firing): ticket for ticket in tickets.values()}
        stood: dict[int, list[int]] = {}
        for ticket in tickets.values():
            for line_id in ticket.lines:
                stood.setdefault(line_id, []).append(ticket.station)
        goes = {pk: self._goes_to(order.lines.get(pk), line, stood.get(pk, [])) for pk, line in lines.items()}
        goes |= {pk: goes[beside] for pk, beside in more_of.items()}
        marked = {
            pk
            for pk, ticket in tickets.items()
            if any(self._taken(order, lines, one) or ticket.station not in goes[one] for one in ticket.lines)
        }
        was_open = {pk for pk, ticket in tickets.items() if ticket.open}
        before = {pk: set(ticket.lines) for pk, ticket in tickets.items()}
        for ticket in tickets.values():
            ticket.lines = {}
        for line_id, line in lines.items():
            for station in goes[line_id] if line.status != "held" else ():
                place = station, line.course if line.course in fired_later else 0
                if place not in where:
                    where[place] = self.tickets[new_tickets[place]] = Ticket(order_id, *place)
                    if place[1]:
                        self.to_be_seen(where[place])
                    self.arrives(where[place])
                where[place].lines[line_id] = "queued"
        marked |= {
            pk
            for pk, ticket in tickets.items()
            if any(one not in before[pk] or _changed(order.lines.get(one), lines[one]) for one in ticket.lines)
        }
        order.lines = lines
        for pk, ticket in self.tickets_of(order_id).items():
            ticket.status = "queued" if ticket.lines else "cancelled"
            if ticket.open and pk in before and pk not in was_open:
                self.arrives(ticket)
            ticket.held = ticket.held and ticket.open
            ticket.unread |= pk in marked & was_open and (ticket.seen or order.status == "confirmed")

    def _goes_to(self, old: Line | None, new: Line, stood: list[int]) -> list[int]:
        """Return the stations of a line.

        An existing part stays where it is, because a cook may have pushed it; stations of choices come and go with
        them.
        """
        if old is None or not stood or old.item != new.item:
            return list(self.stations_of(new))
        if old.choice == new.choice:
            return stood
        kept = [station for station in stood if station not in self.choices.get(old.choice, ())]
        return list(dict.fromkeys((*kept, *self.choices.get(new.choice, ())))) or list(self.stations_of(new))

    @staticmethod
    def _taken(order: Order, lines: dict[int, Line], line_id: int) -> bool:
        """Return True for a line that leaves its tickets: removed, turned into another dish, or held again."""
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
        """Return the ids of the held lines, now queued."""
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
        """Return (order, course) of due plans that can be fired, and drop the others."""
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
        self.allergic.discard(table)

    # --- cooking ------------------------------------------------------------------------------------------
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
        undone = [pk for pk, status in ticket.lines.items() if status != "done"]
        ticket.note(undone)
        ticket.status, ticket.held, ticket.done_at = "done", False, self.now
        self._set(ticket, undone, "done")
        self._finish(ticket)

    def bump_line(self, ticket_id: int, line_id: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.lines[line_id] == "done" or ticket.unread)
        ticket.note([line_id])
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
        """Undo the effects of a bump, within the time limit only."""
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.status != "done" or self.now - ticket.done_at > 10 or not ticket.before.lines)
        self._put_back(ticket, ticket.before)

    def undo_line(self, ticket_id: int, line_id: int) -> None:
        """Undo the effects of a line's bump, if nothing of its ticket was bumped since."""
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(ticket.lines[line_id] != "done")
        done_at = ticket.finished[line_id]
        refuse_if(self.now - done_at > 10 or (ticket.status == "done" and ticket.done_at != done_at))
        finished = [pk for pk, at in ticket.finished.items() if at == done_at]
        before = ticket.before or Before("started", held=False, lines=dict.fromkeys(finished, "started"))
        lines = {pk: status for pk, status in before.lines.items() if pk in finished}
        refuse_if(not lines)
        self._put_back(ticket, Before(before.status, before.held, lines))

    def plate(self, ticket_id: int, line_id: int, plated: bool) -> None:
        """Plate a dish as a whole, however many stations made it."""
        ticket = self.tickets[ticket_id]
        order = self.cooking(ticket.order)
        refuse_if(plated and not self.made(ticket.order, line_id))
        order.plated = order.plated | {line_id} if plated else order.plated - {line_id}

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
        """Return (station, firing) of the ticket that gets the line; `pushed_line` moves it, with that ticket's id."""
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open or ticket.unread or ticket.station == station or ticket.lines[line_id] == "done")
        return station, ticket.firing

    def pushed_line(self, ticket_id: int, line_id: int, other_id: int, place: tuple[int, int]) -> None:
        ticket = self.tickets[ticket_id]
        if other_id not in self.tickets:
            self.tickets[other_id] = Ticket(ticket.order, *place, status="cancelled")  # opened below
        other = self.tickets[other_id]
        if not other.open and other.status != "done":
            self.arrives(other)
        cooking = ticket.lines[line_id] == "started"
        if other.status == "done" or (cooking and other.status in ("queued", "cancelled")):
            other.status = "started"
        elif other.status == "cancelled":
            other.status = "queued"
        other.held, other.before = False, None
        self._bring(ticket, other, line_id)
        if not ticket.lines:
            ticket.status, ticket.held = "cancelled", False
        elif all(status == "done" for status in ticket.lines.values()):
            ticket.note([])
            ticket.status, ticket.held, ticket.done_at = "done", False, self.now
            self._finish(ticket)

    @staticmethod
    def _bring(ticket: Ticket, other: Ticket, line_id: int) -> None:
        """Move a line's part to another ticket.

        If both tickets have a part, one remains; an unfinished part that arrives replaces a finished one.
        """
        status, finished = ticket.lines.pop(line_id), ticket.finished.pop(line_id, None)
        there = other.lines.get(line_id)
        if there is None or (there == "done" and status != "done"):
            other.lines[line_id] = status
            other.finished.pop(line_id, None)
            if finished is not None:
                other.finished[line_id] = finished

    def push(self, ticket_id: int, station: int) -> None:
        ticket = self.tickets[ticket_id]
        self.cooking(ticket.order)
        refuse_if(not ticket.open or ticket.station == station)
        same = [t for t in self.tickets_of(ticket.order).values() if (t.station, t.firing) == (station, ticket.firing)]
        if not same:
            ticket.station = station
            self.arrives(ticket)
            return
        (other,) = same
        if other.status == "cancelled":
            self.arrives(other)
        cooking = "started" in (ticket.status, other.status) or other.status == "done"
        for line_id in list(ticket.lines):
            self._bring(ticket, other, line_id)
        other.status = "started" if cooking else "queued"
        other.held, other.before, other.unread = False, None, other.unread or ticket.unread
        ticket.status, ticket.lines, ticket.held, ticket.unread = "cancelled", {}, False, False

    # --- parts --------------------------------------------------------------------------------------------
    def _set(self, ticket: Ticket, line_ids: list[int], status: str) -> None:
        order = self.orders[ticket.order]
        for pk in line_ids:
            ticket.lines[pk] = status
            ticket.finished.pop(pk, None)
            if status == "done":
                ticket.finished[pk] = self.now
            else:
                order.plated.discard(pk)
            order.lines[pk].status = self.whole(ticket.order, pk)

    def _finish(self, ticket: Ticket) -> None:
        firing = [other for other in self.tickets_of(ticket.order).values() if other.firing == ticket.firing]
        self.orders[ticket.order].forward("preparing" if any(other.open for other in firing) else "ready")

    def _put_back(self, ticket: Ticket, before: Before) -> None:
        self._bring_back(ticket, [])
        ticket.status, ticket.held = before.status, before.held
        for pk, status in before.lines.items():
            self._set(ticket, [pk], status)

    def _bring_back(self, ticket: Ticket, line_ids: list[int]) -> None:
        ticket.status, ticket.before = "started", None
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
    if old is None:
        return True
    return (old.item, old.quantity, old.course, old.choice) != (new.item, new.quantity, new.course, new.choice)

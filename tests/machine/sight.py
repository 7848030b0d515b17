"""Acknowledgements: who has seen which tickets, and alarms for unseen ones."""

from tests.machine.room import Room
from tests.machine.things import Ticket, refuse_if

PATIENCE = 19  # seconds, the sweep's interval excluded


class Sight(Room):
    """Orders and tickets that wait for an acknowledgement."""

    def see(self, ticket_ids: list[int]) -> None:
        """Report tickets as displayed. Other tickets of their orders then need an acknowledgement of their own."""
        received = set()
        for ticket in (self.tickets[pk] for pk in ticket_ids):
            if not ticket.seen:
                ticket.seen = True
                order = self.orders[ticket.order]
                received |= {ticket.order} if order.status == "placed" else set()
                order.forward("confirmed")
        for ticket in self.tickets.values():
            if ticket.order in received and not ticket.seen and ticket.awaited is None:
                ticket.awaited = self.now

    def declare(self, table: int, allergic: bool) -> None:
        """Declare an allergy of a party, or take it back. Cooks must read the change on open tickets that they know."""
        if (table in self.allergic) == allergic:
            return
        self.allergic ^= {table}
        for ticket in self.tickets.values():
            order = self.orders[ticket.order]
            if order.table == table and not order.over and ticket.open and ticket.lines:
                ticket.unread |= ticket.seen or order.status != "placed"

    def to_be_seen(self, ticket: Ticket) -> None:
        """Let a ticket need its own acknowledgement, because it came to a place where it is unseen."""
        ticket.seen, ticket.rings, ticket.awaited = False, False, self.now

    def arrives(self, ticket: Ticket) -> None:
        """Handle a pushed ticket; until the order is confirmed, the order's own alarm covers it."""
        if self.orders[ticket.order].status != "placed":
            self.to_be_seen(ticket)

    def confirm_ticket(self, ticket_id: int) -> None:
        """Acknowledge a ticket by a person."""
        ticket = self.tickets[ticket_id]
        order = self.live(ticket.order)
        refuse_if(order.over and not ticket.seen)
        if not ticket.seen:
            ticket.seen = True
            if ticket.awaited is None:
                order.forward("confirmed")

    def alarm(self, now: float) -> None:
        """Raise alarms after twenty seconds, sweep included."""
        for order in self.orders.values():
            order.alarmed |= order.status == "placed" and now - order.placed_at > PATIENCE
        for ticket in self.tickets.values():
            unseen = ticket.status == "queued" and not ticket.held and not ticket.seen
            ticket.rings |= unseen and ticket.awaited is not None and now - ticket.awaited > PATIENCE

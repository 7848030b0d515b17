"""The state of the model: menu, orders, tickets, portions, pauses and routes."""

from dataclasses import dataclass, field

from tests.machine.things import OVER, Line, Order, Ticket, refuse_if


@dataclass
class Room:
    """The whole restaurant.

    `routes` is {item: stations}; `choices` {choice: the stations that make it}; `left` {item: portions}; `off` items
    that
    are 86; `paused` {item, category or "pads": end}.
    """

    routes: dict[str, tuple[int, ...]]
    choices: dict[str, tuple[int, ...]]
    categories: dict[str, str]
    prices: dict[str, int]
    left: dict[str, int]
    off: set[str] = field(default_factory=set)
    paused: dict[str, float] = field(default_factory=dict)
    holds: bool = False
    orders: dict[int, Order] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    seated: set[int] = field(default_factory=set)
    allergic: set[int] = field(default_factory=set)  # tables whose party has declared an allergy
    plans: dict[tuple[int, int], float] = field(default_factory=dict)  # (order, course): time of the planned firing
    now: float = 0.0

    # --- reading ------------------------------------------------------------------------------------------
    def tickets_of(self, order_id: int) -> dict[int, Ticket]:
        return {pk: ticket for pk, ticket in self.tickets.items() if ticket.order == order_id}

    def total(self, order: Order) -> int:
        return sum((self.prices[line.item] + bool(line.choice)) * line.quantity for line in order.lines.values())

    def stations_of(self, line: Line) -> tuple[int, ...]:
        """Return all stations of a line: those of its dish and of its choices."""
        return tuple(dict.fromkeys((*self.routes[line.item], *self.choices.get(line.choice, ()))))

    def made(self, order_id: int, line_id: int) -> bool:
        """Return True if every station has finished its part of the line."""
        parts = [ticket.lines[line_id] for ticket in self.tickets_of(order_id).values() if line_id in ticket.lines]
        return all(status == "done" for status in parts)

    def whole(self, order_id: int, line_id: int) -> str:
        """Return the status of a line that several stations make."""
        parts = {ticket.lines[line_id] for ticket in self.tickets_of(order_id).values() if line_id in ticket.lines}
        return parts.pop() if len(parts) == 1 else "started"

    def live(self, order_id: int) -> Order:
        order = self.orders[order_id]
        refuse_if(order.withdrawn)
        return order

    def cooking(self, order_id: int) -> Order:
        order = self.live(order_id)
        refuse_if(order.status in OVER)
        return order

    # --- pauses -------------------------------------------------------------------------------------------
    def pausing(self) -> set[str]:
        """Return the paused items, categories and "pads"."""
        return {what for what, until in self.paused.items() if until > self.now}

    def refuse_paused(self, more: set[str], *, by_pad: bool) -> None:
        """Refuse paused items. `more` is the items with a raised quantity; a pause of the pads does not stop staff."""
        now = self.pausing()
        refuse_if(any({item, self.categories[item]} & now for item in more), "paused")
        refuse_if(by_pad and more and "pads" in now, "paused")

    # --- portions -----------------------------------------------------------------------------------------
    def take(self, wanted: dict[str, int], held: dict[str, int] | None = None) -> None:
        """Take portions beyond the held ones, all or none; give back held portions beyond the request."""
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


def counts(lines: list[Line]) -> dict[str, int]:
    """Return {item: portions}."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.item] = found.get(line.item, 0) + line.quantity
    return found

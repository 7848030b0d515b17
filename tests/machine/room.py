"""What everybody reads of the restaurant on paper: its card, its orders, its tickets; portions, pauses and routes."""

from dataclasses import dataclass, field

from tests.machine.things import OVER, Line, Order, Ticket, refuse_if


@dataclass
class Room:
    """The whole restaurant. `routes` {item: stations}; `choices` {choice: the stations that it gives work to};
    `left` {item: portions}; `off` items that are 86; `paused` {item, category or "pads": until when}."""

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
    plans: dict[tuple[int, int], float] = field(default_factory=dict)  # (order, course): when it fires by itself
    now: float = 0.0

    # --- reading ------------------------------------------------------------------------------------------
    def tickets_of(self, order_id: int) -> dict[int, Ticket]:
        return {pk: ticket for pk, ticket in self.tickets.items() if ticket.order == order_id}

    def total(self, order: Order) -> int:
        return sum((self.prices[line.item] + bool(line.choice)) * line.quantity for line in order.lines.values())

    def stations_of(self, line: Line) -> tuple[int, ...]:
        """Everywhere that a line is made: by its dish, and by what was chosen with it."""
        return tuple(dict.fromkeys((*self.routes[line.item], *self.choices.get(line.choice, ()))))

    def made(self, order_id: int, line_id: int) -> bool:
        """A line is made when every station that has it is done with its part."""
        parts = [ticket.lines[line_id] for ticket in self.tickets_of(order_id).values() if line_id in ticket.lines]
        return all(status == "done" for status in parts)

    def whole(self, order_id: int, line_id: int) -> str:
        """What a line is that several stations make."""
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
        """What is paused now: items, categories, "pads"."""
        return {what for what, until in self.paused.items() if until > self.now}

    def refuse_paused(self, more: set[str], *, by_pad: bool) -> None:
        """`more`: items of which more is wanted than there was. Staff go on while only pads are paused."""
        now = self.pausing()
        refuse_if(any({item, self.categories[item]} & now for item in more), "paused")
        refuse_if(by_pad and more and "pads" in now, "paused")

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


def counts(lines: list[Line]) -> dict[str, int]:
    """{item: portions}."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.item] = found.get(line.item, 0) + line.quantity
    return found

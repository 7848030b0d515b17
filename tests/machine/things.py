"""The parts of the model: orders, their lines, their tickets, and refusals."""

from dataclasses import dataclass, field

OVER = {"delivered", "cancelled"}
FORWARD = ["placed", "confirmed", "preparing", "ready", "delivered"]


class Refused(Exception):
    """An action that the rules forbid; `code` names the reason if it matters."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


def refuse_if(wrong: object, code: str = "") -> None:
    if wrong:
        raise Refused(code)


@dataclass
class Line:
    """A line of an order, with at most one choice."""

    item: str
    quantity: int
    course: int
    status: str = "queued"
    choice: str = ""

    @classmethod
    def wished(cls, what: str, quantity: int, course: int) -> "Line":
        """Build a line; `what` is an item, or "item with choice"."""
        item, _, choice = what.partition(" with ")
        return cls(item, quantity, course, choice=choice)

    def says(self) -> tuple[str, int, int, str]:
        """Return what a guest ordered."""
        return self.item, self.quantity, self.course, self.choice


@dataclass
class Before:
    """The state of a ticket before its last bump, with the lines that the bump finished."""

    status: str
    held: bool
    lines: dict[int, str]


@dataclass
class Ticket:
    """A ticket: its lines by id, each with its progress."""

    order: int
    station: int
    firing: int
    status: str = "queued"
    seen: bool = False
    awaited: float | None = None  # start of the wait for its own acknowledgement
    rings: bool = False  # alarm: not seen in time
    held: bool = False
    unread: bool = False  # a cook must acknowledge a change
    done_at: float = 0.0
    finished: dict[int, float] = field(default_factory=dict)  # time at which each line was done
    lines: dict[int, str] = field(default_factory=dict)
    before: Before | None = None

    def note(self, finished: list[int]) -> None:
        """Record the state to which an undo of the next bump returns."""
        self.before = Before(self.status, self.held, {pk: self.lines[pk] for pk in finished})

    @property
    def open(self) -> bool:
        return self.status in ("queued", "started")


@dataclass
class Order:
    """An order; without a table it is for take-away."""

    table: int | None
    status: str = "placed"
    lines: dict[int, Line] = field(default_factory=dict)
    withdrawn: bool = False
    plated: set[int] = field(default_factory=set)  # lines that are plated
    by_pad: bool = False
    served: bool = False  # at least one course was served
    was_confirmed: bool = False  # at its end
    placed_at: float = 0.0
    alarmed: bool = False

    @property
    def over(self) -> bool:
        return self.withdrawn or self.status in OVER

    def forward(self, goal: str) -> None:
        if FORWARD.index(goal) > FORWARD.index(self.status):
            self.status = goal

"""What the model knows of: orders, their lines, their tickets; and how it refuses."""

from dataclasses import dataclass, field

OVER = {"delivered", "cancelled"}
FORWARD = ["placed", "confirmed", "preparing", "ready", "delivered"]


class Refused(Exception):
    """The rules forbid it; `code` says why where that matters."""

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
        """`what`: an item, or "item with choice"."""
        item, _, choice = what.partition(" with ")
        return cls(item, quantity, course, choice=choice)


@dataclass
class Before:
    """How a ticket stood before its last bump, with the lines that this finished."""

    status: str
    held: bool
    lines: dict[int, str]


@dataclass
class Ticket:
    """Lines by their id, and how far each is."""

    order: int
    station: int
    firing: int
    status: str = "queued"
    seen: bool = False
    awaited: float | None = None  # since when it is to be seen by itself
    rings: bool = False  # nobody had seen it in time
    held: bool = False
    unread: bool = False  # a cook has to read what changed
    done_at: float = 0.0
    finished: dict[int, float] = field(default_factory=dict)  # when each line was done
    lines: dict[int, str] = field(default_factory=dict)
    before: Before | None = None

    def note(self, finished: list[int]) -> None:
        """What a bump that comes now would have to be undone to."""
        self.before = Before(self.status, self.held, {pk: self.lines[pk] for pk in finished})

    @property
    def open(self) -> bool:
        return self.status in ("queued", "started")


@dataclass
class Order:
    """A round."""

    table: int
    status: str = "placed"
    lines: dict[int, Line] = field(default_factory=dict)
    withdrawn: bool = False
    plated: set[int] = field(default_factory=set)  # lines on the pass
    by_pad: bool = False
    served: bool = False  # a course of it
    was_confirmed: bool = False  # when it ended
    placed_at: float = 0.0
    alarmed: bool = False

    @property
    def over(self) -> bool:
        return self.withdrawn or self.status in OVER

    def forward(self, goal: str) -> None:
        if FORWARD.index(goal) > FORWARD.index(self.status):
            self.status = goal

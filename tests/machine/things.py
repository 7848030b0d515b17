"""What the model knows of: orders, their lines, their tickets; and how it refuses."""

from dataclasses import dataclass, field

OVER = {"delivered", "cancelled"}
FORWARD = ["placed", "confirmed", "preparing", "ready", "delivered"]


class Refused(Exception):
    """The rules forbid it."""


def refuse_if(wrong: object) -> None:
    if wrong:
        raise Refused


@dataclass
class Line:
    """A line of an order; `station` is where it is cooked, None while it is on hold."""

    item: str
    quantity: int
    course: int
    status: str = "queued"


@dataclass
class Ticket:
    """Lines by their id, and how far each is."""

    order: int
    station: int
    firing: int
    status: str = "queued"
    seen: bool = False
    held: bool = False
    unread: bool = False  # a cook has to read what changed
    done_at: float = 0.0
    finished: dict[int, float] = field(default_factory=dict)  # when each line was done
    lines: dict[int, str] = field(default_factory=dict)

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

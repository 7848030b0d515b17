"""The states of a table on the floor plan: one list of words for the plan, the list, the sheet and the API."""

from dataclasses import dataclass

from bistro.core.kernel.marks import MARKS


@dataclass(frozen=True, slots=True)
class TableState:
    """A state of a table: its code, its word in lists, and a short word that fits the shape of a table."""

    code: str
    word: str
    short: str
    needs_attention: bool = False

    @property
    def letter(self) -> str:
        """Return the letter of the state's mark."""
        return MARKS[self.code]


# The most urgent state comes first: the list of the floor is sorted in this order.
_BY_URGENCY = (
    TableState("ready", "food ready", "ready", needs_attention=True),
    TableState("late", "waiting for food", "waiting", needs_attention=True),
    TableState("ordering", "ordered, kitchen has not confirmed", "ordered"),
    TableState("waiting", "waiting for food", "waiting"),
    TableState("held", "next course on hold", "on hold"),
    TableState("occupied", "occupied", "seated"),
    TableState("free", "free", "free"),
    TableState("out_of_service", "out of service", "closed"),
)
STATES = {state.code: state for state in _BY_URGENCY}
URGENCY = {state.code: place for place, state in enumerate(_BY_URGENCY)}
# (code, text) of the legend under the plan. `occupied` and `waiting` look the same.
LEGEND = (
    ("free", "free"),
    ("occupied", "seated, waiting"),
    ("ordering", "ordering"),
    ("ready", "food ready"),
    ("held", "course on hold"),
    ("late", "needs attention"),
)

"""The states of a table on the floor: one list of words for the plan, the list, the sheet and the API."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class TableState:
    """A state of a table: its code, its word in lists, and a short word that fits the shape of a table."""

    code: str
    word: str | Promise
    short: str | Promise
    needs_attention: bool = False


# The most urgent state comes first.
_BY_URGENCY = (
    TableState("calls", _("calls a waiter"), _("Calls"), needs_attention=True),
    TableState("ready", _("food ready"), _("Ready"), needs_attention=True),
    TableState("late", _("waiting for food"), _("Late"), needs_attention=True),
    TableState("bill", _("wants the bill"), _("Bill"), needs_attention=True),
    TableState("ordering", _("ordered, kitchen has not confirmed"), _("Ordered")),
    TableState("waiting", _("waiting for food"), _("Waiting")),
    TableState("held", _("next course on hold"), _("On hold")),
    TableState("occupied", _("seated"), _("Seated")),
    TableState("eating", _("everything served"), _("Eating")),
    TableState("paid", _("paid, to clear"), _("Paid")),
    TableState("free", _("free"), _("Free")),
    TableState("out_of_service", _("out of service"), _("Closed")),
)
STATES = {state.code: state for state in _BY_URGENCY}
URGENCY = {state.code: place for place, state in enumerate(_BY_URGENCY)}
LEGEND = (
    "free",
    "occupied",
    "ordering",
    "waiting",
    "held",
    "ready",
    "eating",
    "bill",
    "paid",
    "calls",
    "late",
    "out_of_service",
)

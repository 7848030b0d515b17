"""What goes to sockets: frames, made once for an audience and written to each of its sockets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils import timezone

from bistro.core.kernel.jsontext import dumps
from bistro.core.live.event_log import Position
from bistro.core.models import Event, Restaurant


@dataclass(frozen=True, slots=True)
class Frame:
    """One message. It brings whoever has seen everything before `seq` up to `seq`.

    `shows` names what a screen displays after it (ticket ids), for its report.
    """

    seq: int
    text: str
    shows: frozenset[int] = frozenset()


class View(Protocol):
    """One audience's way to see the log: the same for all its sockets. Methods run in a thread, from rows.

    `key` names the audience; sockets with equal keys share frames and snapshots.
    """

    key: str
    restaurant_id: int

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Everything, as of `position` (read before the rows)."""
        ...

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """What these events changed for the audience; may be nothing."""
        ...


def render_there(template: str, context: dict[str, Any], where: Restaurant) -> str:
    """Render a fragment as that restaurant's pages do: with its clock."""
    with timezone.override(where.tz):
        return render_to_string(template, context)


def page_frame(kind: str, html: str, position: Position, shows: frozenset[int] = frozenset()) -> Frame:
    """The envelope of every page's message (CONTRACT F)."""
    body = {
        "type": "page",
        "kind": kind,
        "seq": position.seq,
        "epoch": position.epoch,
        "now": timezone.now(),
        "html": html,
    }
    return Frame(position.seq, dumps(body), shows)

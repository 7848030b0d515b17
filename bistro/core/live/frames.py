"""Frames: messages to sockets, rendered once for an audience and sent to each of its sockets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from bistro.core.kernel.jsontext import dumps
from bistro.core.live.event_log import Position
from bistro.core.models import Event, Restaurant


@dataclass(frozen=True, slots=True)
class Frame:
    """A message to a socket that has all events before `seq`; afterwards it has `seq` too.

    `text` is the JSON text of the message (`{"type": "page" | "event" | "snapshot", …}`); empty text moves the position
    only and is not sent. `shows` holds the ids of the tickets that a screen displays after it, which the screen
    confirms.
    """

    seq: int
    text: str
    shows: frozenset[int] = frozenset()


class View(Protocol):
    """An audience's view of the log, shared by all its sockets. Methods run in a thread and may query.

    `key` names the audience, so that sockets with equal keys share frames and snapshots:
    `<screen>:<restaurant>[:<part>]`, e.g. `kitchen:4:all`, `kitchen:4:12` (a station) or `floor:4`.
    """

    key: str
    restaurant_id: int

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Return the complete state as of `position`, which was read before the rows."""
        ...

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Return the frames for the audience's share of these events; possibly none."""
        ...


def render_fragment(template: str, context: dict[str, Any], restaurant: Restaurant, language: str = "") -> str:
    """Render a fragment of a page for a socket or an answer, in the restaurant's time zone and language.

    A `language` that a person has chosen goes into the `key` of the audience too.
    """
    with timezone.override(restaurant.tz), override(language or restaurant.language):
        return render_to_string(template, context)


def page_frame(kind: str, html: str, position: Position, shows: frozenset[int] = frozenset()) -> Frame:
    """Return the frame of a page's message (docs/sockets.md)."""
    body = {
        "type": "page",
        "kind": kind,
        "seq": position.seq,
        "epoch": position.epoch,
        "now": timezone.now(),
        "html": html,
    }
    return Frame(position.seq, dumps(body), shows)

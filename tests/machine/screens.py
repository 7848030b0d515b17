"""Screens that only apply the feed's messages, and the state that they should show."""

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from bistro.core.live import event_log
from bistro.core.live.frames import View
from bistro.core.models import Event

# Ids that pages swap: tickets and their strips; the pass; tables in the room and in the list, and alarms.
SWAPPED = re.compile(
    r"ticket-\d+(-\d+)?|stations|counts|recent|all-day|pass-\d+|coming|table-\d+|table-row-\d+|alarms|pauses"
)
VOID = {"input", "meta", "link", "br", "hr", "img", "path", "rect", "circle"}


class Units(HTMLParser):
    """All elements with an id, as (tags, attributes, text); `oob` has each one's swap instruction."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.oob: dict[str, str] = {}
        self.content: dict[str, list[Any]] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        swap, name = about.pop("hx-swap-oob", None), about.get("id")
        about.pop("data-into", None)  # an instruction as well: the list of a new element
        if name is not None:
            self.content[name] = []
        if name is not None and swap is not None:
            self.oob[name] = swap
        if tag not in VOID:
            self._open.append((tag, name))
        self._note((tag, tuple(sorted(about.items()))), also=name if tag in VOID else None)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._note(" ".join(data.split()))

    def _note(self, what: Any, also: str | None = None) -> None:
        for name in {name for _, name in self._open if name is not None} | ({also} - {None}):
            self.content[name].append(what)


class PageScreen:
    """A page that swaps the elements of each message by id."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.shown = self.truth()

    def _mine(self, content: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {name: what for name, what in content.items() if SWAPPED.fullmatch(name)}

    def truth(self) -> dict[str, list[Any]]:
        position = event_log.position(self.view.restaurant_id)
        (frame,) = self.view.snapshot(position)
        return self._mine(Units(json.loads(frame.text)["html"]).content)

    def fold(self, events: list[Event]) -> None:
        for frame in self.view.changes(events, event_log.position(self.view.restaurant_id)):
            units = Units(json.loads(frame.text)["html"])
            for name, how in units.oob.items():
                if how == "delete":
                    self.shown.pop(name, None)
                elif SWAPPED.fullmatch(name):
                    self.shown[name] = units.content[name]


class ProgramScreen:
    """A program that stores open orders by id and removes closed ones."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.shown = self.truth()

    def truth(self) -> dict[str, Any]:
        (frame,) = self.view.snapshot(event_log.position(self.view.restaurant_id))
        return {str(order["id"]): order for order in json.loads(frame.text)["orders"]}

    def fold(self, events: list[Event]) -> None:
        for frame in self.view.changes(events, event_log.position(self.view.restaurant_id)):
            order = json.loads(frame.text)["order"]
            if order["status"] in ("delivered", "cancelled"):
                self.shown.pop(str(order["id"]), None)
            else:
                self.shown[str(order["id"])] = order


def differences(screens: Iterable[PageScreen | ProgramScreen]) -> list[str]:
    """Return the differences between a screen that applied messages and a new one."""
    found = []
    for screen in screens:
        truth = screen.truth()
        for name in truth.keys() | screen.shown.keys():
            shown, true = _parts(screen.shown.get(name)), _parts(truth.get(name))
            if shown != true:
                extra = [part for part in shown if part not in true]
                lacking = [part for part in true if part not in shown]
                found.append(f"{screen.view.key} {name}: shows {extra}, lacks {lacking}")
    return found


def _parts(what: Any) -> list[Any]:
    """Return a unit as a list: elements and texts of a page, or keys and values of an order."""
    return list(what.items()) if isinstance(what, dict) else list(what or [])

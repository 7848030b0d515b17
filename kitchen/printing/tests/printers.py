"""A ticket printer for tests: a port that records its data, or has one of the known faults."""

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from kitchen.printing.escpos import FEED_AND_CUT, PULSES, STATUS, WHEN_DONE
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.raster import RASTER

WELL, OPEN_COVER, PAPER_OUT = b"\x12\x12", b"\x1a\x12", b"\x1a\x72"


@dataclass
class FakePrinter:
    """A printer on a free port.

    `mood` is well, mute (sends nothing), deaf (accepts and never reads), breaks (closes after `after` bytes of a slip),
    open, empty (no paper) or dumb (prints, never answers).
    """

    mood: str = "well"
    after: int = 40
    slips: list[bytes] = field(default_factory=list)
    cut_off: list[bytes] = field(default_factory=list)
    pulses: list[str] = field(default_factory=list)  # pins of the drawers that were opened
    calls: int = 0

    def __enter__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.off()

    def off(self):
        """Close the port."""
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts connections
        self.server.close()
        self.thread.join(5)

    def _serve(self):
        while True:
            try:
                talk, _address = self.server.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self._talk, args=[talk], daemon=True).start()

    def _talk(self, talk):
        talk.settimeout(20)
        try:
            if self.mood in ("mute", "deaf"):
                while self.mood == "mute" and talk.recv(4096):
                    pass
                if self.mood == "deaf":
                    self.held = talk
                return
            self._print(talk)
        except OSError:
            pass

    def _print(self, talk):
        heard = b""
        while True:
            more = talk.recv(4096)
            heard += more
            if heard.startswith(STATUS) and self.mood != "dumb":
                heard = heard.removeprefix(STATUS)
                talk.sendall({"open": OPEN_COVER, "empty": PAPER_OUT}.get(self.mood, WELL))
            if self.mood == "breaks" and len(heard) > self.after:
                self.cut_off.append(heard[: self.after])
                talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                talk.close()
                return
            for pin, pulse in PULSES.items():
                if heard == pulse + WHEN_DONE:
                    self.pulses.append(pin)
                    talk.sendall(b"\x00")
                    heard = b""
            if heard.endswith(FEED_AND_CUT + WHEN_DONE):
                self.slips.append(heard.removesuffix(WHEN_DONE))
                talk.sendall(b"\x00")
                heard = b""
            if not more:
                if heard.endswith(FEED_AND_CUT):
                    self.slips.append(heard)
                talk.close()
                return

    def text(self, place=-1):
        """Return the readable text of a slip."""
        return readable(self.slips[place])


def readable(slip: bytes) -> str:
    """Return the text without printer commands."""
    slip, out, place = images_in(slip)[1], [], 0
    lengths = {b"\x1b@": 2, b"\x1c.": 2, b"\x1bR": 3, b"\x1bt": 3, b"\x1bE": 3, b"\x1d!": 3, b"\x1dB": 3, b"\x1dV": 4}
    while place < len(slip):
        length = lengths.get(slip[place : place + 2])
        if length:
            place += length
            continue
        out.append(slip[place : place + 1])
        place += 1
    return b"".join(out).decode("cp858")


def images_in(slip: bytes) -> tuple[list[tuple[int, int, bytes]], bytes]:
    """Return the images of a slip as (dots across, dots down, dots), and the rest of its bytes."""
    images, rest = [], b""
    while RASTER in slip:
        before, _command, slip = slip.partition(RASTER)
        across, down = int.from_bytes(slip[:2], "little"), int.from_bytes(slip[2:4], "little")
        images.append((across * 8, down, slip[4 : 4 + across * down]))
        rest, slip = rest + before, slip[4 + across * down :]
    return images, rest + slip


def printer_at(house, port, **more) -> Printer:
    """Create a printer of the house's station without a new menu version, so call it before the first order."""
    more.setdefault("station", house.station)
    more.setdefault("name", f"Printer {Printer.objects.count() + 1}")
    return Printer.objects.create(restaurant=house.restaurant, host="127.0.0.1", port=port, **more)


def later(seconds):
    """Return a clock that is ahead by some seconds."""
    return lambda: timezone.now() + timedelta(seconds=seconds)


def edit(house, order, *lines):
    """Replace the lines of an order over the API; each line is one of the house's item unless it says more."""
    body = [{"item": house.item.pk, "quantity": 1, **line} for line in lines]
    return house.done(house.api().put(f"/api/v1/orders/{order['id']}", {"lines": body}))


def statuses():
    """Return `(kind, status)` of every slip, oldest first."""
    return list(PrintJob.objects.order_by("pk").values_list("kind", "status"))

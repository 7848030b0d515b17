"""The connection to a network printer: one for each slip, limited to a few seconds."""

import socket
import time

from django.utils.translation import gettext

from kitchen.printing.escpos import STATUS, WHEN_DONE

SECONDS = 5.0  # for the whole conversation
OFFLINE, NO_PAPER = 0x08, 0x60  # bits of the two answers to STATUS
DONE_NO_PAPER = 0x0C


class PrinterTrouble(Exception):
    """A failed attempt to print. `sent` is true when bytes of the slip had left, so that some may be on paper."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.message, self.sent = message, sent


class Conversation:
    """A connection with a deadline."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.sent = False
        try:
            self.socket = socket.create_connection((host, port), timeout=self._left())
        except OSError as error:
            raise PrinterTrouble(
                gettext("%(host)s:%(port)s does not answer (%(reason)s).")
                % {"host": host, "port": port, "reason": _why(error)}
            ) from error

    def say(self, data: bytes) -> None:
        self.socket.settimeout(self._left())
        self.socket.sendall(data)

    def hear(self, count: int) -> bytes:
        """Read a number of status bytes. Raises OSError, also when the printer hangs up."""
        heard = b""
        while len(heard) < count:
            self.socket.settimeout(self._left())
            more = self.socket.recv(count - len(heard))
            if not more:
                raise ConnectionError("connection closed")
            heard += more
        return heard

    def _left(self) -> float:
        return max(0.05, self.until - time.monotonic())


def print_bytes(data: bytes, *, host: str, port: int, answers: bool, seconds: float = SECONDS) -> None:
    """Print, and return when the slip is on paper (`answers`) or sent. Raises PrinterTrouble with a text for cooks."""
    talk = Conversation(host, port, seconds)
    with talk.socket:
        try:
            if answers:
                talk.say(STATUS)
                _refuse_unwell(talk.hear(2))
            talk.sent = True
            talk.say(data + WHEN_DONE if answers else data)
            if not answers:
                talk.socket.shutdown(socket.SHUT_WR)
            elif talk.hear(1)[0] & DONE_NO_PAPER == DONE_NO_PAPER:
                raise PrinterTrouble(gettext("Ran out of paper."), sent=True)
        except OSError as error:
            words = (
                gettext("Stopped answering in the middle of a slip (%(reason)s).")
                if talk.sent
                else gettext("Stopped answering before it printed (%(reason)s).")
            )
            raise PrinterTrouble(words % {"reason": _why(error)}, sent=talk.sent) from error


def _refuse_unwell(status: bytes) -> None:
    if status[1] & NO_PAPER == NO_PAPER:
        raise PrinterTrouble(gettext("No paper."))
    if status[0] & OFFLINE:
        raise PrinterTrouble(gettext("Offline: cover open, paper out or stopped."))


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return gettext("timed out")
    return (error.strerror or str(error) or gettext("gone")).lower()

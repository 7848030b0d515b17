"""A single HTTP request to the address of a webhook, with one time limit for everything and no redirects.

The host is looked up once, every address found is checked, and the connection goes to a checked address: a name that
changes between check and use leads nowhere else. Only the status of the answer is read.
"""

import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult

from django.conf import settings

from bistro.core.ops.version import VERSION
from bistro.core.writing.unit_of_work import require_no_unit
from bistro.webhooks.addresses import may_send_to, split
from bistro.webhooks.models import Trouble

MOST_BYTES = 16_384  # of an answer without a status
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a request: a trouble or "", the HTTP status if there was one, and how long it took."""

    trouble: str
    answer: int | None
    milliseconds: int

    @property
    def arrived(self) -> bool:
        return not self.trouble


class _Failed(Exception):
    """A request that got no answer."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send a body and return the outcome within WEBHOOK_SECONDS (and the time of a slow name server)."""
    require_no_unit()
    began = time.monotonic()
    deadline = began + settings.WEBHOOK_SECONDS
    answer, trouble = None, ""
    try:
        answer = _asked(url, body, headers, deadline)
    except _Failed as failure:
        trouble = failure.trouble
    else:
        trouble = _trouble_of(answer)
    return Outcome(trouble, answer, int((time.monotonic() - began) * 1000))


def _trouble_of(answer: int) -> str:
    if 200 <= answer < 300:
        return ""
    if answer == 410:
        return Trouble.GONE
    return Trouble.REDIRECT if 300 <= answer < 400 else Trouble.REFUSED


def _asked(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> int:
    """Send the request and return the status of the answer. Raises _Failed."""
    try:
        parts, port = split(url)
    except ValueError:
        raise _Failed(Trouble.ADDRESS) from None
    with closing(_connected(parts, port, deadline)) as connection:
        try:
            connection.settimeout(_left(deadline))
            connection.sendall(_request(parts, body, headers))
            return _status(connection, deadline)
        except TimeoutError:
            raise _Failed(Trouble.TIMEOUT) from None
        except OSError:
            raise _Failed(Trouble.LOST) from None


def _connected(parts: SplitResult, port: int, deadline: float) -> socket.socket:
    """Connect to one of the addresses of the host. Raises _Failed."""
    failure = _Failed(Trouble.UNREACHABLE)
    for family, address in _addresses(parts, port):
        try:
            return _connected_to(family, address, parts, deadline)
        except (ssl.SSLError, ValueError):
            failure = _Failed(Trouble.ENCRYPTION)
        except TimeoutError:
            failure = _Failed(Trouble.TIMEOUT)
        except OSError:
            continue
    raise failure


def _addresses(parts: SplitResult, port: int) -> list[tuple[int, tuple[str, int]]]:
    """Look the host up. One forbidden address among those found makes the whole name forbidden."""
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _Failed(Trouble.UNKNOWN_HOST) from None
    if not all(may_send_to(str(address[0]), parts.scheme) for *_kind, address in found):
        raise _Failed(Trouble.ADDRESS)
    return [(family, (str(address[0]), port)) for family, _type, _protocol, _name, address in found]


def _connected_to(family: int, address: tuple[str, int], parts: SplitResult, deadline: float) -> socket.socket:
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.settimeout(_left(deadline))
        plain.connect(address)
        if parts.scheme != "https":
            return plain
        plain.settimeout(_left(deadline))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
    except BaseException:
        plain.close()
        raise


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {
        "Host": parts.netloc,
        "User-Agent": f"Bistro/{VERSION}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(connection: socket.socket, deadline: float) -> int:
    """Read until the status of the answer, past informational ones. Raises _Failed, OSError."""
    received = b""
    while len(received) < MOST_BYTES:
        line, ended, _rest = received.partition(b"\n")
        if ended:
            found = _STATUS.match(line)
            if found is None:
                raise _Failed(Trouble.NONSENSE)
            if int(found[1]) >= 200:
                return int(found[1])
            _informational, whole, rest = received.partition(b"\r\n\r\n")
            if whole:
                received = rest
                continue
        connection.settimeout(_left(deadline))
        more = connection.recv(4096)
        if not more:
            raise _Failed(Trouble.NONSENSE if received else Trouble.LOST)
        received += more
    raise _Failed(Trouble.NONSENSE)


def _left(deadline: float) -> float:
    """Return the seconds until the deadline. Raises TimeoutError after it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left

"""Masks for one-time tokens in addresses, so that no log holds a link that still works."""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

# The first part of every address that ends with a token. A test compares them with the URLconf.
LINKS = ("invitation", "password", "book", "booking", "waitlist", "calendar", "pay", "deposit", "receipt")
MASK = "***"
_IN_PATH = re.compile(rf"(/(?:{'|'.join(LINKS)})/)[^/\s?\"'<>]+", re.IGNORECASE)
_IN_QUERY = re.compile(r"([?&](?:token|ticket|code|invitation|hold)=)[^&\s\"'<>]+", re.IGNORECASE)


def mask_tokens(text: str) -> str:
    """Return the text with every one-time token in an address replaced."""
    return _IN_QUERY.sub(rf"\1{MASK}", _IN_PATH.sub(rf"\1{MASK}", text))


def masked(value: Any) -> Any:
    """Return a logged value with tokens masked in its texts. Other values stay as they are."""
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, tuple):
        return tuple(masked(each) for each in value)
    if isinstance(value, list):
        return [masked(each) for each in value]
    if isinstance(value, Mapping):
        return {name: masked(each) for name, each in value.items()}
    return value


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the tokens of a log line. A processor of structlog, after the traceback has become text."""
    for name, value in event.items():
        event[name] = masked(value)
    return event


class TokenFilter(logging.Filter):
    """A filter that masks the tokens of a server's own access log, which does not use our formatter."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.msg), masked(record.args)
        return True


def mask_access_logs() -> None:
    """Mask the tokens in the access log of the server that runs this process, if one is switched on."""
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(TokenFilter())
    if access := sys.modules.get("daphne.access"):
        access.AccessLogGenerator.write_entry = _masked_entry(access.AccessLogGenerator.write_entry)


def _masked_entry(write: Callable[..., None]) -> Callable[..., None]:
    def write_entry(log: Any, host: Any, date: Any, request: str, *more: Any, **named: Any) -> None:
        write(log, host, date, mask_tokens(request), *more, **named)

    return write_entry

"""Clients that hang up before their answer: no fault of the server, so a debug line instead of a traceback."""

import logging

from bistro.core.kernel.asgi import is_hang_up

log = logging.getLogger(__name__)


class HangUpFilter(logging.Filter):
    """A filter that replaces uvicorn's traceback of a hang-up by a debug line. Other records pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or not is_hang_up(error):
            return True
        log.debug("the client hung up before its answer")
        return False


def quiet_hang_ups() -> None:
    """Install the filter where uvicorn logs errors of the application. Daphne logs no hang-ups."""
    logging.getLogger("uvicorn.error").addFilter(HangUpFilter())

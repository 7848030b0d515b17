"""Clients that hang up before their answer: a debug line, and other errors stay errors."""

import logging

import pytest
from uvicorn.protocols.utils import ClientDisconnected

from bistro.core.server.hang_ups import HangUpFilter

pytestmark = pytest.mark.database_agnostic

UVLOOP = "unable to perform operation on <TCPTransport closed=True reading=False 0x55>; the handler is closed"


@pytest.fixture
def uvicorn_log():
    """A logger with the filter, as uvicorn's own has in a server."""
    logger, added = logging.getLogger("uvicorn.error"), HangUpFilter()
    logger.addFilter(added)
    yield logger
    logger.removeFilter(added)


@pytest.mark.parametrize("error", [ClientDisconnected(), RuntimeError(UVLOOP)])
def test_a_hang_up_is_a_debug_line(error, uvicorn_log, caplog):
    with caplog.at_level(logging.DEBUG):
        uvicorn_log.error("Exception in ASGI application\n", exc_info=error)
    assert [(each.name, each.levelno) for each in caplog.records] == [("bistro.core.server.hang_ups", logging.DEBUG)]


@pytest.mark.parametrize("error", [RuntimeError("Unexpected ASGI message"), ConnectionError("redis"), OSError("disk")])
def test_the_control_other_errors_stay_errors(error, uvicorn_log, caplog):
    uvicorn_log.error("Exception in ASGI application\n", exc_info=error)
    uvicorn_log.error("no exception")
    assert [each.levelno for each in caplog.records] == [logging.ERROR] * 2

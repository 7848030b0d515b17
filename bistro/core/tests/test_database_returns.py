"""The connection pool after an outage of PostgreSQL: it must reconnect at once."""

import contextlib
import socket
import threading
import time
from itertools import pairwise

import pytest
from django.conf import settings
from psycopg_pool import ConnectionPool, PoolTimeout

pytestmark = pytest.mark.postgres

AWAY_SECONDS = 6.0


class Refusing:
    """A server that accepts no connection, like a starting database, and counts attempts."""

    def __enter__(self):
        self.knocks = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._refuse, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.socket.close()

    def _refuse(self):
        with contextlib.suppress(OSError):
            while True:
                line, _address = self.socket.accept()
                self.knocks.append(time.monotonic())
                line.close()


def longest_pause(options):
    """Return the longest pause in seconds between two attempts while a connection is wanted all the time."""
    options = {**options, "min_size": 0, "max_size": 4, "timeout": 0.1}
    with Refusing() as server:
        address = f"postgres://postgres@127.0.0.1:{server.port}/nothing"
        with ConnectionPool(address, open=True, **options) as pool:
            end = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < end:
                with pytest.raises(PoolTimeout):
                    pool.getconn()
        moments = [*server.knocks, end]
    return max(later - earlier for earlier, later in pairwise(moments))


@pytest.mark.slow
def test_while_it_is_away_somebody_tries_again_and_again():
    assert longest_pause(settings.DATABASE["OPTIONS"]["pool"]) < 2


@pytest.mark.slow
def test_the_control_with_the_pools_own_patience_the_pauses_double():
    ours = settings.DATABASE["OPTIONS"]["pool"]
    assert longest_pause({name: value for name, value in ours.items() if name != "reconnect_timeout"}) > 2.5

"""Settings for the accelerated soak: sockets live for seconds in place of hours, and are checked every second."""

from bistro.settings import *  # noqa: F403

SOCKET_LIFETIME_SECONDS = 4.0
FEED_HEARTBEAT_SECONDS = 1.0

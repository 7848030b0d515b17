"""For the accelerated soak: a socket lives for seconds in place of hours, and it is looked at every second."""

from bistro.settings import *  # noqa: F403

SOCKET_LIFETIME_SECONDS = 4.0
FEED_HEARTBEAT_SECONDS = 1.0

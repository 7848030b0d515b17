"""Settings for a short trial: clients that send or read too slowly are disconnected after seconds."""

from bistro.settings import *  # noqa: F403

REQUEST_SECONDS = 2.0
SOCKET_UNREAD_SECONDS = 3.0
SOCKET_UNREAD_BYTES = 512 * 1024

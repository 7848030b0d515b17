"""For the short form of a trial: who sends or reads too slowly is let go after seconds."""

from bistro.settings import *  # noqa: F403

REQUEST_SECONDS = 2.0
SOCKET_UNREAD_SECONDS = 3.0
SOCKET_UNREAD_BYTES = 512 * 1024

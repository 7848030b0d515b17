"""Settings for the controls: Daphne without limits on slow, silent and deaf clients or on the size of requests."""

from bistro.settings import *  # noqa: F403

REQUEST_SECONDS = 24 * 3600.0
BODY_LIMIT_BYTES = UPLOAD_LIMIT_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 40
SOCKET_HEARD_BYTES = SOCKET_UNREAD_BYTES = 1 << 40
SOCKET_UNREAD_SECONDS = 24 * 3600.0

"""Settings for a control: Redis holds the list of listeners for commit signals, and the tails do not poll."""

from bistro.settings import *  # noqa: F403
from bistro.settings import REDIS_URL

FEED_POLL_SECONDS = 3600.0
# A reader of this layer blocks for five seconds, so the socket's timeout must be longer.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 15}]},
    }
}

"""For a control: who listens for the doorbell stands in Redis, and the tails never look by themselves."""

from bistro.settings import *  # noqa: F403
from bistro.settings import REDIS_URL

FEED_POLL_SECONDS = 3600.0
# A reader of this layer asks for five seconds at a time; its line must not give up before that.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 15}]},
    }
}

"""Settings for a control: sockets without caps, and credentials without limits on their hellos and messages."""

from bistro.core.live.allowances import Allowances
from bistro.settings import *  # noqa: F403

Allowances.MESSAGES_AT_MOST = 1_000_000

SOCKET_CAPS = dict.fromkeys(("pad", "screen", "login", "integration", "restaurant", "address"), 1_000_000)

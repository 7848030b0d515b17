"""Settings for a control: wrong passwords lock the address, for every account."""

from bistro.settings import *  # noqa: F403
from bistro.settings import RATE_LIMITS

AUTHENTICATION_BACKENDS = ["harness.address_lock.AddressLock"]
RATE_LIMITS = {**RATE_LIMITS, "login": "30/min"}

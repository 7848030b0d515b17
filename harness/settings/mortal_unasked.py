"""Settings for a control: processes die at the bank, and nobody asks it again."""

from bistro.settings import *  # noqa: F403
from bistro.settings import SWEEPS

ASKING = "orders.billing.services.ask_due"
SWEEPS = ["harness.mortal.ask_nobody" if sweep == ASKING else sweep for sweep in SWEEPS]

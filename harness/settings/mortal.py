"""Settings for the trial of payments: processes die at the bank, and it is asked again after seconds."""

from bistro.settings import *  # noqa: F403
from bistro.settings import SWEEPS

ASKING = "orders.billing.services.ask_due"
SWEEPS = ["harness.mortal.ask_due" if sweep == ASKING else sweep for sweep in SWEEPS]

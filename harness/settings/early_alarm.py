"""Settings for a short trial: the sweep's clock is ahead, so that an alarm comes five seconds after the order."""

from datetime import datetime, timedelta

from bistro.settings import *  # noqa: F403

AHEAD = timedelta(seconds=14)
SWEEPS = ["harness.settings.early_alarm.raise_early_alarms"]


def raise_early_alarms(*, now: datetime) -> int:
    """Run the product's sweep, imported here because it needs the settings."""
    from orders.services import raise_unseen_alarms

    return raise_unseen_alarms(now=now + AHEAD)

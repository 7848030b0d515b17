"""Settings for a control: the tails do not poll, so that only the commit signal connects the processes."""

from bistro.settings import *  # noqa: F403

FEED_POLL_SECONDS = 3600.0

"""For a control: the tails never look by themselves, so that nothing but the doorbell leads from process to process."""

from bistro.settings import *  # noqa: F403

FEED_POLL_SECONDS = 3600.0

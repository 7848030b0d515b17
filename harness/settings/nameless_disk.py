"""Settings for a control: a full disk is not told from a busy database."""

from bistro.core.database import errors
from bistro.settings import *  # noqa: F403

errors.is_disk_full = lambda error: False

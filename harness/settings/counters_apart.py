"""Settings for a control: each process counts for itself."""

from bistro.settings import *  # noqa: F403

CACHES = {"default": {"BACKEND": "bistro.core.auth.counting_caches.CountingMemoryCache"}}

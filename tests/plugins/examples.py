"""How many examples hypothesis tries, in one place for the whole suite.

By default few, and the same ones in every run, so that a failure is about the change at hand. THOROUGH=1 tries many new
ones. A busy machine is slow for no fault of the code: no deadline, and no check of how fast examples are made.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

THOROUGH = os.environ.get("THOROUGH") == "1"
USUAL = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}

settings.register_profile("quick", max_examples=40, derandomize=True, **USUAL)
settings.register_profile("thorough", max_examples=400, **USUAL)
settings.load_profile("thorough" if THOROUGH else "quick")  # --hypothesis-profile chooses another


def pytest_configure(config: pytest.Config) -> None:
    """Keep what a thorough run found in pytest's cache folder."""
    if config.pluginmanager.hasplugin("cacheprovider"):
        set_hypothesis_home_dir(config.cache.mkdir("hypothesis"))

"""The numbers of hypothesis examples, in one place for the whole suite.

The default is few examples, the same in every run, so that a failure is caused by the change at hand. THOROUGH=1 tries
many new ones. Deadlines and health checks are off, because a busy machine is slow without a fault of the code.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

THOROUGH = os.environ.get("THOROUGH") == "1"
USUAL = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}

settings.register_profile("quick", max_examples=40, derandomize=True, **USUAL)
settings.register_profile("thorough", max_examples=400, **USUAL)
settings.load_profile("thorough" if THOROUGH else "quick")  # --hypothesis-profile selects another


def pytest_configure(config: pytest.Config) -> None:
    """Keep the findings of a thorough run in pytest's cache folder."""
    if config.pluginmanager.hasplugin("cacheprovider"):
        set_hypothesis_home_dir(config.cache.mkdir("hypothesis"))

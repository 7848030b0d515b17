"""Makes `manage.py simulate` known to Django; the simulator has no models."""

from __future__ import annotations

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    """The service simulator."""

    name = "bistro.simulator"
    label = "simulator"
    verbose_name = "Service simulator"

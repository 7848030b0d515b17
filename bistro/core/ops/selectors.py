"""Facts about the installation for its operator."""

import os
import platform
import sys
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import QuerySet

from bistro.core.live import event_log
from bistro.core.live.hub import hub_facts
from bistro.core.models import Restaurant
from bistro.core.ops.version import VERSION


def unapplied_migrations() -> list[str]:
    """Return the names of the migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def applied_migrations() -> list[str]:
    """Return the names of the migrations that the database has applied."""
    return [f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()]


def debug_facts(restaurant: Restaurant) -> dict[str, Any]:
    """Return server, version, database, channel layer, open sockets and the head of the feed. No secrets, no paths."""
    now = event_log.position(restaurant.pk)
    return {
        "version": VERSION,
        "python": platform.python_version(),
        "django": django.get_version(),
        "server": next((name for name in ("uvicorn", "daphne") if name in sys.modules), "other"),
        "pid": os.getpid(),
        "database": connection.vendor,
        "layer": str(settings.CHANNEL_LAYERS["default"]["BACKEND"]).rsplit(".", 1)[-1],
        "sockets": hub_facts(),
        "feed": {"epoch": now.epoch, "seq": now.seq},
    }


def restaurants_of_installation() -> QuerySet[Restaurant]:
    """Return all restaurants. Only for the operator's first membership of a new restaurant."""
    return Restaurant.objects.order_by("name", "pk")


def restaurant_exists(restaurant_id: int) -> bool:
    """Return whether the database holds the restaurant."""
    return Restaurant.objects.filter(pk=restaurant_id).exists()

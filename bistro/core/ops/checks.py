"""System checks that refuse configurations which would lose orders, leak data or leave screens stale."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

Messages = list[CheckMessage]
OTHER_THREADS = 5  # four of the live feed (bistro.core.live.threads), one of the sweeps (bistro.core.writing.sweeps)
SAFE_FROM = {"Django": "5.2.13", "daphne": "4.2.2"}
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "testserver"}


@register()
def realtime_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Require Redis between several processes; on SQLite only warn, because tails poll every second."""
    if settings.PROCESSES <= 1 or settings.REDIS_URL:
        return []
    hint = "Set REDIS_URL."
    if settings.SQLITE:
        return [
            Warning("Screens of different processes hear each other only every second.", hint=hint, id="bistro.W001")
        ]
    return [Error("Screens of different processes hear each other only every second.", hint=hint, id="bistro.E001")]


@register()
def transactions_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse settings that conflict with the unit of work or the connection pool."""
    found: Messages = []
    if settings.DATABASE.get("ATOMIC_REQUESTS"):
        found.append(Error("ATOMIC_REQUESTS would nest every service.", hint="Remove it.", id="bistro.E002"))
    if not settings.SQLITE and settings.DATABASE.get("CONN_MAX_AGE", 0) != 0:
        found.append(Error("CONN_MAX_AGE takes connections from the pool for good.", hint="Set 0.", id="bistro.E003"))
    return found


@register()
def sqlite_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Require WAL, FULL and IMMEDIATE, without which SQLite can lose acknowledged orders."""
    if not settings.SQLITE:
        return []
    options = settings.DATABASE.get("OPTIONS", {})
    pragmas = options.get("init_command", "").lower().replace(" ", "")
    found: Messages = []
    if options.get("transaction_mode") != "IMMEDIATE":
        found.append(Error("SQLite needs IMMEDIATE transactions.", id="bistro.E004"))
    if "journal_mode=wal" not in pragmas:
        found.append(Error("SQLite needs WAL.", id="bistro.E005"))
    if "synchronous=full" not in pragmas:
        found.append(Error("SQLite without synchronous=FULL loses orders in a power cut.", id="bistro.E006"))
    return found


@register()
def audit_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Warn where the server's own role owns the tables and can lift the protection of the event log."""
    if settings.SQLITE or settings.MIGRATE_DATABASE.get("USER", settings.DATABASE["USER"]) != settings.DATABASE["USER"]:
        return []
    hint = "Set MIGRATE_DATABASE_URL to a role of its own that owns the tables (docs/configuration.md)."
    return [Warning("The server's role can change the audit trail.", hint=hint, id="bistro.W003")]


@register()
def limits_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse limits that cannot be parsed or that admit no request."""
    found: Messages = []
    for name, rate in settings.RATE_LIMITS.items():
        if not re.fullmatch(r"\d+/(s|m|h|d)[a-z]*", rate):
            found.append(Error(f"The rate “{rate}” of {name} is not one.", hint="Write 60/min.", id="bistro.E011"))
    if min(settings.ADMISSION_IN_FLIGHT, settings.FAST_PATH_IN_FLIGHT) < 1 or settings.ADMISSION_WAIT_SECONDS <= 0:
        found.append(
            Error("ConcurrencyLimiter lets nobody in.", hint="Set ADMISSION_IN_FLIGHT to 8.", id="bistro.E012")
        )
    if min(settings.SOCKET_CAPS.values()) < 1:
        found.append(Error("A cap lets no socket in.", hint="Set each SOCKETS_PER_… to 1 or more.", id="bistro.E014"))
    pool = settings.DATABASE.get("OPTIONS", {}).get("pool")
    threads = settings.ADMISSION_IN_FLIGHT + settings.WRITERS + OTHER_THREADS
    if pool and pool["max_size"] < threads:
        hint = f"Set DATABASE_POOL to {threads} or lower ADMISSION_IN_FLIGHT."
        found.append(Warning("More requests work at once than there are connections.", hint=hint, id="bistro.W002"))
    return found


@register()
def layer_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse the core Redis layer, which with redis-py 8 drops every idle socket after five seconds."""
    backend = str(settings.CHANNEL_LAYERS["default"]["BACKEND"])
    if backend.endswith("core.RedisChannelLayer"):
        return [Error("Use channels_redis.pubsub.RedisPubSubChannelLayer.", id="bistro.E007")]
    return []


@register()
def proxy_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse an HTTPS redirect without a trusted proxy, because the server itself speaks plain HTTP."""
    knows_https: bool = settings.SECURE_PROXY_SSL_HEADER is not None
    if knows_https or not settings.SECURE_SSL_REDIRECT:
        return []
    hint = "Set NUM_PROXIES to the number of proxies before this server, or SSL_REDIRECT=false."
    return [Error("Every request would be redirected to https for ever.", hint=hint, id="bistro.E013")]


@register()
def debug_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse DEBUG for public hosts, because the debug page shows everything to everybody."""
    if settings.DEBUG and set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS:
        return [Error("DEBUG is on for hosts other than this machine.", hint="Unset DEBUG.", id="bistro.E008")]
    return []


@register()
def versions_check(app_configs: Sequence[Any] | None, **kwargs: Any) -> Messages:
    """Refuse releases in which a client can forge the headers of a proxy (CVE-2026-3902, CVE-2026-44546)."""
    return [
        Error(f"{name} {version(name)} lets clients forge headers.", hint=f"Install {safe} or later.", id="bistro.E015")
        for name, safe in SAFE_FROM.items()
        if _numbers(version(name)) < _numbers(safe)
    ]


def _numbers(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", release)[:3]]


@register("database")
def durability_check(app_configs: Sequence[Any] | None, databases: Any = None, **kwargs: Any) -> Messages:
    """Require that PostgreSQL confirms a commit only when it is on disk."""
    from django.db import connection

    if not databases or connection.vendor != "postgresql":
        return []
    found: Messages = []
    with connection.cursor() as cursor:
        for number, name in enumerate(("fsync", "synchronous_commit"), start=9):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                found.append(Error(f"PostgreSQL runs with {name} off: orders can be lost.", id=f"bistro.E{number:03}"))
    return found

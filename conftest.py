"""The environment of every test run.

The default is SQLite in a file of its own, because threads must see each other's rows, and the in-memory layer;
DATABASE_URL and REDIS_URL select PostgreSQL and Redis. Parallel runs never share a row or a key.
"""

import gc
import os
import signal
import threading
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache as django_cache
from django.db.backends.signals import connection_created

from bistro.core.speed.deep_calls import with_room

# A run makes much that stays: look for garbage less often, and never among the modules and tests (see below).
gc.set_threshold(100_000, 50, 100)

pytest_plugins = [
    "tests.plugins.database_file",
    "tests.plugins.documented_answers",
    "tests.plugins.examples",
    "tests.plugins.quick_flush",
    "tests.plugins.shared_data",
    "tests.plugins.slowest_files",
    "tests.plugins.template_database",
]


def pytest_configure(config: pytest.Config) -> None:
    """Use cheap passwords, no background work, and a part of Redis for this process alone."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop the servers that a test has started
    settings.SWEEP_SECONDS = 0  # tests call the sweeps themselves
    settings.BACKUP_SECONDS = 0  # and make their own backups
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    _commit_without_waiting()
    if settings.REDIS_URL:
        _take_corner_of_redis()
    _empty_tables_between_tests()
    _let_forced_logins_count_as_typed()


def _commit_without_waiting() -> None:
    """Let a commit return before it is on disk: nobody needs a test's rows after a power cut."""
    if not settings.SQLITE:
        settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
        return

    def never_sync(connection: Any, **_signal: Any) -> None:
        connection.connection.execute("PRAGMA synchronous = OFF")

    connection_created.connect(never_sync, weak=False)  # the settings stay as the system checks want them


def _let_forced_logins_count_as_typed() -> None:
    """Let a browser of `force_login` be as fresh as one whose person has just typed the password."""
    from django.test import Client

    from bistro.core.auth.confirmations import SESSION_CONFIRMED

    usual = Client.force_login

    def force_login(self: Client, *given: Any, **asked: Any) -> None:
        usual(self, *given, **asked)
        session = self.session
        session[SESSION_CONFIRMED] = int(time.time())
        session.save()

    Client.force_login = force_login  # type: ignore[method-assign]


def _empty_tables_between_tests() -> None:
    """Let Django empty the append-only tables, whose triggers refuse it, after a test that commits.

    On PostgreSQL rows are deleted in place of TRUNCATE, which takes longer for the few rows of a test. The order does
    not matter, because no foreign key is checked meanwhile.
    """
    if settings.SQLITE:
        from django.db.backends.sqlite3.operations import DatabaseOperations as Sqlite

        usual = Sqlite.sql_flush

        def without_triggers(self: Sqlite, *given: Any, **asked: Any) -> list[str]:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = dict(cursor.fetchall())
            return [f"DROP TRIGGER {name}" for name in triggers] + usual(self, *given, **asked) + [*triggers.values()]

        Sqlite.sql_flush = without_triggers  # type: ignore[assignment, method-assign]
        return
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self: DatabaseOperations, style: object, tables: list[str], **asked: bool) -> list[str]:
        deletions = [f"DELETE FROM {self.quote_name(table)};" for table in tables]
        return ["SET LOCAL session_replication_role = replica;", *deletions]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[assignment, method-assign]


def _take_corner_of_redis() -> None:
    """Select a database number per worker for the cache, which is emptied as a whole, and a prefix for the layer."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = urlsplit(settings.REDIS_URL)
    number = int(url.path.strip("/") or 0) + worker
    settings.CACHES["default"]["LOCATION"] = url._replace(path=f"/{number}").geturl()
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{uuid.uuid4().hex}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a slow test that `.ci/run` would miss: it loads only the files with `mark.slow` in their text."""
    if "slow" in item.keywords and "mark.slow" not in _text_of(item.path):
        raise pytest.UsageError(f"Write pytest.mark.slow into {item.path}, where {item.name} is slow.")


@cache
def _text_of(path: Path) -> str:
    return path.read_text()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests that do not apply to this database or layer, with a reason, and start files with long tests first.

    Short tests then fill the end of the run.
    """
    lacking = {}
    if settings.SQLITE:
        lacking["postgres"] = pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL")
    if not settings.REDIS_URL:
        lacking["redis"] = pytest.mark.skip(reason="needs Redis: set REDIS_URL")
    for item in items:
        for name, skip in lacking.items():
            if name in item.keywords:
                item.add_marker(skip)
    long_files = {item.path for item in items if "slow" in item.keywords}
    items.sort(key=lambda item: item.path not in long_files)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run each test with room for deep calls, which spares a sixth of the processor time."""
    runner: Any = item.config.pluginmanager.get_plugin("runner")
    return bool(with_room(runner.pytest_runtest_protocol)(item, nextitem))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the garbage collector the modules and tests, which stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_kept_between_tests(settings, tmp_path) -> None:
    """Empty everything that a process keeps: rate limits, compiled menus, reserved keys and uploaded files.

    A rolled back test gives its ids to the next one, and queries are counted.
    """
    from bistro.core.auth.tablets import forget_touches
    from bistro.core.speed.statement_batch import allocator_for
    from menu.compiled import forget as forget_menus  # models load only after Django is set up

    django_cache.clear()
    forget_menus()
    forget_touches()
    allocator_for.cache_clear()
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def house(db):
    """Create a complete small restaurant, for tests that may not import the apps above their own."""
    from tests.journeys.kept_house import house_of_a_test

    return house_of_a_test()


@pytest.fixture
def other_house(db):
    """Create a second tenant."""
    from tests.journeys.house import open_house

    return open_house()

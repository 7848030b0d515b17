"""The environment of every test run.

By default SQLite in a file of its own (threads must see each other's rows) and the in-memory layer;
DATABASE_URL and REDIS_URL choose PostgreSQL and Redis. Runs beside each other never share a row or a key.
"""

import os
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache

pytest_plugins = [
    "tests.plugins.examples",
    "tests.plugins.shared_data",
    "tests.plugins.slowest_files",
    "tests.plugins.template_database",
]


def pytest_configure(config: pytest.Config) -> None:
    """Cheap passwords, nothing that runs by itself, and a corner of Redis for this process alone."""
    settings.SWEEP_SECONDS = 0  # tests call what would sweep
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if settings.REDIS_URL:
        _take_corner_of_redis()
    if not settings.SQLITE:
        _empty_tables_quickly()


def _empty_tables_quickly() -> None:
    """Tests that commit leave a few rows: DELETE takes milliseconds where TRUNCATE makes new files for every index.

    Any order will do: Django's foreign keys are checked at the commit.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self: DatabaseOperations, style: object, tables: list[str], **asked: bool) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)};" for table in tables]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


def _take_corner_of_redis() -> None:
    """A database number per worker for the cache (clearing it empties the number), a prefix for the layer."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = urlsplit(settings.REDIS_URL)
    number = int(url.path.strip("/") or 0) + worker
    settings.CACHES["default"]["LOCATION"] = url._replace(path=f"/{number}").geturl()
    settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{uuid.uuid4().hex}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this database or layer cannot show, and say so. Files with long tests come first: the short ones
    fill what is left between them, and nobody waits for one long test at the end."""
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


@pytest.fixture(autouse=True)
def _nothing_kept_between_tests(settings, tmp_path) -> None:
    """Rate limits, compiled menus (a rolled back test gives its ids to the next), keys taken in advance (queries are
    counted) and uploaded files start empty."""
    from bistro.core.speed.statement_batch import allocator_for
    from menu.compiled import forget as forget_menus  # models load only after Django is set up

    cache.clear()
    forget_menus()
    allocator_for.cache_clear()
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def house(db):
    """A whole small restaurant; tests beside the code of any app may use it without importing the apps above."""
    from tests.journeys.house import open_house

    return open_house()


@pytest.fixture
def other_house(db):
    """A second tenant."""
    from tests.journeys.house import open_house

    return open_house()

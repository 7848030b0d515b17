"""SQLite's statistics: updated once an hour, left alone on PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.services import upkeep
from bistro.core.tests.factories import RestaurantFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _never_done(monkeypatch):
    monkeypatch.setattr(upkeep, "_due", None)


def asked(now):
    with CaptureQueriesContext(connection) as queries:
        upkeep.refresh_statistics(now=now)
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.skipif(not settings.SQLITE, reason="PostgreSQL looks after itself")
def test_once_an_hour():
    RestaurantFactory()
    assert "ANALYZE" in asked(NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'core_restaurant'")
        assert cursor.fetchone()[0] > 0
    assert asked(NOW + timedelta(minutes=59)) == []
    assert "ANALYZE" in asked(NOW + timedelta(hours=1))


@pytest.mark.postgres
def test_postgresql_is_left_alone():
    assert asked(NOW) == []

"""Orders on a full disk: refused with the reason, nothing kept, and accepted with the same key once there is space.

SQLite refuses with its own SQLITE_FULL, from a limit of pages; PostgreSQL with its own DiskFull, from a trigger.
"""

import errno
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.db import connection

from bistro.core.database.errors import troubles
from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
FULL_DISK = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file "base/1/2"' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON orders_order EXECUTE FUNCTION full_disk();
"""


@pytest.fixture(autouse=True)
def forget():
    yield
    troubles.forget()


@contextmanager
def full_disk():
    """Leave no space to the database for the block."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FULL_DISK)
        else:
            cursor.execute("CREATE TABLE filler (text)")
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
            fill(cursor)
        try:
            yield
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("DROP FUNCTION full_disk CASCADE")
            else:
                cursor.execute("PRAGMA max_page_count = 1073741823")
                cursor.execute("DROP TABLE filler")


def fill(cursor):
    """Use up the free pages, so that even a small order finds none."""
    from django.db import OperationalError

    for size in (1_000_000, 100_000, 10_000, 4_000, 100):
        while True:
            try:
                cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [size])
            except OperationalError:
                break


def order(house, key):
    body = {"lines": [{"item": house.item.pk, "quantity": 1, "note": "x" * 150} for _ in range(40)]}
    return house.api().post("/api/v1/orders", body, key=key)


def test_an_order_is_refused_with_the_reason_and_placed_when_there_is_space(house):
    with full_disk():
        with nothing_changes():
            response = order(house, "dinner")
            told = refused(response, 503, "storage_full")
        assert "disk is full" in told["detail"]
        assert response["Retry-After"] == "10"
        assert troubles.is_full()
        assert house.api().get("/api/v1/menu").status_code == 200, "what only reads goes on"
    assert order(house, "dinner").status_code == 201
    assert order(house, "dinner").status_code == 200
    assert Order.objects.count() == 1


def test_control_without_telling_them_apart_it_says_busy(house):
    with full_disk(), patch("bistro.core.database.errors.is_disk_full", return_value=False):
        refused(order(house, "dinner"), 503, "overloaded")


def test_the_waiters_form_says_the_reason(house):
    page = house.browser("waiter")
    dishes = [house.add_item() for _ in range(40)]  # one line would fit into the pages that exist
    form = {"do": "send", "key": "k1"} | {f"quantity-{dish.pk}": "1" for dish in dishes}
    with full_disk(), nothing_changes():
        response = page.post(f"/floor/tables/{house.table.pk}/order/", form)
        assert response.status_code == 503
        assert b"disk is full" in response.content


def raised_by(code="", sqlite=0):
    """Return the exceptions of both databases for one kind of trouble, as Django raises them."""
    from django.db import DatabaseError, OperationalError

    error = (OperationalError if sqlite == 13 else DatabaseError)("said by the database")
    error.__cause__ = FromTheDriver(sqlstate=code, sqlite_errorcode=sqlite)
    return error


class FromTheDriver(Exception):
    def __init__(self, **facts):
        self.__dict__.update(facts)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (raised_by(sqlite=13), "storage_full", b"disk is full"),
        (raised_by(code="53100"), "storage_full", b"disk is full"),
        (OSError(errno.ENOSPC, "/secret/path"), "storage_full", b"disk is full"),
        (raised_by(sqlite=11), "storage_damaged", b"newest backup"),
        (raised_by(code="XX001"), "storage_damaged", b"newest backup"),
    ],
)
def test_every_page_and_call_says_the_reason(house, monkeypatch, error, code, words):
    def fail(*_given, **_more):
        raise error

    monkeypatch.setattr("orders.floor.answers.read_floor", fail)
    page = house.browser("waiter").get("/floor/")
    assert (page.status_code, page["Bistro-Problem"]) == (503, code)
    assert words in page.content
    assert b"secret" not in page.content
    monkeypatch.setattr("orders.services.placing._place_together", fail)
    refused(order(house, "dinner"), 503, code)

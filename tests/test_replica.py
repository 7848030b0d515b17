"""Reports with a replica read from it; nothing else depends on its existence."""

import json
import socket

import pytest
from django.conf import settings
from django.db import connection

from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory, token_of
from orders.models import Order
from tests.test_settings import run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(settings.SQLITE, reason="a replica is PostgreSQL's"),
]
ASK = """
import json, sys
import django; django.setup()
from django.test import Client
from orders.models import Order

headers = {"Authorization": f"Device {sys.argv[1]}"}
program = Client(headers=headers, raise_request_exception=False, SERVER_NAME="localhost")
statuses = [program.get(path).status_code for path in ("/api/v1/orders/recent", "/api/v1/orders")]
try:
    Order.objects.for_reports().update(version=9)
    refused = ""
except Exception as error:
    refused = str(error)
print(json.dumps([*statuses, Order.objects.for_reports().db, refused]))
"""


@pytest.fixture
def ask(house, tmp_path):
    """Query a process with that replica.

    Returns [status of a report, status of the orders, alias that reports read, error of a write there].
    """
    house.place()
    program = DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.INTEGRATION)
    here = connection.settings_dict
    url = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"

    def asked(replica=url):
        environment = {
            "DATABASE_URL": url,
            "DATABASE_REPLICA_URL": replica,
            "DJANGO_SETTINGS_MODULE": "bistro.settings",
        }
        done = run(tmp_path, "-c", ASK, token_of(program), **environment)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    return asked


def test_a_report_reads_the_replica_and_cannot_write_there(ask):
    recent, orders, where, refused = ask()
    assert (recent, orders, where) == (200, 200, "replica")
    assert "read-only transaction" in refused
    assert Order.objects.get().version == 1


def test_without_a_replica_reports_read_the_database(ask):
    recent, orders, where, _ = ask(replica="")
    assert (recent, orders, where) == (200, 200, "default")


def test_a_replica_that_is_away_takes_nothing_with_it(ask):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        recent, orders, _, _ = ask(replica=f"postgres://postgres@127.0.0.1:{nobody.getsockname()[1]}/none")
    assert (recent, orders) == (503, 200)

from ipaddress import ip_network

import pytest

from bistro.core.tests.factories import RestaurantFactory, actor_as
from bistro.webhooks.tests.receiver import receiving


@pytest.fixture
def local(settings):
    """Allow the receiver of the tests, and wait a second for it at most."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    settings.WEBHOOK_SECONDS = 1


@pytest.fixture
def receiver(local):
    with receiving() as server:
        yield server


@pytest.fixture
def owner(db):
    return actor_as("owner", RestaurantFactory())

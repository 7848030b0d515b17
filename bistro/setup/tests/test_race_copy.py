"""Two taps on Copy at the same time make one copy. The control removes the lock of the restaurant."""

import threading
from contextlib import suppress

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.racing import race
from bistro.setup import services

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def two_taps(house):
    owner = house.actor("owner")
    race([lambda: services.copy_restaurant(name="Linde Two", actor=owner)] * 2)
    return Restaurant.objects.filter(name="Linde Two").count()


def test_two_taps_make_one_copy(house):
    assert two_taps(house) == 1


@pytest.mark.postgres
def test_control_without_the_lock(house, monkeypatch):
    barrier, refuse = threading.Barrier(2), services._refuse_taken_name

    def meet(*args):
        """Wait until both taps have found no copy."""
        refuse(*args)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=30)

    monkeypatch.setattr(services, "lock_restaurant", lambda work: Restaurant.objects.get(pk=work.restaurant_id))
    monkeypatch.setattr(services, "_refuse_taken_name", meet)
    assert two_taps(house) == 2

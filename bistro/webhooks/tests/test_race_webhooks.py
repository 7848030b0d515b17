"""Two processes that sweep: each event is sent once. In the control without the claim it is sent twice."""

import threading
from contextlib import suppress

import pytest

from bistro.core.tests.racing import race
from bistro.webhooks import services
from bistro.webhooks.models import Delivery
from bistro.webhooks.services import delivering
from bistro.webhooks.tests.test_delivering import hook_for

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def sent_by_two(house, receiver, monkeypatch):
    """Return how often an event arrives that two sweeps have found before either takes the webhook."""
    hook = hook_for(house, receiver)
    house.order()
    usual, both = delivering._unread, threading.Barrier(2)

    def meeting(row):
        found = usual(row)
        with suppress(threading.BrokenBarrierError):
            both.wait(5)
        return found

    monkeypatch.setattr(delivering, "_unread", meeting)
    outcomes = race([lambda: services.deliver(hook_id=hook.pk)] * 2)
    assert not [each for each in outcomes if isinstance(each, Exception)]
    return len(receiver.requests)


def test_of_two_sweeps_one_sends(house, receiver, monkeypatch):
    assert sent_by_two(house, receiver, monkeypatch) == 1
    assert Delivery.objects.count() == 1


def test_the_control_without_the_claim_two_send(house, receiver, monkeypatch):
    monkeypatch.setattr(delivering, "claim", lambda hook, now: True)
    assert sent_by_two(house, receiver, monkeypatch) == 2


def test_many_sweeps_and_many_webhooks(house, receiver):
    hooks = [hook_for(house, receiver) for _number in range(3)]
    for _number in range(4):
        house.order()
    send = [lambda pk=hook.pk: services.deliver(hook_id=pk) for hook in hooks for _twice in range(2)]
    while any(outcome for outcome in race(send)):
        pass
    assert len(receiver.requests) == 12
    assert len(set(receiver.numbers)) == 4

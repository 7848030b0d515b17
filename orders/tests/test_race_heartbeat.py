"""Races of heartbeats: concurrent reports make one lock with one event, and one first digest.

The controls remove the condition of the UPDATE. Then each of two reports locks the pad or sets the first digest.
"""

import threading

import pytest

from bistro.core.auth.access import actor_of_device
from bistro.core.models import Device, Event
from bistro.core.models.devices import DeviceQuerySet
from bistro.core.services import heartbeats
from bistro.core.services.heartbeats import Heartbeat, report_heartbeat
from bistro.core.tests.racing import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Meeting:
    """A barrier that both reports pass after they have read the pad and before they write."""

    def __init__(self):
        self.original, self.barrier = heartbeats._is_news, threading.Barrier(2)

    def __call__(self, *args):
        news = self.original(*args)
        self.barrier.wait(timeout=20)
        return news


def report_both(house, monkeypatch, *beats):
    actor = actor_of_device(house.pad.device)
    monkeypatch.setattr(heartbeats, "_is_news", Meeting())
    outcomes = race([lambda beat=beat: report_heartbeat(beat=beat, actor=actor) for beat in beats])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    return Device.objects.get(pk=house.pad.device.pk)


def events(action):
    return Event.objects.filter(action=action).count()


def test_two_bad_reports_lock_once(house, monkeypatch):
    device = report_both(house, monkeypatch, Heartbeat(tamper=True), Heartbeat(tamper=True, digest="evil"))
    assert (device.version, events("locked")) == (1, 1)


def test_control_without_the_condition_both_lock(house, monkeypatch):
    monkeypatch.setattr(DeviceQuerySet, "unlocked", lambda rows: rows)
    device = report_both(house, monkeypatch, Heartbeat(tamper=True), Heartbeat(tamper=True, digest="evil"))
    assert (device.version, events("locked")) == (2, 2)


def test_of_two_first_digests_one_is_expected_and_the_other_locks(house, monkeypatch):
    device = report_both(house, monkeypatch, Heartbeat(digest="a"), Heartbeat(digest="b"))
    assert {device.expected_digest, device.reported_digest} == {"a", "b"}
    assert (device.lock_reason, events("locked"), events("reported")) == ("digest", 1, 1)


def test_the_same_first_digest_twice_is_one_piece_of_news(house, monkeypatch):
    device = report_both(house, monkeypatch, Heartbeat(digest="a"), Heartbeat(digest="a"))
    assert (device.expected_digest, device.locked_at, events("reported")) == ("a", None, 1)

"""The sweep thread: survives every error, logs it once, and is not started by tests."""

import inspect
import logging
import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils.module_loading import import_string

from bistro.core.writing.sweeps import Sweeper, start_sweeps

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Flaky:
    """A sweep that fails while told to."""

    def __init__(self):
        self.away, self.asked = False, []

    def __call__(self, *, now):
        self.asked.append(now)
        if self.away:
            raise OperationalError("the server closed the connection")


@pytest.fixture(autouse=True)
def _without_database(monkeypatch):
    monkeypatch.setattr("bistro.core.writing.sweeps.close_old_connections", lambda: None)


def said(caplog):
    return [(record.levelname, record.getMessage()) for record in caplog.records if "sweep" in record.getMessage()]


def test_it_survives_an_outage_and_logs_it_once(caplog):
    caplog.set_level(logging.INFO)
    sweep = Flaky()
    sweeper = Sweeper([sweep], 1, clock=lambda: NOON)
    for away in (False, True, True, True, False, False, True):
        sweep.away = away
        sweeper.round()
    assert sweep.asked == [NOON] * 7
    assert said(caplog) == [
        ("WARNING", "sweep failed, will retry"),
        ("INFO", "sweep recovered"),
        ("WARNING", "sweep failed, will retry"),
    ]


def test_one_that_fails_does_not_take_anothers_turn():
    broken, sound = Flaky(), Flaky()
    broken.away = True
    Sweeper([broken, sound], 1).round()
    assert len(sound.asked) == 1


def test_a_slow_one_has_the_first_of_every_ten_rounds():
    often, slow = Flaky(), Flaky()
    sweeper = Sweeper([often], 1, slow=[slow])
    counts = []
    for _round in range(21):
        sweeper.round()
        counts.append(len(slow.asked))
    assert counts == [1] * 10 + [2] * 10 + [3]
    assert len(often.asked) == 21


def test_it_goes_round_until_it_is_stopped():
    rounds, enough = [], threading.Event()

    def sweep(*, now):
        rounds.append(now)
        if len(rounds) == 3:
            enough.set()
        raise OperationalError("away")

    sweeper = Sweeper([sweep], 0.001)
    assert sweeper.daemon
    sweeper.start()
    assert enough.wait(20)
    sweeper.stop()
    sweeper.join(20)
    assert not sweeper.is_alive()


def test_connections_are_given_back_after_each_round(monkeypatch):
    closed = []
    monkeypatch.setattr("bistro.core.writing.sweeps.close_old_connections", lambda: closed.append(1))
    broken = Flaky()
    broken.away = True
    Sweeper([broken], 1).round()
    assert len(closed) == 2


def test_every_sweep_that_is_listed_takes_the_time():
    for path in (*settings.SWEEPS, *settings.SLOW_SWEEPS):
        assert "now" in inspect.signature(import_string(path)).parameters, path


def test_a_server_starts_them_and_a_test_does_not(settings, monkeypatch):
    assert settings.SWEEP_SECONDS == 0
    assert start_sweeps() is None
    started = []
    monkeypatch.setattr(Sweeper, "start", lambda sweeper: started.append(sweeper))
    settings.SWEEP_SECONDS = 1.0
    assert start_sweeps() is started[0]
    assert started[0].sweeps == tuple(import_string(path) for path in settings.SWEEPS)
    assert started[0].slow == tuple(import_string(path) for path in settings.SLOW_SWEEPS)

"""The pace of an evening: known stays and those that are not over, without a database."""

import random
from statistics import mean

import pytest

from tables.paces import pace_of


def test_without_stays_it_is_as_assumed():
    assert pace_of([], []) == 1
    assert pace_of([], [0.01, 0.0, -1.0, 0.2]) == pytest.approx(1, abs=0.01), "guests who have just come tell nothing"


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_many_stays_decide(factor):
    assert pace_of([factor] * 40, []) == pytest.approx(factor, rel=0.03)
    assert abs(pace_of([factor], []) - 1) <= abs(factor - 1) * 0.6, "one stay says little"


def test_guests_who_are_still_here_count():
    assert pace_of([], [1.3] * 5) > 1.25
    assert pace_of([1.0] * 10, [1.5] * 10) > pace_of([1.0] * 10, [0.3] * 10) == pytest.approx(1, abs=0.05)
    assert 1 < pace_of([], [50.0]) < 100


def test_at_an_hour_of_the_evening_the_short_stays_deceive_only_without_those_still_here():
    dice = random.Random(1)
    found = {"both": [], "control": []}
    for _evening in range(40):
        parties = [(dice.uniform(0, 1.3), 1.3 * dice.lognormvariate(0, 0.3)) for _party in range(40)]
        ended = [stay for came, stay in parties if came + stay <= 1.5]
        running = [1.5 - came for came, stay in parties if came + stay > 1.5]
        found["both"].append(pace_of(ended, running))
        found["control"].append(pace_of(ended, []))
    assert mean(found["both"]) == pytest.approx(1.3, abs=0.08)
    assert mean(found["control"]) < 1.15

"""A simulated evening: the plan of its guests, a whole one, and checks that find what they look for."""

from datetime import timedelta

import pytest
import time_machine

from tables.waitlist.accuracy import Accuracy
from tools.simulator.evening.checks import check_room
from tools.simulator.evening.command import FIRST, combined
from tools.simulator.evening.houses import open_house
from tools.simulator.evening.plans import BOOKINGS, COVERS, NO_SHOWS, WALK_INS, plan
from tools.simulator.evening.playing import Evening

pytestmark = [pytest.mark.database_agnostic]


@pytest.mark.parametrize("seed", [1, 7, 5000])
def test_an_evening_has_the_guests_that_it_promises(seed):
    visits = plan(seed)
    assert plan(seed) == visits
    assert sum(visit.booked_for is not None for visit in visits) == BOOKINGS
    assert sum(visit.booked_for is None for visit in visits) == WALK_INS
    assert sum(not visit.shows for visit in visits) == NO_SHOWS
    assert abs(sum(visit.size for visit in visits if visit.shows) - COVERS) <= 6
    assert any(visit.moves for visit in visits)
    assert any(visit.joins for visit in visits)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_whole_evening_agrees_with_the_room_and_the_money_and_the_checks_see_a_difference():
    with time_machine.travel(FIRST - timedelta(days=3), tick=False) as clock:
        house = open_house("Evening")
        evening = Evening(house, FIRST, 3, clock)
        ledger = evening.play()
        assert ledger.problems == []
        assert ledger.counts["no-shows"] >= 1
        assert ledger.counts["seated from the list"] >= 1
        assert ledger.counts["covers"] > 120
        party = next(iter(evening.visits))
        ledger.sitting[party.number] = type("Guests", (), {"tables": [next(iter(house.tables))], "visit": party})()
        check_room(house, ledger)
        assert "is shown wrongly" in ledger.problems[0]


def test_the_accuracy_of_several_houses_weighs_their_quotes():
    assert combined([]) is None
    found = combined([Accuracy(1, 10.0, -2.0, 0), Accuracy(3, 2.0, 2.0, 100)])
    assert found == Accuracy(4, 4.0, 1.0, 75)

"""Forecasts of the waiting list: what a try of the next hours does, without a database."""

import pytest

from tables.phases import quantile
from tables.waitlist.forecast import FARTHEST, Arrival, Coming, PastWait, Scene, Sitting, Waiting, forecast

CAME, FAILED = [Arrival(5.0, True)] * 20, [Arrival(15.0, False)] * 20


def scene(seats=(2,), sitting=(), coming=(), arrivals=CAME, waiting=(), waits=(), stay=60.0):
    """Return a room whose tables are numbered from 1, where everybody who is seated stays equally long."""
    return Scene(
        seats=dict(enumerate(seats, 1)), sitting=sitting, coming=coming, arrivals=arrivals,
        waiting=[Waiting(size, 10.0) for size in waiting], past_waits=waits,
        stays=lambda size: [stay], usual=lambda size: stay,
    )  # fmt: skip


def usual(shown, size=2):
    return quantile(forecast(shown, [size])[size], 0.5)


def test_the_first_of_many_tables_counts_and_not_the_usual_time_of_one():
    stays = [float(minutes) for minutes in range(10, 110, 5)]
    one, ten = (scene([2] * count, [Sitting([table], stays) for table in range(1, count + 1)]) for count in (1, 10))
    assert 50 <= usual(one) <= 65
    assert usual(ten) <= 20


def test_those_who_wait_come_first_at_the_smallest_table_that_fits():
    shown = scene([2, 4], [Sitting([1], [20.0]), Sitting([2], [30.0])], waiting=[2, 2])
    found = forecast(shown, [2, 4])
    assert (found[2][0], found[4][0]) == (80, 90), "both tables are given away for a stay"
    assert usual(scene([2, 4], [Sitting([1], [20.0]), Sitting([2], [30.0])], waiting=[4])) == 20


def test_joined_tables_are_free_together_and_sizes_are_forecast_at_once():
    found = forecast(scene([2, 4, 8], [Sitting([1, 2], [20.0]), Sitting([3], [50.0])]), [1, 4, 6, 9])
    assert {size: minutes[0] for size, minutes in found.items()} == {1: 20, 4: 20, 6: 50}, "nothing seats nine"


@pytest.mark.parametrize(
    ("begins", "arrivals", "free"),
    [
        (70.0, CAME, 0),  # a stay fits before
        (10.0, CAME, 75),  # they come at 15 and stay for an hour
        (10.0, FAILED, 25),
        (-10.0, FAILED, 5),
        (-20.0, FAILED, 5),  # later than every booking before
    ],
)
def test_a_booking_keeps_its_table_until_the_guests_come_or_are_given_up(begins, arrivals, free):
    booked = Coming(2, begins, begins + 60, [1])
    assert usual(scene(coming=[booked], arrivals=arrivals)) == free


def test_a_house_without_experience_expects_most_bookings():
    booked = Coming(2, 10.0, 70.0, [1])
    tries = forecast(scene(coming=[booked], arrivals=[]), [2])[2]
    assert 5 <= sum(minutes == 25 for minutes in tries) <= 12
    assert quantile(tries, 0.3) > 60


def test_booked_guests_take_another_table_while_others_sit_at_theirs():
    sitting, booked = [Sitting([1], [100.0])], Coming(2, 0.0, 60.0, [1])
    assert usual(scene([2, 2], sitting, [booked])) == 0
    assert usual(scene([2, 2], sitting, [booked], waiting=[2], stay=30.0)) == 60, "the second one after all"


def test_a_party_leaves_the_list_as_past_parties_did_that_waited_as_long():
    sitting = [Sitting([1], [30.0])]
    leaves, stays = [PastWait(25.0, True)] * 20, [PastWait(25.0, False)] * 20
    assert usual(scene(sitting=sitting, waiting=[2], waits=leaves)) == 30, "the party before has left after 15 minutes"
    assert usual(scene(sitting=sitting, waiting=[2], waits=stays)) == 90
    assert usual(scene(sitting=sitting, waiting=[2], waits=[PastWait(5.0, True)] * 20)) == 90, "it waits longer already"
    half = forecast(scene(sitting=sitting, waiting=[2], waits=leaves + stays), [2])[2]
    assert {half.count(30.0) + half.count(90.0), 20 < half.count(30.0) < 60} == {60, True}


def test_nobody_waits_longer_than_the_farthest_and_a_forecast_repeats():
    stays = [float(minutes) for minutes in range(5, 200, 7)]
    shown = scene([2] * 5, [Sitting([table], stays) for table in range(1, 6)], waiting=[2, 1])
    assert forecast(shown, [2]) == forecast(shown, [2])
    assert usual(scene(sitting=[Sitting([1], [500.0])])) == FARTHEST

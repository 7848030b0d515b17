"""Usual stays that are learned from past ones, beside the typed ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.tests.factories import RestaurantFactory
from tables.bookings.models import BookingRules, TurnLearning, TurnTime
from tables.bookings.selectors import read_house
from tables.bookings.services import learn_turns, learning
from tables.bookings.tests.evenings import book, evening
from tables.models import Party
from tests.journeys.test_phases import past_stays

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture(autouse=True)
def _first_of_the_day(monkeypatch):
    monkeypatch.setattr(learning, "_due", None)


def learn(days=0):
    learning._due = None
    TurnLearning.objects.all().delete()
    return learn_turns(now=timezone.now() + timedelta(days=days + 1))


def learned():
    return list(TurnTime.objects.learned().order_by("largest").values_list("largest", "daypart", "minutes", "stays"))


def usual(house, size=2, hour=19):
    return (read_house(house.restaurant).end_of(evening(hour), size) - evening(hour)).seconds // 60


def test_learned_stays_count_only_where_the_rules_say_so(house):
    past_stays(house, 62)
    past_stays(house, 62, count=19, size=4)
    assert (learn(), learned()) == (1, [(2, "dinner", 60, 25)])
    assert usual(house) == 90, "off by default"
    rules = BookingRules.objects.create(restaurant=house.restaurant, learned_turns=True)
    assert (usual(house), usual(house, hour=12), usual(house, size=4)) == (60, 90, 105)
    TurnTime.objects.create(restaurant=house.restaurant, largest=8, minutes=100)
    booking = book(house)
    assert (booking.ends_at - booking.starts_at, usual(house, hour=12)) == (timedelta(minutes=60), 100)
    rules.learned_turns = False
    rules.save()
    assert usual(house) == 100


def test_learned_stays_keep_the_bounds_and_lapse(house):
    RestaurantFactory()
    past_stays(house, 20)
    past_stays(house, 400, size=9)
    assert (learn(), learned()) == (1, [(0, "dinner", 240, 25), (2, "dinner", 45, 25)])
    BookingRules.objects.create(restaurant=house.restaurant, learned_turns=True)
    assert (usual(house, size=12), usual(house, size=5)) == (240, 120)
    assert learn() == 0, "nothing changed"
    assert (learn(days=90), learned(), usual(house)) == (1, [], 90)


def test_other_houses_teach_nothing_and_once_a_day_is_enough(house, other_house, django_assert_num_queries):
    past_stays(other_house, 60)
    now = timezone.now() + timedelta(days=1)
    assert learn_turns(now=now) == 1
    assert not TurnTime.objects.filter(restaurant=house.restaurant).exists()
    Party.objects.all().delete()
    with django_assert_num_queries(0):
        assert learn_turns(now=now + timedelta(minutes=59)) == 0
    with django_assert_num_queries(1):
        assert learn_turns(now=now + timedelta(hours=23)) == 0
    assert learn_turns(now=now + timedelta(days=1)) == 1


@pytest.mark.parametrize("claiming", [True, False], ids=["claimed", "control without a claim"])
def test_one_process_of_the_installation_learns(house, monkeypatch, claiming):
    """Another process looks at the same moment, after the first one has found what is due."""
    past_stays(house, 60)
    now, learned_by, medians = timezone.now() + timedelta(days=1), [], learning._medians
    claim = learning._claim if claiming else lambda *_: True

    def other_process_first(restaurant_id, moment):
        monkeypatch.setattr(learning, "_claim", claim)
        monkeypatch.setattr(learning, "_due", None)
        learn_turns(now=now)
        return claim(restaurant_id, moment)

    monkeypatch.setattr(learning, "_claim", other_process_first)
    monkeypatch.setattr(learning, "_medians", lambda *given: learned_by.append(given[0]) or medians(*given))
    learn_turns(now=now)
    assert learned_by.count(house.restaurant.pk) == (1 if claiming else 2)
    assert len(learned()) == 1


def test_managers_see_them_beside_the_typed_ones(house):
    past_stays(house, 75)
    learn()
    TurnTime.objects.create(restaurant=house.restaurant, largest=4, minutes=95)
    rules, browser = BookingRules.objects.create(restaurant=house.restaurant), house.browser("manager")
    page = browser.get(f"/admin/bookings/bookingrules/{rules.pk}/change/").content.decode()
    assert "Up to 2 guests, dinner: 75 minutes from 25 stays, otherwise 95." in page
    listed = browser.get("/admin/bookings/turntime/").content.decode()
    assert ("95" in listed, ">75<" in listed) == (True, False)
    (row,) = TurnTime.objects.learned()
    assert browser.get(f"/admin/bookings/turntime/{row.pk}/change/").status_code != 200

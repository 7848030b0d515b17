"""The business day and the number of an order, across midnight and clock changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.models import DayNumber, Restaurant
from orders.models import Order

pytestmark = pytest.mark.database_agnostic

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Kiritimati"]


def day(zone, ends_at, *moment):
    return Restaurant(timezone=zone, day_ends_at=ends_at).business_date(datetime(*moment, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "ends_at", "moment", "expected"),
    [
        ("UTC", time(4), (2026, 5, 4, 23, 59, 59), date(2026, 5, 4)),
        ("UTC", time(4), (2026, 5, 5, 0, 0), date(2026, 5, 4)),
        ("UTC", time(4), (2026, 5, 5, 3, 59, 59, 999999), date(2026, 5, 4)),
        ("UTC", time(4), (2026, 5, 5, 4, 0), date(2026, 5, 5)),
        ("UTC", time(0), (2026, 5, 5, 0, 0), date(2026, 5, 5)),
        ("Europe/Paris", time(4), (2026, 7, 1, 1, 59), date(2026, 6, 30)),  # 03:59 in summer
        ("Europe/Paris", time(4), (2026, 7, 1, 2, 0), date(2026, 7, 1)),
        ("Europe/Paris", time(4), (2026, 1, 1, 2, 59), date(2025, 12, 31)),  # 03:59 in winter
        ("America/New_York", time(4), (2026, 5, 5, 7, 59), date(2026, 5, 4)),
        ("Asia/Kolkata", time(4), (2026, 5, 4, 22, 29), date(2026, 5, 4)),
        ("Asia/Kolkata", time(4), (2026, 5, 4, 22, 30), date(2026, 5, 5)),
        # The night of the spring change (02:00 → 03:00) and of the autumn change (03:00 → 02:00) in Paris.
        ("Europe/Paris", time(4), (2026, 3, 29, 1, 59), date(2026, 3, 28)),  # 03:59 already
        ("Europe/Paris", time(4), (2026, 3, 29, 2, 0), date(2026, 3, 29)),
        ("Europe/Paris", time(4), (2026, 10, 25, 2, 59), date(2026, 10, 24)),  # 03:59 in winter time
        ("Europe/Paris", time(4), (2026, 10, 25, 3, 0), date(2026, 10, 25)),
        # A business day that ends within the hour that the clock change repeats or skips.
        ("Europe/Paris", time(2, 30), (2026, 10, 25, 0, 29), date(2026, 10, 24)),
        ("Europe/Paris", time(2, 30), (2026, 10, 25, 0, 30), date(2026, 10, 25)),
        ("Europe/Paris", time(2, 30), (2026, 3, 29, 0, 59), date(2026, 3, 28)),
        ("Europe/Paris", time(2, 30), (2026, 3, 29, 1, 0), date(2026, 3, 29)),
    ],
)
def test_the_day_of_a_moment(zone, ends_at, moment, expected):
    assert day(zone, ends_at, *moment) == expected


@given(
    st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.times(time(0), time(12)),
)
def test_it_is_the_local_date_or_the_one_before(moment, zone, ends_at):
    found = Restaurant(timezone=zone, day_ends_at=ends_at).business_date(moment)
    local = moment.astimezone(ZoneInfo(zone))
    assert (local.date() - found).days == (1 if local.time() < ends_at else 0)


@pytest.mark.django_db
class TestNumbers:
    def test_they_start_anew_each_day(self, house):
        found = []
        for hour, day_of_month in ((22, 4), (23, 4), (3, 5), (4, 5), (5, 5)):
            with time_machine.travel(datetime(2026, 5, day_of_month, hour, tzinfo=UTC), tick=False):
                order = house.place()
                found.append((order["business_date"], order["number"]))
        assert found == [
            ("2026-05-04", 1),
            ("2026-05-04", 2),
            ("2026-05-04", 3),
            ("2026-05-05", 1),
            ("2026-05-05", 2),
        ]

    def test_the_restaurants_own_clock_counts(self, house, other_house):
        Restaurant.objects.filter(pk=other_house.restaurant.pk).update(timezone="America/New_York")
        with time_machine.travel(datetime(2026, 5, 5, 6, 0, tzinfo=UTC), tick=False):
            assert house.place()["business_date"] == "2026-05-05"
            assert other_house.place()["business_date"] == "2026-05-04"

    def test_each_restaurant_has_its_own(self, house, other_house):
        numbers = [each.place()["number"] for each in (house, other_house, house, other_house)]
        assert numbers == [1, 1, 2, 2]
        assert list(DayNumber.objects.values_list("last", flat=True)) == [2, 2]

    def test_a_refused_order_takes_none(self, house):
        house.api().post("/api/v1/orders", {"lines": [{"item": 999_999, "quantity": 1}]}, key="k")
        assert DayNumber.objects.count() == 0
        assert house.place()["number"] == 1

    def test_the_database_refuses_a_number_twice(self, house):
        from django.db import IntegrityError, transaction

        house.place()
        second = house.place()
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=second["id"]).update(number=1)

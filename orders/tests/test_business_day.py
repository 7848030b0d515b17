"""The business day and the number of an order, across midnight and clock changes."""

from datetime import UTC, datetime, time

import pytest
import time_machine

from bistro.core.models import DayNumber, Restaurant
from orders.models import Order


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

    def test_they_rise_while_the_clock_is_put_back(self, house):
        """The day ends at 02:30, a time that this night has twice."""
        Restaurant.objects.filter(pk=house.restaurant.pk).update(timezone="Europe/Berlin", day_ends_at=time(2, 30))
        found = []
        for hour, minute in ((0, 25), (0, 35), (1, 5), (1, 35)):
            with time_machine.travel(datetime(2026, 10, 25, hour, minute, tzinfo=UTC), tick=False):
                order = house.place()
                found.append((order["business_date"], order["number"]))
                assert house.api().get("/api/orders").json()[0]["id"] == order["id"]
        assert found == [("2026-10-24", 1), ("2026-10-25", 1), ("2026-10-25", 2), ("2026-10-25", 3)]

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

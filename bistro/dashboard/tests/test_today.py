"""The day's figures by API: equal to the admin's front page, for managers only, and only of the own restaurant."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bistro.core.tests.http import refused
from orders.models import Order
from tables.bookings.services import renew_link

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_the_figures_of_three_days(house, other_house):
    today = house.restaurant.business_date(timezone.now())
    for before, quantity in ((0, 1), (1, 2), (7, 3), (8, 4)):
        order = house.order(quantity=quantity).id
        Order.objects.filter(pk=order).update(business_date=today - timedelta(days=before))
    other_house.order(quantity=9)
    house.item.off_since = "2026-01-01T00:00Z"
    house.item.save()

    found = house.api("manager").get("/api/v1/today").json()
    assert (found["day"], found["currency"]) == (today.isoformat(), "EUR")
    assert found["orders"] == {"today": 1, "yesterday": 1, "last_week": 1}
    assert found["sales"] == {"today": "10.00", "yesterday": "20.00", "last_week": "30.00"}
    assert found["tickets"] == {"open": 4, "late": 0, "ready": 0}
    assert found["tables"] == {"all": 1, "taken": 1}
    assert set(found["backup"]) == {"at", "every_seconds", "late"}
    tasks = {task["code"]: task["count"] for task in found["to_do"]}
    assert tasks["off_menu"] == 1
    assert "opening_hours" not in tasks


def test_an_open_booking_page_needs_opening_hours(house):
    renew_link(which="page", actor=house.actor("manager"))
    (task,) = [task for task in house.api("manager").get("/api/v1/today").json()["to_do"] if task["code"] != "set_up"]
    assert (task["code"], task["count"], task["url"]) == ("opening_hours", 1, "/setup/hours/")


def test_the_front_page_shows_the_same(house):
    house.order()
    shown = house.browser("manager").get(reverse("admin:index")).context
    found = house.api("manager").get("/api/v1/today").json()
    figures = {figure["title"]: figure["value"] for figure in shown["figures"]}
    assert figures["Orders today"] == found["orders"]["today"] == 1
    assert figures["Open tickets"] == found["tickets"]["open"] == 1
    assert [task.code for task in shown["to_do"]] == [task["code"] for task in found["to_do"]]


@pytest.mark.parametrize("role", ["waiter", "kitchen", "host", "pad", "integration"])
def test_only_managers_read_them(house, role):
    refused(house.api(role).get("/api/v1/today"), 403, "permission_denied")

"""The language of the admin with the region of the restaurant's locale, by which days and times are written."""

import pytest
from django.urls import reverse

from bistro.core.models import Event, Restaurant, Staff
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.mark.parametrize(
    ("language", "locale", "day", "tag"),
    [
        ("", "en_IE", "%d/%m/%Y", "en-ie"),
        ("", "en_US", "%m/%d/%Y", "en-us"),
        ("de", "de_CH", "%d.%m.%Y", "de-ch"),
        ("de", "en_IE", "%d.%m.%Y", "de"),
        ("en", "de_DE", "%d/%m/%Y", "en-ie"),
    ],
)
def test_days_follow_the_restaurants_region(language, locale, day, tag):
    house = open_house()
    house.order()
    owner = house.browser("owner")
    Restaurant.objects.update(locale=locale)
    Staff.objects.update(language=language)
    event = Event.objects.latest("seq")
    shown = owner.get(reverse("admin:core_event_change", args=[event.pk])).content.decode()
    assert f"{event.at.astimezone(house.restaurant.tz):{day}}" in shown
    assert f'<html lang="{tag}"' in shown


def test_no_is_not_an_alarm():
    house = open_house()
    page = house.browser("owner").get(reverse("admin:kitchen_station_changelist")).content.decode()
    assert "Takes dishes without a station" in page
    assert "close_small" not in page

"""A new owner meets the set-up in the language of the browser, until the restaurant has one."""

import pytest

from bistro.core.models import Restaurant, Staff

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
GERMAN = {"headers": {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}}


@pytest.fixture
def owner(house):
    assert house.restaurant.address == ""
    return house.browser("owner")


def begun_with(page):
    form = page.context["form"]
    return [form[name].value() for name in ("language", "locale", "timezone")]


def test_every_page_of_the_set_up_is_in_the_language_of_the_browser(owner):
    for path in ("", "account/", "restaurant/", "tax/", "menu/", "room/"):
        assert '<html lang="de"' in owner.get(f"/setup/{path}", **GERMAN).content.decode(), path
        assert '<html lang="en"' in owner.get(f"/setup/{path}").content.decode(), path
    assert '<html lang="en"' in owner.get("/floor/", **GERMAN).content.decode(), "other pages have the restaurant's"


def test_the_form_begins_with_what_the_browser_tells(house, owner):
    kept = [house.restaurant.language, house.restaurant.locale, house.restaurant.timezone]
    page = owner.get("/setup/restaurant/", **GERMAN)
    assert begun_with(page) == ["de", "de_AT", house.restaurant.timezone]
    assert "data-own-zone" in page.content.decode()
    here = Restaurant.objects.get(pk=house.restaurant.pk)
    assert [here.language, here.locale, here.timezone] == kept, "nothing is saved by looking"


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("de", "de_DE"),
        ("fr-CH, fr;q=0.9", "fr_CH"),
        ("en-GB", "en_GB"),
        ("en-US", ""),
        ("", ""),
        ("*", ""),
        ("x", ""),
    ],
)
def test_the_locale_is_that_of_the_first_language(house, owner, accepted, locale):
    page = owner.get("/setup/restaurant/", headers={"Accept-Language": accepted})
    assert begun_with(page)[1] == (locale or house.restaurant.locale)


@pytest.mark.parametrize("chosen", [{"language": "fr"}, {"locale": "de_AT"}, {"timezone": "Europe/Vienna"}])
def test_what_a_copy_or_a_command_chose_stays(house, owner, chosen):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(**chosen)
    here = Restaurant.objects.get(pk=house.restaurant.pk)
    page = owner.get("/setup/restaurant/", **GERMAN)
    assert begun_with(page) == [here.language, here.locale, here.timezone]
    assert "data-own-zone" not in page.content.decode()
    assert f'<html lang="{here.language}"' in page.content.decode()


def test_a_saved_restaurant_and_a_person_decide(house, owner):
    Staff.objects.update(language="en")
    assert '<html lang="en"' in owner.get("/setup/", **GERMAN).content.decode()
    Staff.objects.update(language="")
    Restaurant.objects.filter(pk=house.restaurant.pk).update(address="Lindenstr. 1")
    page = owner.get("/setup/restaurant/", **GERMAN)
    assert '<html lang="en"' in page.content.decode()
    assert begun_with(page) == ["en", house.restaurant.locale, house.restaurant.timezone]
    assert "data-own-zone" not in page.content.decode()

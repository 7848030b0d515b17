"""Two managers who save the same page of the admin: the second sees the other's values before a second save wins."""

import html
import re
from decimal import Decimal

import pytest
from django.forms import FileField

from bistro.core.admin import races
from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.models import Station
from menu.models import Item

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def opened(browser, url):
    """Return the values of a page's form as a browser would send them."""
    page = browser.get(url)
    form = page.context["adminform"].form
    forms = [form, *(one.form for inline in page.context["inline_admin_formsets"] for one in inline)]
    data = {}
    for one in forms:
        for bound in one:
            value = bound.value()
            if isinstance(bound.field, FileField):
                continue  # a browser sends no file of its own accord
            if value is not None and value is not False:
                data[bound.html_name] = [getattr(v, "pk", v) for v in value] if isinstance(value, list) else value
    for inline in page.context["inline_admin_formsets"]:
        data |= {bound.html_name: bound.value() for bound in inline.formset.management_form}
    return data | {"_seen": seen_of(page)}


def seen_of(page):
    return html.unescape(re.search(r'name="_seen" value="([^"]*)"', page.content.decode())[1])


def url_of(house):
    return f"/admin/menu/item/{house.item.pk}/change/"


def test_the_second_manager_keeps_the_typing_and_sees_the_other_value_and_name(house):
    first, second = house.browser("owner"), house.browser("manager")
    url, item = url_of(house), house.item
    mine, theirs = opened(second, url), opened(first, url)
    assert first.post(url, theirs | {"price": "12.00", "prep_minutes": "7"}).status_code == 302
    events = Event.objects.count()

    page = second.post(url, mine | {"price": "13.00", "description": "Crisp"})
    errors = page.context["adminform"].form.errors
    owner = str(house.staff("owner"))
    assert page.status_code == 200
    assert set(errors) == {"price", "prep_minutes"}
    assert all(words in errors["price"][0] for words in (owner, "“12.00”"))
    assert all(typed in page.content.decode() for typed in ('value="13.00"', "Crisp"))
    item.refresh_from_db()
    assert (item.price, item.description, Event.objects.count()) == (Decimal("12.00"), "", events)

    again = mine | {"price": "13.00", "prep_minutes": "7", "_seen": seen_of(page)}
    assert second.post(url, again).status_code == 302
    item.refresh_from_db()
    assert (item.price, item.prep_minutes) == (Decimal("13.00"), 7)


def test_the_same_value_typed_by_both_is_no_conflict(house):
    first, second = house.browser("owner"), house.browser("manager")
    url = url_of(house)
    mine, theirs = opened(second, url), opened(first, url)
    assert first.post(url, theirs | {"price": "12.00"}).status_code == 302
    assert second.post(url, mine | {"price": "12.00"}).status_code == 302


def test_routes_of_a_station_are_compared_too(house):
    first, second = house.browser("owner"), house.browser("manager")
    station = Station.objects.get(restaurant=house.restaurant, is_catch_all=True)
    url = f"/admin/kitchen/station/{station.pk}/change/"
    mine, theirs = opened(second, url), opened(first, url)
    assert first.post(url, theirs | {"items": [house.item.pk]}).status_code == 302
    page = second.post(url, mine | {"cooks": "3"})
    assert page.status_code == 200
    assert house.item.name in page.context["adminform"].form.errors["items"][0]
    assert station.routes.filter(item=house.item).exists()


def test_nonsense_in_the_hidden_field_is_no_fault(house):
    browser, url = house.browser("owner"), url_of(house)
    data = opened(browser, url)
    for number, seen in enumerate(["", "[]", "{", '{"menu.item.1.price": 5}', "[" * 100_000]):
        assert browser.post(url, data | {"price": f"{number}.00", "_seen": seen}).status_code == 302


def save_both(house):
    browsers, url = [house.browser("owner"), house.browser("manager")], url_of(house)
    sent = [opened(browser, url) | {"price": f"{12 + n}.00"} for n, browser in enumerate(browsers)]
    pairs = zip(browsers, sent, strict=True)
    return race([lambda browser=browser, data=data: browser.post(url, data).status_code for browser, data in pairs])


def test_of_two_saves_at_once_one_is_asked_again(house):
    assert sorted(save_both(house)) == [200, 302]


def test_control_without_the_check(house, monkeypatch):
    monkeypatch.setattr(races, "add_race_errors", lambda form, seen: None)
    assert save_both(house) == [302, 302]
    assert Item.objects.get(pk=house.item.pk).price in (Decimal("12.00"), Decimal("13.00"))

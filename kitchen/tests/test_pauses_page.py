"""The page for pauses: plain forms, in a cook's browser or on the wall."""

import re

import pytest
import time_machine
from django.test import Client

from bistro.core.tests.http import nothing_changes
from menu.models import Pause
from menu.services import pause

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PAGE = "/kitchen/pauses/"


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False):
        yield


@pytest.fixture
def cook(house):
    return house.browser("kitchen")


def text_of(response):
    return response.content.decode()


def test_it_offers_everything_that_can_be_paused(house, other_house, cook):
    page = text_of(cook.get(PAGE))
    for value in ("pads", f"category-{house.category.pk}", f"item-{house.item.pk}"):
        assert f'value="{value}"' in page
    assert other_house.item.name not in page
    assert "Nothing is paused." in page


def test_it_says_that_it_is_not_live_and_from_when_it_is(house, cook):
    house.restaurant.timezone = "Asia/Tokyo"
    house.restaurant.save()
    page = text_of(cook.get(PAGE))
    assert "As of 04:00. This page does not update" in page
    assert "js/live.js" not in page


@pytest.mark.parametrize("what", ["pads", "category", "item"])
def test_pause_and_resume(house, cook, what):
    keys = {"pads": "", "category": f"-{house.category.pk}", "item": f"-{house.item.pk}"}
    answer = cook.post(PAGE, {"what": what + keys[what], "minutes": "20", "reason": "rush"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    row = Pause.objects.get()
    assert (bool(row.item_id), bool(row.category_id)) == (what == "item", what == "category")
    page = text_of(cook.get(PAGE))
    assert "until 19:20" in page
    assert "rush" in page
    answer = cook.post(f"{PAGE}{row.pk}/resume/")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert "until 19:20" not in text_of(cook.get(PAGE))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": "pads", "minutes": "0"}, "greater than or equal to 1"),
        ({"what": "pads", "minutes": "721"}, "less than or equal to 720"),
        ({"what": "pads", "minutes": "x"}, "Enter a whole number"),
        ({"what": "item-999999", "minutes": "5"}, "not one of the available choices"),
        ({"minutes": "5"}, "This field is required"),
    ],
)
def test_a_refusal_stands_beside_its_field(house, cook, fields, words):
    with nothing_changes():
        answer = cook.post(PAGE, fields)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_what_went_off_the_menu_meanwhile_is_refused_in_words(house, cook, monkeypatch):
    from kitchen.wall import pause_views
    from menu.compiled import current_menu

    old = current_menu(house.restaurant.pk)
    monkeypatch.setattr(pause_views, "current_menu", lambda restaurant_id: old)
    house.item.archived_at = "2026-03-01T18:00:00Z"
    house.item.save()
    with nothing_changes():
        answer = cook.post(PAGE, {"what": f"item-{house.item.pk}", "minutes": "5"})
    assert answer.status_code == 404
    assert "There is no such item." in text_of(answer)


def test_waiters_look_and_others_do_not(house, other_house):
    row = pause(minutes=5, reason="rush", actor=house.actor("kitchen"))
    theirs = pause(minutes=5, actor=other_house.actor("kitchen"))
    waiter = house.browser("waiter")
    page = text_of(waiter.get(PAGE))
    assert "until 19:05" in page
    assert 'name="what"' not in page
    assert "resume" not in page
    with nothing_changes():
        assert waiter.post(PAGE, {"what": "pads", "minutes": "5"}).status_code == 403
        assert waiter.post(f"{PAGE}{row.pk}/resume/").status_code == 403
        assert house.browser("kitchen").post(f"{PAGE}{theirs.pk}/resume/").status_code == 404
        assert house.browser("kitchen").get(f"{PAGE}{row.pk}/resume/").status_code == 405
    for role in ("host", "cashier"):
        assert house.browser(role).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_it_wants_csrf(house, cook):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = cook.cookies
    with nothing_changes():
        assert browser.post(PAGE, {"what": "pads", "minutes": "5"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(browser.get(PAGE)))[1]
    sent = browser.post(PAGE, {"what": "pads", "minutes": "5", "csrfmiddlewaretoken": token})
    assert sent.status_code == 302


def test_the_board_says_what_is_paused_and_links_here(house, other_house, cook):
    pause(minutes=5, actor=other_house.actor("kitchen"))
    page = text_of(cook.get("/kitchen/"))
    assert f'href="{PAGE}"' in page
    assert "PAUSED" not in page
    for item in (house.item, house.add_item(name="<b>Soup</b>"), house.add_item()):
        pause(item_id=item.pk, minutes=5, actor=house.actor("kitchen"))
    page = text_of(cook.get("/kitchen/"))
    assert "<strong>PAUSED</strong>" in page
    assert "&lt;b&gt;Soup&lt;/b&gt;</span> until 19:05" in page
    assert "and 1 more" in page


def test_the_number_of_queries_does_not_grow(house, cook, django_assert_num_queries):
    for count in (1, 20):
        for _ in range(count):
            pause(item_id=house.add_item().pk, minutes=5, actor=house.actor("kitchen"))
        cook.get(PAGE)
        with django_assert_num_queries(6):  # session, staff, membership, restaurant, menu, pauses
            assert cook.get(PAGE).status_code == 200

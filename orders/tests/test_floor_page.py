"""The page of the floor plan: access, content and number of queries."""

import re

import pytest
from django.test import Client

from bistro.core.tests.factories import DeviceFactory, MembershipFactory, token_of
from bistro.core.tests.http import nothing_changes
from bistro.core.tests.round_trips import FEED_POSITION

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_nobody_is_sent_to_the_login_and_back(house):
    response = Client().get("/floor/")
    assert (response.status_code, response["Location"]) == (302, "/login/?next=%2Ffloor%2F")


def test_an_htmx_request_moves_the_whole_page_to_the_login(house):
    response = Client().get(f"/floor/tables/{house.table.pk}/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"].startswith("/login/?next=")


def test_who_works_nowhere_yet_chooses_first(house, other_house):
    MembershipFactory(restaurant=other_house.restaurant, staff=house.staff("waiter"), role="waiter")
    browser = Client()
    browser.force_login(house.staff("waiter"))
    response = browser.get("/floor/")
    assert (response.status_code, response["Location"]) == (302, "/restaurant/")


@pytest.mark.parametrize("kind", ["pad", "kitchen", "integration"])
def test_a_devices_cookie_opens_no_floor(house, kind):
    browser = Client()
    browser.cookies["bistro_device"] = token_of(DeviceFactory(restaurant=house.restaurant, kind=kind))
    assert browser.get("/floor/").status_code == 403


def test_every_table_stands_there_with_its_state(house):
    house.add_table(name="Terrace 2", out_of_service=True)
    house.place()
    text = house.browser("waiter").get("/floor/").content.decode()
    assert f'id="table-{house.table.pk}"' in text
    assert 'data-state="ordering"' in text
    assert 'data-state="out_of_service"' in text
    assert "Terrace 2" in text
    assert f'href="/floor/tables/{house.table.pk}/"' in text
    assert 'data-live-url="/ws/floor/"' in text
    assert 'data-seq="2"' in text


def test_what_the_kitchen_has_not_seen_is_an_alarm(house):
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    house.place()
    browser = house.browser("waiter")
    assert "has not seen order 1" not in browser.get("/floor/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        assert "The kitchen has not seen order 1 yet" in browser.get("/floor/").content.decode()
    house.done(
        house.api("kitchen").post(
            f"/api/v1/orders/{house.api().get('/api/v1/orders').json()['results'][0]['id']}/confirm"
        )
    )
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        assert "has not seen" not in browser.get("/floor/").content.decode()


def test_another_restaurants_tables_never_appear(house, other_house):
    other_house.table.name = "Elsewhere"
    other_house.table.save()
    assert "Elsewhere" not in house.browser("owner").get("/floor/").content.decode()


def test_names_and_notes_are_text_not_markup(house):
    house.table.name = "<script>alert(1)</script>"
    house.table.save()
    house.place(note="<img src=x onerror=alert(2)>")
    for path in ("/floor/", f"/floor/tables/{house.table.pk}/"):
        text = house.browser("waiter").get(path).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_strict_content_security_policy(house):
    response = house.browser("waiter").get("/floor/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_looking_changes_nothing(house):
    house.place()
    browser = house.browser("waiter")
    browser.get("/floor/")
    with nothing_changes():
        for path in ("/floor/", f"/floor/tables/{house.table.pk}/"):
            assert browser.get(path).status_code == 200


def test_acts_are_posts(house):
    order = house.place()
    browser = house.browser("manager")
    for path in (
        f"tables/{house.table.pk}/order/send/", f"tables/{house.table.pk}/clear/", f"orders/{order['id']}/confirm/",
        f"orders/{order['id']}/cancel/", f"orders/{order['id']}/deliver/",
    ):  # fmt: skip
        assert browser.get(f"/floor/{path}").status_code == 405
    assert browser.post("/floor/").status_code == 405


def test_acts_want_csrf(house):
    order = house.place()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = house.browser("waiter").cookies
    with nothing_changes():
        assert browser.post(f"/floor/orders/{order['id']}/confirm/").status_code == 403
    page = browser.get(f"/floor/tables/{house.table.pk}/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert browser.post(f"/floor/orders/{order['id']}/confirm/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    browser = house.browser("waiter")
    browser.get("/floor/")
    for _ in range(2):
        house.place("waiter", table=house.add_table().pk)
    # session 2, membership, feed, restaurant 3, tables, parties, orders, courses, plans, calls, sections, alarms 4,
    # pauses, the shell's own tables
    with django_assert_num_queries(20 + FEED_POSITION):
        browser.get("/floor/")
    for _ in range(27):
        house.place("waiter", table=house.add_table().pk)
    with django_assert_num_queries(20 + FEED_POSITION):
        assert browser.get("/floor/").content.count(b'class="tbl"') == 30

"""86 for a while, portions and undo: services, sweep, API and page. Permanent 86: test_take_off.py."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import menu_now
from menu.models import Item
from menu.services import end_timed_offs, set_available, set_portions, undo_availability
from menu.steps import take_portions

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
EVENING = "2026-03-01T19:00:00Z"
END = datetime(2026, 3, 2, 4, tzinfo=UTC)  # of the business day of the test's restaurant


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


@pytest.fixture
def waiter(house):
    return house.actor("waiter")


def call(house):
    return f"/api/v1/items/{house.item.pk}/availability"


def page(house):
    return f"/menu/items/{house.item.pk}/availability/"


def now(house):
    return Item.objects.get(pk=house.item.pk)


def told():
    events = Event.objects.filter(type="menu_updated", action="availability").order_by("seq")
    return [json.loads(event.data) for event in events]


def sell(house, count):
    from bistro.core.writing.unit_of_work import UnitOfWork

    with UnitOfWork(house.actor("waiter")) as work:
        take_portions(work, {house.item.pk: count})


# --- services --------------------------------------------------------------------------------------------------------
def test_until_the_end_of_service_or_a_time(house, evening, waiter):
    zone = house.restaurant.tz
    item = set_available(item_id=house.item.pk, available=False, until="end_of_service", actor=waiter)
    assert item.off_until == END.replace(tzinfo=zone)
    assert not item.available
    at = timezone.now() + timedelta(minutes=90)
    item = set_available(item_id=house.item.pk, available=False, until=at, actor=waiter)
    assert (item.off_until, item.off_since) == (at, timezone.now())
    item = set_available(item_id=house.item.pk, available=False, actor=waiter)
    assert item.off_until is None
    assert [each["until"] for each in told()] == [
        END.replace(tzinfo=zone).astimezone(UTC).isoformat(), "2026-03-01T20:30:00+00:00", None
    ]  # fmt: skip


@pytest.mark.parametrize(
    "until",
    [timedelta(0), timedelta(seconds=-1), timedelta(days=367), "midnight"],
)
def test_absurd_ends(house, evening, waiter, until):
    at = until if isinstance(until, str) else timezone.now() + until
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        set_available(item_id=house.item.pk, available=False, until=at, actor=waiter)
    assert list(caught.value.fields) == ["until"]


def test_a_dish_on_sale_has_no_end(house, evening, waiter):
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        set_available(item_id=house.item.pk, available=True, until="end_of_service", actor=waiter)
    assert list(caught.value.fields) == ["until"]
    with pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.filter(pk=house.item.pk).update(off_until=timezone.now())


def test_the_same_again_changes_nothing(house, evening, waiter):
    first = set_available(item_id=house.item.pk, available=False, until="end_of_service", actor=waiter)
    evening.shift(60)
    with nothing_changes():
        again = set_available(item_id=house.item.pk, available=False, until="end_of_service", actor=waiter)
    assert again.availability_change == first.availability_change


def test_new_portions_and_back_on_sale_mean_on_sale(house, evening, waiter):
    set_available(item_id=house.item.pk, available=False, until="end_of_service", actor=waiter)
    item = set_portions(item_id=house.item.pk, portions_left=3, actor=waiter)
    assert (item.available, item.off_until, item.portions_left) == (True, None, 3)
    set_available(item_id=house.item.pk, available=False, actor=waiter)
    set_portions(item_id=house.item.pk, portions_left=0, actor=waiter)
    assert now(house).off_since is not None
    item = set_available(item_id=house.item.pk, available=True, actor=waiter)
    assert (item.available, item.portions_left) == (True, None)


def test_more_portions_than_anybody_cooks(house, waiter):
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        set_portions(item_id=house.item.pk, portions_left=100_001, actor=waiter)
    assert list(caught.value.fields) == ["portions_left"]


# --- undo ------------------------------------------------------------------------------------------------------------
def test_undo_of_each_change(house, evening, waiter):
    for change in (
        {"available": False},
        {"available": False, "until": "end_of_service"},
    ):
        before = now(house)
        item = set_available(item_id=house.item.pk, actor=waiter, **change)
        back = undo_availability(item_id=item.pk, change=item.availability_change, actor=waiter)
        assert (back.off_since, back.off_until) == (before.off_since, before.off_until)
        again = undo_availability(item_id=item.pk, change=back.availability_change, actor=waiter)
        assert again.off_until == item.off_until
        assert not again.available


def test_portions_sold_meanwhile_stay_sold(house, waiter):
    set_portions(item_id=house.item.pk, portions_left=20, actor=waiter)
    wrong = set_portions(item_id=house.item.pk, portions_left=12, actor=waiter)
    sell(house, 2)
    back = undo_availability(item_id=house.item.pk, change=wrong.availability_change, actor=waiter)
    assert back.portions_left == 18
    wrong = set_portions(item_id=house.item.pk, portions_left=30, actor=waiter)
    sell(house, 25)
    back = undo_availability(item_id=house.item.pk, change=wrong.availability_change, actor=waiter)
    assert back.portions_left == 0


def test_undo_after_another_change_is_refused(house, waiter):
    mine = set_available(item_id=house.item.pk, available=False, actor=waiter)
    set_portions(item_id=house.item.pk, portions_left=4, actor=house.actor("kitchen"))
    for change in (mine.availability_change, 0, 999):
        with nothing_changes(), pytest.raises(LostRace) as caught:
            undo_availability(item_id=house.item.pk, change=change, actor=waiter)
        assert caught.value.code == "changed_meanwhile"


def test_an_end_that_has_passed_is_not_restored(house, evening, waiter):
    set_available(item_id=house.item.pk, available=False, until=timezone.now() + timedelta(minutes=5), actor=waiter)
    later = set_available(item_id=house.item.pk, available=False, actor=waiter)
    evening.shift(600)
    back = undo_availability(item_id=house.item.pk, change=later.availability_change, actor=waiter)
    assert back.available


# --- the sweep -------------------------------------------------------------------------------------------------------
def test_a_timed_86_ends_by_itself(house, other_house, evening, waiter):
    soup = house.add_item()
    at = timezone.now() + timedelta(minutes=10)
    for item, actor in ((house.item, waiter), (other_house.item, other_house.actor("waiter"))):
        set_available(item_id=item.pk, available=False, until=at, actor=actor)
    set_available(item_id=soup.pk, available=False, actor=waiter)
    with nothing_changes():
        assert end_timed_offs(now=at - timedelta(seconds=1)) == 0
    assert house.item.pk in menu_now(house.restaurant.pk).off
    evening.move_to(at)
    assert end_timed_offs(now=at) == 2
    assert menu_now(house.restaurant.pk).off == {soup.pk}
    assert now(house).available
    assert told()[-1]["available"]
    with nothing_changes():
        assert end_timed_offs(now=at) == 0


def test_a_dish_off_for_longer_meanwhile_stays_off(house, evening, waiter, monkeypatch):
    from menu.services import availability

    at = timezone.now() + timedelta(minutes=10)
    set_available(item_id=house.item.pk, available=False, until=at, actor=waiter)
    evening.move_to(at)
    end_in = availability._end_in

    def somebody_was_faster(*args):
        set_available(item_id=house.item.pk, available=False, until="end_of_service", actor=waiter)
        return end_in(*args)

    monkeypatch.setattr(availability, "_end_in", somebody_was_faster)
    assert end_timed_offs(now=at) == 0
    assert not now(house).available


# --- the API ---------------------------------------------------------------------------------------------------------
def test_over_http(house, evening):
    screen, api = house.api("screen"), house.api("waiter")
    first = house.done(screen.post(call(house), {"available": False, "until": "end_of_service"}))
    assert first == {
        "item": house.item.pk,
        "available": False,
        "until": first["until"],
        "portions_left": None,
        "change": 1,
        "before": {"available": True, "until": None, "portions_left": None},
    }
    (item,) = house.api().get("/api/v1/menu").json()["categories"][0]["items"]
    assert (item["available"], item["off_until"]) == (False, first["until"])
    refused(
        house.api().post("/api/v1/orders", {"lines": [{"item": house.item.pk, "quantity": 1}]}, key="k"),
        409,
        "sold_out",
    )
    back = house.done(api.post(call(house), {"undo": first["change"]}))
    assert (back["available"], back["change"], back["before"]["until"]) == (True, 2, first["until"])
    refused(screen.post(call(house), {"undo": first["change"]}), 409, "changed_meanwhile")
    seven = house.done(api.post(call(house), {"portions_left": 7}))
    assert (seven["portions_left"], seven["available"]) == (7, True)
    assert house.done(api.post(call(house), {"portions_left": None}))["portions_left"] is None
    until = "2026-03-01T20:15:00+01:00"
    assert (
        house.done(api.post(call(house), {"available": False, "until": until}))["until"] == "2026-03-01T19:15:00+00:00"
    )
    assert house.done(api.post(call(house), {"available": True}))["available"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "available"),
        ({"available": "no"}, "available"),
        ({"available": None}, "available"),
        ({"available": False, "portions_left": 3}, "portions_left"),
        ({"available": True, "until": "end_of_service"}, "until"),
        ({"portions_left": 3, "until": "end_of_service"}, "until"),
        ({"available": False, "until": "tomorrow"}, "until"),
        ({"available": False, "until": "2026-03-01T18:59:00Z"}, "until"),
        ({"available": False, "until": "2026-03-01T20:00:00"}, "until"),
        ({"portions_left": -1}, "portions_left"),
        ({"portions_left": 2.5}, "portions_left"),
        ({"portions_left": 10**9}, "portions_left"),
        ({"undo": 0}, "undo"),
        ({"undo": "last"}, "undo"),
        ({"available": False, "price": "1.00"}, "price"),
    ],
)
def test_bodies_that_are_refused(house, evening, body, field):
    with nothing_changes():
        problem = refused(house.api("waiter").post(call(house), body), 422, "validation_error")
    assert field in problem["errors"]


def test_not_yours_and_not_your_role(house, other_house):
    with nothing_changes():
        for pk in (other_house.item.pk, 999_999):
            path = f"/api/v1/items/{pk}/availability"
            refused(house.api("waiter").post(path, {"available": False}), 404, "item_not_found")
        for role in ("pad", "host", "cashier", "integration"):
            refused(house.api(role).post(call(house), {"available": False}), 403, "permission_denied")


# --- the page --------------------------------------------------------------------------------------------------------
def test_two_taps_and_back(house, evening):
    browser = house.browser("waiter")
    shown = browser.get(page(house), {"next": "/floor/"}).content.decode()
    assert "On sale" in shown
    assert "Back on sale" not in shown
    assert ('<a class="button button--quiet" href="/floor/">' in shown, 'class="rail' in shown) == (True, True)
    answer = browser.post(page(house), {"do": "end_of_service", "next": "/floor/"})
    assert (answer.status_code, answer["Location"]) == (302, "/floor/")
    assert not now(house).available
    answer = browser.post(page(house), {"do": "on", "next": "https://evil.example/"})
    assert answer["Location"] == page(house)
    shown = browser.get(answer["Location"]).content.decode()
    assert 'value="undo"' in shown
    browser.post(page(house), {"do": "undo", "change": now(house).availability_change})
    assert not now(house).available
    evening.shift(120)
    assert 'value="undo"' not in browser.get(page(house)).content.decode()


def test_portions_and_a_time_of_today_or_tomorrow(house, evening):
    browser = house.browser("kitchen")
    browser.post(page(house), {"do": "portions", "portions": " 6 "})
    assert now(house).portions_left == 6
    zone = house.restaurant.tz
    local = timezone.now().astimezone(zone)
    for ahead in (timedelta(hours=2), timedelta(hours=-2)):
        browser.post(page(house), {"do": "time", "until": f"{local + ahead:%H:%M}"})
        wanted = local + ahead if ahead > timedelta(0) else local + ahead + timedelta(days=1)
        assert now(house).off_until == wanted
    browser.post(page(house), {"do": "off"})
    assert now(house).off_until is None


def test_htmx_gets_the_part_alone(house):
    browser = house.browser("waiter")
    answer = browser.post(page(house), {"do": "off"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<section")
    assert b'value="undo"' in answer.content
    answer = browser.post(page(house), {"do": "undo", "change": "0"}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert b"Somebody changed" in answer.content


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose what to do."),
        ({"do": "cook"}, "Choose what to do."),
        ({"do": "portions", "portions": "a few"}, "Type the number of portions"),
        ({"do": "portions", "portions": "100001"}, "Type the number of portions"),
        ({"do": "time", "until": "late"}, "Type a time such as 18:30."),
    ],
)
def test_forms_that_are_refused(house, form, words):
    browser = house.browser("waiter")
    with nothing_changes():
        answer = browser.post(page(house), form)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_page_of_another_restaurant_or_for_another_role(house, other_house):
    with nothing_changes():
        assert house.browser("waiter").post(page(other_house), {"do": "off"}).status_code == 404
        for role in ("host", "cashier"):
            assert house.browser(role).get(page(house)).status_code == 403


def test_the_dishs_admin_page_leads_there_and_back(house):
    answer = house.browser("manager").get(f"/admin/menu/item/{house.item.pk}/availability/")
    assert answer.status_code == 302
    back = f"/admin/menu/item/{house.item.pk}/change/"
    assert answer["Location"].startswith(f"{page(house)}?next=")
    assert f'href="{back}"' in house.browser("manager").get(answer["Location"]).content.decode()

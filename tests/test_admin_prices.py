"""Price and 86 in the list of dishes, and the service of a price."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from bistro.core.kernel.errors import InvalidInput, LostRace, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.racing import race
from menu.compiled import menu_now
from menu.models import Item
from menu.services import prices, set_price
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
LIST = "/admin/menu/item/"


@pytest.fixture
def house():
    return open_house()


def send(house, **fields):
    return house.browser("owner").post(reverse("admin:menu_item_row", args=[house.item.pk]), fields, follow=True)


def price(house):
    return Item.objects.get(pk=house.item.pk).price


def test_a_price_is_set_in_the_list(house):
    version = menu_now(house.restaurant.pk).menu.version
    answer = send(house, do="price", price="12,50", seen="10.0000", next=f"{LIST}?q=dish")
    assert answer.redirect_chain == [(f"{LIST}?q=dish", 302)]
    assert price(house) == Decimal("12.50")
    assert menu_now(house.restaurant.pk).menu.version == version + 1
    event = Event.objects.get(subject=f"item:{house.item.pk}", action="changed")
    assert json.loads(event.data)["changed"] == {"price": {"before": "10.00", "after": "12.50"}}
    assert house.item.history.first().price == Decimal("12.50")
    assert house.item.history.first().history_user_id == house._staff["owner"].pk


@pytest.mark.parametrize("typed", ["", "ten", "-1", "1.999", "NaN", "Infinity", "1e30", "1_0", "9" * 19, "٣"])
def test_a_bad_price_is_refused_beside_its_field(house, typed):
    answer = send(house, do="price", price=typed, seen="10.0000", next=LIST)
    assert price(house) == Decimal("10.00")
    page = answer.content.decode()
    assert f'value="{typed}"' in page
    assert '<p class="text-red-700 dark:text-red-400" role="alert">' in page
    assert 'role="alert">' not in house.browser("owner").get(LIST).content.decode()


def test_the_price_that_was_seen_must_still_be_the_price(house):
    owner = house.actor("owner")
    set_price(item_id=house.item.pk, price=Decimal(11), seen=Decimal(10), actor=owner)
    with pytest.raises(LostRace):
        set_price(item_id=house.item.pk, price=Decimal(12), seen=Decimal(10), actor=owner)
    set_price(item_id=house.item.pk, price=Decimal(11), seen=Decimal(10), actor=owner)  # the same: nothing is lost
    assert "€11.00" in send(house, do="price", price="12", seen="10.0000", next=LIST).content.decode()
    assert price(house) == Decimal(11)


def test_others_may_not_set_a_price(house):
    with pytest.raises(NotPermitted):
        set_price(item_id=house.item.pk, price=Decimal(1), seen=None, actor=house.actor("waiter"))
    stranger = open_house(name="Elsewhere").actor("owner")
    with pytest.raises(NotYours):
        set_price(item_id=house.item.pk, price=Decimal(1), seen=None, actor=stranger)
    with pytest.raises(InvalidInput):
        set_price(item_id=house.item.pk, price=Decimal("0.001"), seen=None, actor=house.actor("owner"))
    assert price(house) == Decimal(10)


def test_a_dish_goes_off_and_comes_back_in_the_list(house):
    send(house, do="off")
    assert not Item.objects.get(pk=house.item.pk).available
    send(house, do="on")
    assert Item.objects.get(pk=house.item.pk).available
    send(house, do="burn")
    assert Item.objects.get(pk=house.item.pk).available
    assert house.browser("owner").get(reverse("admin:menu_item_row", args=[house.item.pk])).status_code == 405
    assert house.browser("owner").post(reverse("admin:menu_item_row", args=[2**63])).status_code == 404


def compete(house):
    owner, amounts = house.actor("owner"), (Decimal(11), Decimal(12))
    return race([
        lambda amount=amount: set_price(item_id=house.item.pk, price=amount, seen=Decimal(10), actor=owner)
        for amount in amounts
    ])  # fmt: skip


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_prices_at_the_same_moment_one_is_refused():
    assert sorted(type(outcome).__name__ for outcome in compete(open_house())) == ["Item", "LostRace"]


@pytest.mark.race
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_are_set(monkeypatch):
    import threading
    from contextlib import suppress

    barrier = threading.Barrier(2)

    def unlocked(item_id, actor):
        item = Item.objects.get(pk=item_id)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=5)
        return item

    monkeypatch.setattr(prices, "_locked", unlocked)
    assert [type(outcome).__name__ for outcome in compete(open_house())] == ["Item", "Item"]

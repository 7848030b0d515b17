"""Everything that is ready at a table is delivered in one unit of work, and only what the waiter saw."""

import pytest

from bistro.core.kernel.errors import LostRace, NotPermitted
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from orders.models import Order
from orders.services import deliver_ready

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true"}


def statuses():
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def test_all_ready_orders_of_a_table_at_once(house):
    house.reach("ready")
    house.reach("ready")
    house.reach("preparing")
    before = Event.objects.count()
    delivered = deliver_ready(table_id=house.table.pk, actor=house.actor("waiter"))
    assert len(delivered) == 2
    assert statuses() == ["delivered", "delivered", "preparing"]
    new = Event.objects.order_by("seq")[before:]
    assert [event.action for event in new] == ["delivered", "delivered"]


def test_food_that_became_ready_after_the_waiter_looked_stays(house):
    seen = house.reach("ready")
    house.reach("ready")
    deliver_ready(table_id=house.table.pk, order_ids=[seen["id"]], actor=house.actor("waiter"))
    assert statuses() == ["delivered", "ready"]


@pytest.mark.parametrize("order_ids", [None, [], [999_999]])
def test_nothing_is_ready(house, order_ids):
    house.reach("preparing")
    with nothing_changes(), pytest.raises(LostRace) as caught:
        deliver_ready(table_id=house.table.pk, order_ids=order_ids, actor=house.actor("waiter"))
    assert caught.value.code == "nothing_ready"


def test_orders_of_another_table_or_house_are_not_touched(house, other_house):
    order = house.reach("ready")
    other = house.add_table()
    for table, who in ((other.pk, house), (house.table.pk, other_house)):
        with nothing_changes(), pytest.raises(LostRace):
            deliver_ready(table_id=table, order_ids=[order["id"]], actor=who.actor("waiter"))


def test_hosts_and_cashiers_deliver_nothing(house):
    house.reach("ready")
    for role in ("host", "cashier"):
        with nothing_changes(), pytest.raises(NotPermitted):
            deliver_ready(table_id=house.table.pk, actor=house.actor(role))


def test_the_list_answers_with_the_table_and_without_its_row(house):
    order = house.reach("ready")
    form = {"orders": str(order["id"]), "from": "list"}
    response = house.browser("waiter").post(f"/floor/tables/{house.table.pk}/deliver/", form, headers=HTMX)
    assert response.status_code == 200
    text = response.content.decode()
    assert f'id="table-{house.table.pk}"' in text
    assert f'<li id="need-{house.table.pk}" hx-swap-oob="delete">' in text


@pytest.mark.parametrize("form", [{}, {"orders": "x"}, {"orders": "1,,-1"}, {"orders": "9" * 40}])
def test_the_second_waiter_is_told(house, form):
    house.reach("preparing")
    with nothing_changes():
        path = f"/floor/tables/{house.table.pk}/deliver/"
        response = house.browser("waiter").post(path, {**form, "from": "list"}, headers=HTMX)
    assert response.status_code == 409
    assert "Somebody else took the food." in response.content.decode()


def test_without_scripts_the_floor_comes_back(house):
    order = house.reach("ready")
    browser, path = house.browser("waiter"), f"/floor/tables/{house.table.pk}/deliver/"
    form = {"orders": str(order["id"]), "from": "list"}
    response = browser.post(path, form)
    assert (response.status_code, response["Location"]) == (302, "/floor/")
    with nothing_changes():
        refused = browser.post(path, form)
    assert refused.status_code == 409
    assert "Somebody else took the food." in refused.content.decode()


@pytest.mark.parametrize("htmx", [True, False])
def test_the_sheet_delivers_what_it_shows(house, htmx):
    order = house.reach("ready")
    browser, headers = house.browser("waiter"), HTMX if htmx else {}
    path = f"/floor/tables/{house.table.pk}/"
    assert f'name="orders" value="{order["id"]}"' in browser.get(path, headers=headers).content.decode()
    response = browser.post(f"{path}deliver/", {"orders": str(order["id"])}, headers=headers)
    assert response.status_code == (200 if htmx else 302)
    assert statuses() == ["delivered"]

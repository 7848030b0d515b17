"""Admin pages of orders, whose actions call services."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.admin.base import CappedPaginator
from bistro.core.models import Event, Restaurant
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ORDERS = "/admin/orders/order/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


@pytest.fixture
def order(house):
    return Order.objects.get(pk=house.order().id)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def act(client, action, *orders, **more):
    return client.post(ORDERS, {"action": action, "_selected_action": [order.pk for order in orders], **more})


def numbers(client, query=""):
    return [order.number for order in client.get(f"{ORDERS}?{query}").context["cl"].result_list]


def test_the_status_has_its_colour_in_every_language(order, owner):
    label = re.compile(r'<span class="([^"]+)"\s*>\s*(?:Order placed|Bestellt)\s*</span>')
    (english,) = label.findall(owner.get(ORDERS).content.decode())
    Restaurant.objects.update(language="de")
    page = owner.get(ORDERS).content.decode()
    assert "Bestellt" in page
    assert label.findall(page) == [english]
    assert "orange" in english


def test_confirm(order, owner):
    assert said(act(owner, "confirm", order)) == ["1 confirmed."]
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_cancelling_asks_for_a_reason(house, order, owner):
    page = act(owner, "cancel", order)
    assert page.status_code == 200
    order.refresh_from_db()
    assert order.status == "placed"
    hidden = dict(page.context["hidden"])
    assert "reason" in owner.post(ORDERS, {**hidden, "reason": "  "}).context["form"].errors
    owner.post(ORDERS, {**hidden, "reason": "Fell on the floor"})
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "Fell on the floor")
    event = Event.objects.get(restaurant=house.restaurant, action="cancelled")
    assert event.actor == f"staff:{house.staff('owner').pk}"


def test_what_the_status_forbids_is_told_and_the_rest_is_done(house, order, owner):
    ready = Order.objects.get(pk=house.reach("ready")["id"])
    answer = act(owner, "deliver", order, ready)
    assert len(said(answer)) == 2
    assert said(answer)[-1] == "1 delivered."
    order.refresh_from_db()
    ready.refresh_from_db()
    assert (order.status, ready.status) == ("placed", "delivered")


def test_an_order_cannot_be_edited_added_or_deleted(order, owner):
    path = f"{ORDERS}{order.pk}/change/"
    assert owner.post(path, {"status": "delivered", "total": "0"}).status_code == 403
    assert owner.get(f"{ORDERS}add/").status_code == 403
    assert owner.post(f"{ORDERS}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    act(owner, "delete_selected", order, post="yes")
    order.refresh_from_db()
    assert (order.status, order.total) == ("placed", order.total)


def test_its_page_shows_the_lines(house, order, owner):
    page = owner.get(f"{ORDERS}{order.pk}/change/").content.decode()
    assert house.item.name in page
    assert 'name="_save"' not in page


def test_another_restaurants_order_is_not_cancelled(house, other_house, owner):
    foreign = Order.objects.get(pk=other_house.order().id)
    assert act(owner, "confirm", foreign).status_code == 302
    foreign.refresh_from_db()
    assert foreign.status == "placed"


def test_found_by_number_status_day_and_table(house, order, owner):
    second = Order.objects.get(pk=house.order().id)
    act(owner, "confirm", second)
    assert numbers(owner, f"q={order.number}") == [order.number]
    assert numbers(owner, f"q=%23{second.number}") == [second.number]
    assert numbers(owner, "q=soup") == []
    assert numbers(owner, "status__exact=confirmed") == [second.number]
    assert numbers(owner, "day=today") == [second.number, order.number]
    assert numbers(owner, "day=yesterday") == []
    Order.objects.filter(pk=order.pk).update(business_date=order.business_date - timedelta(days=1))
    assert numbers(owner, "day=yesterday") == [order.number]
    assert numbers(owner, "day=week") == [second.number, order.number]
    day = order.business_date.isoformat()
    assert numbers(owner, f"business_date_from={day}&business_date_to={day}") == [second.number]
    assert numbers(owner, f"table__id__exact={house.table.pk}") == [second.number, order.number]
    assert numbers(owner, "business_date_from=nonsense") in ([], [second.number, order.number])


def test_a_withdrawn_order_is_gone(order, owner):
    Order.objects.filter(pk=order.pk).update(withdrawn_at=order.placed_at, status="cancelled")
    assert numbers(owner) == []
    assert owner.get(f"{ORDERS}{order.pk}/change/").status_code == 302


def test_the_list_counts_no_further_than_it_shows(house, order, owner, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "farthest", 1)
    house.order()
    with CaptureQueriesContext(connection) as caught:
        page = owner.get(ORDERS)
    assert page.context["cl"].paginator.count == 1
    counts = [q["sql"] for q in caught if "COUNT(" in q["sql"] and "orders_order" in q["sql"]]
    assert len(counts) == 1
    assert "LIMIT 1" in counts[0]


def test_too_many_at_once_are_refused(house, order, owner, monkeypatch):
    monkeypatch.setattr("bistro.core.admin.base.AT_ONCE", 1)
    house.order()
    answer = act(owner, "confirm", *Order.objects.all())
    assert said(answer) == ["Choose at most 1 at once."]
    assert not Order.objects.filter(status="confirmed").exists()

"""The table sheet: its orders and their actions, with htmx and without."""

import re

import pytest
import time_machine

from bistro.core.tests.http import nothing_changes
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.models import Order
from orders.services import confirm_order
from orders.steps import locked_order, receive
from orders.transitions import OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


def sheet_of(house):
    return f"/floor/tables/{house.table.pk}/"


def form_of(house, **fields):
    return {"do": "send", f"quantity-{house.item.pk}": "2", "key": "k1", **fields}


# --- content ---------------------------------------------------------------------------------------------------------
def test_a_page_of_its_own_or_a_fragment(house, waiter):
    house.place(note="birthday")
    whole, part = waiter.get(sheet_of(house)), waiter.get(sheet_of(house), headers=HTMX)
    for response in (whole, part):
        assert response.status_code == 200
        assert "HX-Request" in response["Vary"]
        assert "birthday" in response.content.decode()
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert part.content.strip().startswith(b'<div id="sheet-table"')


@pytest.mark.parametrize(
    ("status", "acts"),
    [("placed", {"confirm", "cancel"}), ("confirmed", {"cancel"}), ("preparing", {"cancel"}), ("ready", {"deliver"}),
     ("delivered", set()), ("cancelled", set())],
)  # fmt: skip
def test_it_offers_what_may_be_done(house, waiter, status, acts):
    order = house.reach(status)
    text = waiter.get(sheet_of(house)).content.decode()
    offered = set(re.findall(rf'action="/floor/orders/{order["id"]}/(\w+)/"', text))
    assert offered == acts


def test_it_says_when_and_on_which_screen_the_kitchen_saw_an_order(house, waiter):
    house.restaurant.timezone = "Europe/Vienna"
    house.restaurant.save()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        order, told = house.order(), house.order()
        clock.shift(4)
        assert "Not on a kitchen screen yet (4 s)" in waiter.get(sheet_of(house)).content.decode()
        work = UnitOfWork(house.actor("screen"))
        with work:
            receive(locked_order(order.id, work), work, screen="Wall <1>")
        confirm_order(order_id=told.id, actor=house.actor("waiter"))
        clock.shift(60)
        text = waiter.get(sheet_of(house)).content.decode()
    assert text.count("Kitchen received it after 4 s, at 13:00") == 2
    assert text.count("at 13:00 on Wall &lt;1&gt;") == 1


def test_it_offers_only_what_the_viewer_may_do(house):
    order = house.place()
    text = house.browser("cashier").get(sheet_of(house)).content.decode()
    assert f"/floor/orders/{order['id']}/" not in text
    assert 'id="sheet-order"' not in text
    text = house.browser("host").get(sheet_of(house)).content.decode()
    assert f"/floor/tables/{house.table.pk}/clear/" in text
    assert 'id="sheet-order"' not in text


def test_the_number_of_queries_does_not_grow(house, waiter, django_assert_num_queries):
    house.place("waiter")
    waiter.get(sheet_of(house))
    with django_assert_num_queries(19):
        waiter.get(sheet_of(house), headers=HTMX)
    for _ in range(9):
        house.add_item()
        house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1}] * 3)
    waiter.get(sheet_of(house))  # compiles the new menu
    with django_assert_num_queries(19):
        waiter.get(sheet_of(house), headers=HTMX)


# --- actions ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("before", "act", "after"),
    [("placed", "confirm", "confirmed"), ("preparing", "cancel", "cancelled"), ("ready", "deliver", "delivered")],
)
def test_acts_work_both_ways(house, waiter, before, act, after, htmx):
    order = house.reach(before)
    response = waiter.post(f"/floor/orders/{order['id']}/{act}/", {"reason": "mistake"}, headers=HTMX if htmx else {})
    if htmx:
        assert response.status_code == 200
        assert response.content.strip().startswith(b'<div id="sheet-table"')
    else:
        assert (response.status_code, response["Location"]) == (302, sheet_of(house))
    assert house.status(order) == after


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(("before", "act"), [("ready", "confirm"), ("delivered", "cancel"), ("placed", "deliver")])
def test_a_refusal_stands_beside_its_order(house, waiter, before, act, htmx):
    order = house.reach(before)
    with nothing_changes():
        path = f"/floor/orders/{order['id']}/{act}/"
        response = waiter.post(path, {"reason": "mistake"}, headers=HTMX if htmx else {})
    assert response.status_code == 422
    article = re.search(rf'<article[^>]+id="order-{order["id"]}".*?</article>', response.content.decode(), re.S)[0]
    assert 'role="alert"' in article
    assert f"Order 1 is “{OrderStatus(before).label}” and cannot become" in article


@pytest.mark.parametrize(
    ("form", "kept"),
    [({"reason": "too_long"}, "Took too long"),
     ({"reason": "other", "reason_text": " no\ttime "}, "Other reason: no time"),
     ({"reason": "nonsense", "reason_text": "they left"}, "they left"),
     ({"reason": "mistake", "reason_text": "a\x00b\u202ec"}, "Entered by mistake: abc"),
     ({"reason": "other", "reason_text": "x" * 500}, ("Other reason: " + "x" * 500)[:200])],
)  # fmt: skip
def test_the_reason_of_a_cancel(house, waiter, form, kept):
    order = house.place()
    waiter.post(f"/floor/orders/{order['id']}/cancel/", form)
    assert Order.objects.get().cancel_reason == kept


def test_no_reason_is_chosen_beforehand(house, waiter):
    house.place()
    select = re.search(r'<select name="reason".*?</select>', waiter.get(sheet_of(house)).content.decode(), re.S)[0]
    assert re.search(r"<option[^>]*>", select)[0] == '<option value="">'


@pytest.mark.parametrize("form", [{}, {"reason": ""}, {"reason": "nonsense"}, {"reason_text": "  "}])
def test_a_cancel_without_a_reason(house, waiter, form):
    order = house.place()
    with nothing_changes():
        response = waiter.post(f"/floor/orders/{order['id']}/cancel/", form, headers=HTMX)
    assert response.status_code == 422
    assert "Give a reason for cancelling." in response.content.decode()


@pytest.mark.parametrize("htmx", [True, False])
def test_clear(house, waiter, htmx):
    order = house.reach("ready")
    headers = HTMX if htmx else {}
    with nothing_changes():
        refusal = waiter.post(f"/floor/tables/{house.table.pk}/clear/", headers=headers)
    assert refusal.status_code == 422
    assert "Deliver #1 first." in refusal.content.decode()
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/deliver"))
    response = waiter.post(f"/floor/tables/{house.table.pk}/clear/", headers=headers)
    assert response.status_code == (200 if htmx else 302)
    assert "Nothing ordered yet." in waiter.get(sheet_of(house)).content.decode()


@pytest.mark.parametrize(
    ("role", "may"),
    [("owner", {"order", "clear", "confirm", "cancel"}), ("waiter", {"order", "clear", "confirm", "cancel"}),
     ("host", {"clear"}), ("kitchen", {"confirm"}), ("cashier", set())],
)  # fmt: skip
def test_who_may_act(house, role, may):
    order = house.reach("placed")
    browser = house.browser(role)
    paths = {
        "order": f"/floor/tables/{house.table.pk}/order/",
        "clear": f"/floor/tables/{house.table.pk}/clear/",
        "confirm": f"/floor/orders/{order['id']}/confirm/",
        "cancel": f"/floor/orders/{order['id']}/cancel/",
    }
    for act, path in paths.items():
        if act not in may:
            with nothing_changes():
                assert browser.post(path, form_of(house, reason="mistake")).status_code == 403
        else:
            assert browser.post(path, form_of(house, reason="mistake")).status_code in (302, 422)


def test_a_pads_cookie_is_no_waiter(house):
    """Pads order through their API, because the waiters' form shows other tables."""
    from django.test import Client

    from bistro.core.tests.factories import token_of

    browser = Client()
    browser.cookies["bistro_device"] = token_of(house.pad.device)
    with nothing_changes():
        for headers in ({}, HTMX):
            path = f"/floor/tables/{house.table.pk}/order/"
            assert browser.post(path, form_of(house), headers=headers).status_code == 403

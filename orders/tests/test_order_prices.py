"""Open items, other prices and the house's notes on the order screen, with scripts and without."""

import json
import re

import pytest

from bistro.core.models import Event, Restaurant
from bistro.core.tests.factories import MembershipFactory, give_pin
from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from orders.models import Draft, Order, OrderLine
from orders.ordering.menu_answer import menu_answer

pytestmark = pytest.mark.django_db
PIN, WRONG = "8642", "9753"


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


@pytest.fixture
def cake(house):
    """Return an open item."""
    return house.add_item(name="Open food", price="0.00", open_price=True)


@pytest.fixture
def boss(house):
    return give_pin(MembershipFactory(restaurant=house.restaurant, role="manager"), PIN)


def screen(house):
    return f"/floor/tables/{house.table.pk}/order/"


def post(browser, path, body):
    return browser.post(path, json.dumps(body), content_type="application/json")


def config(browser, house):
    page = browser.get(screen(house)).content.decode()
    return json.loads(re.search(r'id="order-config" type="application/json">(.*?)</script>', page)[1])


def typed(item, price, reason="late", key="a", **more):
    return {"key": key, "item": item.pk, "quantity": 1, "price": price, "price_reason": reason, **more}


def test_prices_are_typed_kept_and_sent(house, waiter, cake):
    lines = [typed(house.item, "8.00"), typed(cake, "11.00", "birthday", "b", name="Birthday cake")]
    state = post(waiter, screen(house) + "draft/", {"put": lines}).json()
    assert (state["quote"]["total"], state["quote"]["problems"]) == ("19.00", {})
    assert [line["price_reason"] for line in config(waiter, house)["state"]["draft"]["lines"]] == ["late", "birthday"]
    answer = post(waiter, screen(house) + "send/", {"key": "k", "lines": lines, "total": "19.00"}).json()
    assert "Birthday cake" in answer["sent"]
    assert "Typed price: birthday" in answer["sent"]
    assert [line.name for line in Order.objects.get().lines.all()] == [house.item.name, "Birthday cake"]
    other, open_item = config(waiter, house)["round"]
    assert "price" not in other, "another price was for that time only"
    assert (open_item["name"], open_item["price"]) == ("Birthday cake", "11")


def test_what_is_missing_is_said_at_the_line(house, waiter, cake):
    lines = [typed(house.item, "8.00", reason=""), {"key": "b", "item": cake.pk, "quantity": 1}]
    problems = post(waiter, screen(house) + "draft/", {"put": lines}).json()["quote"]["problems"]
    assert problems == {"a": "Give a reason for the price.", "b": "Type a price for Open food."}
    with nothing_changes():
        assert post(waiter, screen(house) + "send/", {"key": "k", "lines": lines}).status_code == 422
        bad = post(waiter, screen(house) + "draft/", {"put": [typed(house.item, "-1")]})
    assert bad.status_code == 422


def test_above_the_limit_a_manager_approves_by_pin(house, waiter, boss):
    body = {"key": "k", "lines": [typed(house.item, "31.00")], "total": "31.00"}
    assert 'id="order-approval" hidden' in waiter.get(screen(house)).content.decode()
    assert "order-approval" not in house.browser("manager").get(screen(house)).content.decode()

    def send(**more):
        return post(waiter, screen(house) + "send/", {**body, **more})

    with nothing_changes():
        refused = send(pin="", approver=str(boss.pk))
    assert (refused.status_code, refused.json()["code"]) == (422, "approval_required")
    wrong = send(pin=WRONG, approver=str(boss.pk))
    assert (wrong.status_code, wrong.json()["fields"]) == (422, {"pin": [wrong.json()["problem"]]})
    assert "4 tries are left" in wrong.json()["problem"]
    other = give_pin(MembershipFactory(restaurant=house.restaurant, role="owner"), PIN)
    for _ in range(5):
        locked = send(pin=WRONG, approver=str(other.pk))
    assert (locked.status_code, locked.json()["code"], *locked.json()["fields"]) == (422, "throttled", "pin")
    assert not OrderLine.objects.exists()
    sent = send(pin=PIN, approver=str(boss.pk)).json()
    assert OrderLine.objects.get().approved_by == boss.staff.name
    assert f"approved by {boss.staff.name}" in sent["sent"]
    assert Event.objects.filter(action="approved").count() == 1
    again = send(pin=WRONG, approver=str(boss.pk)).json()
    assert again["order"]["id"] == sent["order"]["id"], "a repeated Send needs no second approval"


def test_the_plain_form_takes_prices_and_the_pin(house, waiter, cake, boss):
    waiter.post(screen(house), {"do": "add", "key": "k1", f"quantity-{cake.pk}": 1})
    (line,) = Draft.objects.get().lines
    fields = {f"name-{line['key']}": "Wine", f"price_reason-{line['key']}": "corkage", "do": "send", "key": "k2"}
    with nothing_changes():
        bad = waiter.post(screen(house), {**fields, f"price-{line['key']}": "12.x"})
    assert "“12.x” is not a price." in bad.content.decode()
    fields[f"price-{line['key']}"] = "25,5"
    asked = waiter.post(screen(house), fields)
    assert asked.status_code == 422
    assert re.search(r'id="order-approval" ?>', asked.content.decode())
    assert "A manager must approve the price of Wine." in asked.content.decode()
    fields |= {"approver": boss.pk, "pin": WRONG}
    assert "This is not the PIN of" in waiter.post(screen(house), fields).content.decode()
    assert not OrderLine.objects.exists()
    assert waiter.post(screen(house), {**fields, "pin": PIN}).status_code == 302
    sold = OrderLine.objects.get()
    assert (sold.name, sold.total, sold.approved_by) == ("Wine", 25.5, boss.staff.name)
    waiter.post(screen(house), {"do": "repeat", "key": "k3"})
    (again,) = Draft.objects.get().lines
    assert (again["name"], again["price"], again["price_reason"]) == ("Wine", "25.5", "corkage")


def test_the_menu_says_which_dishes_are_open(house, cake):
    from menu.compiled import menu_now

    rows = {row[0]: row for row in json.loads(menu_answer(menu_now(house.restaurant.pk).menu))["items"]}
    assert (len(rows[house.item.pk]), rows[cake.pk][9:]) == (9, [1])


def test_the_house_has_a_list_of_notes(house, waiter):
    assert config(waiter, house)["notes"][:2] == ["Sauce aside", "No salt"]
    Restaurant.objects.filter(pk=house.restaurant.pk).update(kitchen_notes="Bring with main\nNo ice")
    forget_menus()
    assert config(waiter, house)["notes"] == ["Bring with main", "No ice"]
    line = house.place()["lines"][0]["id"]
    assert '<option value="No ice">' in waiter.get(f"/floor/lines/{line}/").content.decode()

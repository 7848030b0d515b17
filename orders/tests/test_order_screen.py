"""The order screen: its page, the plain form without scripts, Send, and the acts on what was sent."""

import json
import re
from decimal import Decimal

import pytest

from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from menu.models import Item
from menu.services import set_available
from menu.tests.factories import CategoryFactory, ModifierFactory, ModifierGroupFactory
from orders.models import Draft, Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


@pytest.fixture
def doneness(house):
    """Add a required choice of one without a default."""
    group = ModifierGroupFactory(item=house.item, name="Doneness", min=1, max=1)
    group.rare, group.medium = (ModifierFactory(group=group, name=name, price=0) for name in ("Rare", "Medium"))
    forget_menus()
    return group


def screen(house):
    return f"/floor/tables/{house.table.pk}/order/"


def form(house, do="send", quantity=2, key="formkey", **more):
    return {"do": do, "key": key, f"quantity-{house.item.pk}": quantity, **more}


def post(browser, path, body):
    return browser.post(path, json.dumps(body), content_type="application/json")


def body(house, key="send1", quantity=1, **more):
    return {"key": key, "lines": [{"key": f"{key}-a", "item": house.item.pk, "quantity": quantity}], **more}


# --- the plain form --------------------------------------------------------------------------------------------------
def test_dishes_are_sent_without_scripts(house, waiter):
    answer = waiter.post(screen(house), form(house, seat=1))
    assert (answer.status_code, answer["Location"]) == (302, f"/floor/tables/{house.table.pk}/")
    line = Order.objects.get().lines.get()
    assert (line.quantity, line.seat) == (2, 1)
    assert Draft.objects.get().lines == []


def test_dishes_of_several_categories_are_added_and_then_sent(house, waiter):
    soup = house.add_item(name="Soup", category=CategoryFactory(restaurant=house.restaurant, name="Soups"))
    forget_menus()
    waiter.post(screen(house), form(house, "add"))
    waiter.post(screen(house), {"do": "add", "key": "k2", f"quantity-{soup.pk}": 1})
    page = waiter.get(screen(house)).content.decode()
    assert "Soup" in page
    assert f'id="order-table" href="/floor/tables/{house.table.pk}/"' in page
    assert Order.objects.count() == 0
    waiter.post(screen(house), {"do": "send", "key": "k3"})
    assert {line.name for line in Order.objects.get().lines.all()} == {house.item.name, "Soup"}


def test_the_same_form_twice_is_one_order(house, waiter):
    for _ in range(2):
        assert waiter.post(screen(house), form(house)).status_code == 302
    assert Order.objects.count() == 1


def test_a_required_choice_is_asked_at_the_line(house, waiter, doneness):
    refused = waiter.post(screen(house), form(house))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert f"Choose 1 of Doneness for {house.item.name}." in page
    assert Order.objects.count() == 0
    (field,) = set(re.findall(r'name="(choice-[\w-]+)"', page))
    answer = waiter.post(screen(house), {"do": "send", "key": "other", field: doneness.rare.pk})
    assert answer.status_code == 302
    assert Order.objects.get().lines.get().modifiers[0]["name"] == "Rare"


@pytest.mark.parametrize(
    "typed", ["-1", "1.5", "x", "1000", "9" * 30, "0000000010000000000", "000000001" + "0" * 5000, "\u00b2", "1e2"]
)  # fmt: skip
def test_a_quantity_that_is_none(house, waiter, typed):
    with nothing_changes():
        answer = waiter.post(screen(house), form(house, quantity=typed))
    assert answer.status_code == 422
    assert "is not a quantity" in answer.content.decode()
    assert Draft.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [{}, {"key": "k"}, {"quantity-x": "1"}, {"quantity-": "1"}, {"quantity-1-2": "1"}, {"quantity-" + "9" * 40: "1"}],
)
def test_a_form_of_nothing(house, waiter, sent):
    with nothing_changes():
        answer = waiter.post(screen(house), {"do": "send", "key": "k", **sent})
    assert answer.status_code == 422
    assert "Nothing is chosen yet." in answer.content.decode()


def test_dishes_that_are_not_on_the_menu(house, waiter, other_house):
    for pk in (other_house.item.pk, 999_999):
        with nothing_changes():
            answer = waiter.post(screen(house), {"do": "send", "key": f"k{pk}", f"quantity-{pk}": "1"})
        assert answer.status_code == 422
        assert "is not on the menu" in answer.content.decode()
        Draft.objects.all().delete()


def test_a_table_out_of_service_says_so(house, waiter):
    house.table.out_of_service = True
    house.table.save()
    with nothing_changes():
        answer = waiter.post(screen(house), form(house))
    assert answer.status_code == 422
    assert "is out of service" in answer.content.decode()


def test_every_fresh_form_has_a_key_of_its_own(house, waiter):
    keys = {re.search(r'name="key" value="(\w+)"', waiter.get(screen(house)).content.decode())[1] for _ in range(3)}
    assert len(keys) == 3


def test_a_default_of_the_house_is_taken_and_an_optional_one_is_not(house, waiter, doneness):
    doneness.medium.is_default = True
    doneness.medium.save()
    extras = ModifierGroupFactory(item=house.item, name="Extras", min=0, max=3)
    ModifierFactory(group=extras, name="Cheese", price="1.50", is_default=True)
    forget_menus()
    assert waiter.post(screen(house), form(house)).status_code == 302
    assert [each["name"] for each in Order.objects.get().lines.get().modifiers] == ["Medium"]


def test_the_last_round_is_repeated(house, waiter):
    house.place(quantity=3)
    waiter.post(screen(house), {"do": "repeat", "key": "again"})
    assert [line["quantity"] for line in Draft.objects.get().lines] == [3]


# --- the page --------------------------------------------------------------------------------------------------------
def test_the_page_opens_where_the_party_is(house, waiter):
    later = CategoryFactory(restaurant=house.restaurant, name="Desserts", course=2)
    house.add_item(name="Cake", category=later)
    forget_menus()
    assert "Cake</bdi>" not in waiter.get(screen(house)).content.decode()
    house.place()
    page = waiter.get(screen(house)).content.decode()
    assert re.search(r'aria-current="true">\s*<bdi>Desserts', page)
    assert 'order-tile__name">Cake' in page


def test_guests_allergies_stand_on_the_tiles(house, waiter):
    from menu.allergen_models import AllergenStatement
    from menu.models import Allergen

    nuts = Allergen.objects.get(restaurant=house.restaurant, code="nuts")
    AllergenStatement.objects.create(
        restaurant=house.restaurant, allergen=nuts, item=house.item, level="contains", checked_at="2026-01-01T00:00Z"
    )
    order = house.place()
    waiter.post(f"/floor/tables/{house.table.pk}/allergies/", {"seat": "1", "allergy": ["nuts"]})
    forget_menus()
    assert order
    assert "not for seat 1" in waiter.get(screen(house) + f"?category={house.category.pk}").content.decode()


def test_a_large_menu_has_a_small_page(house, waiter, django_assert_max_num_queries):
    for number in range(15):
        category = CategoryFactory(restaurant=house.restaurant, name=f"Large {number}")
        Item.objects.bulk_create(
            Item(restaurant=house.restaurant, category=category, name=f"Dish {number} {n} long name".ljust(60, "x"),
                 name_key=f"dish {number} {n}", price=Decimal("12.50"))
            for n in range(100)
        )  # fmt: skip
    forget_menus()
    waiter.get(screen(house))
    with django_assert_max_num_queries(24):
        page = waiter.get(screen(house) + f"?category={category.pk}")
    assert len(page.content) < 150_000


@pytest.mark.parametrize(("role", "status"), [("waiter", 200), ("manager", 200), ("host", 403), ("kitchen", 403)])
def test_who_may_open_it(house, role, status):
    assert house.browser(role).get(screen(house)).status_code == status


def test_a_table_of_another_house_is_not_found(house, other_house, waiter):
    assert waiter.get(f"/floor/tables/{other_house.table.pk}/order/").status_code == 404


# --- Send ------------------------------------------------------------------------------------------------------------
def send_url(house):
    return screen(house) + "send/"


def test_send_answers_with_the_order_and_the_check(house, waiter):
    answer = post(waiter, send_url(house), body(house, total="10.00")).json()
    order = Order.objects.get()
    named = {"id": order.pk, "number": order.number, "status": "placed", "stations": [house.station.name]}
    assert answer["order"] == named
    assert f'data-order="{order.pk}"' in answer["sent"]
    assert (answer["quote"]["has_sent"], answer["draft"]["lines"]) == (True, [])


def test_a_send_of_a_course_that_waits_names_no_station(house, waiter):
    answer = post(waiter, send_url(house), body(house, details={"courses": {"1": "hold"}})).json()
    assert answer["order"]["stations"] == []


def test_a_repeated_send_is_one_order_whatever_the_price_is_now(house, waiter):
    first = post(waiter, send_url(house), body(house, total="10.00")).json()
    Item.objects.filter(pk=house.item.pk).update(price=Decimal("12.00"))
    forget_menus()
    second = post(waiter, send_url(house), body(house, total="10.00")).json()
    assert first["order"]["id"] == second["order"]["id"]


def test_another_price_than_the_waiter_saw_is_refused(house, waiter):
    with nothing_changes():
        answer = post(waiter, send_url(house), body(house, total="9.00"))
    assert (answer.status_code, answer.json()["code"], answer.json()["total"]) == (409, "price_changed", "10.00")


def test_a_dish_that_went_off_meanwhile_is_refused_by_name(house, waiter):
    set_available(item_id=house.item.pk, available=False, actor=house.actor("manager"))
    with nothing_changes():
        answer = post(waiter, send_url(house), body(house))
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert house.item.name in answer.json()["problem"]


def test_a_chosen_course_waits_and_raises_no_alarm(house, waiter):
    from datetime import timedelta

    from django.utils import timezone

    from orders.services import raise_unseen_alarms

    post(waiter, send_url(house), body(house, details={"courses": {"1": "hold"}}))
    order = Order.objects.get()
    assert {line.status for line in order.lines.all()} == {"held"}
    assert order.tickets.count() == 0
    late = timezone.now() + timedelta(seconds=30)
    assert raise_unseen_alarms(now=late) == 0
    answer = waiter.post(
        f"{screen(house)}act/", {"do": "fire", "order": order.pk, "course": 1}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 204
    assert order.tickets.count() == 1


def test_a_refused_act_says_why(house, waiter):
    order = house.place()
    with nothing_changes():
        answer = waiter.post(
            f"{screen(house)}act/",
            {"do": "deliver", "order": order["id"]},
            headers={"Accept": "application/json"},
        )
    assert answer.status_code == 422
    assert answer.json()["problem"]


# --- the counter -----------------------------------------------------------------------------------------------------
def test_a_take_away_order_has_a_name_and_a_time(house, waiter):
    form = {
        "do": "send",
        "key": "k",
        f"quantity-{house.item.pk}": 1,
        "kind": "take_away",
        "name": "Ana",
        "pickup": "23:59",
    }
    answer = waiter.post("/floor/order/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/floor/counter/")
    order = Order.objects.get()
    assert (order.kind, order.name, order.table_id) == ("take_away", "Ana", None)
    assert order.pickup_at is not None
    assert "Ana" in waiter.get("/floor/counter/").content.decode()


def test_a_bad_pick_up_time_is_refused(house, waiter):
    with nothing_changes():
        answer = waiter.post("/floor/order/", form(house, pickup="late"))
    assert answer.status_code == 422
    assert "18:30" in answer.content.decode()


def test_a_ready_order_is_handed_over(house, waiter):
    post(waiter, "/floor/order/send/", body(house, details={"kind": "counter", "name": "Bob"}))
    order = Order.objects.get()
    page = waiter.get("/floor/counter/").content.decode()
    assert "hand-over" not in page
    for ticket in order.tickets.all():
        assert house.api("manager").post(f"/api/v1/tickets/{ticket.pk}/bump").status_code == 200
    page = waiter.get("/floor/counter/").content.decode()
    assert "Ready for pick-up" in page
    assert waiter.post(f"/floor/counter/{order.pk}/hand-over/").status_code == 302
    assert "Bob" not in waiter.get("/floor/counter/").content.decode()

"""Reading of one order and of lists (docs/contracts/lunchify.md)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import refused

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [order["id"] for order in response.json()["results"]]


# --- one --------------------------------------------------------------------------------------------------------
def test_its_etag_is_its_version(house):
    order = house.place()
    response = house.api().get(f"{PATH}/{order['id']}")
    assert (response.status_code, response["ETag"], response.json()) == (200, '"1"', order)


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"7", "1"', '"stale",W/"1"', "*"])
def test_who_has_it_already_gets_304(house, tag):
    order = house.place()
    response = house.api().get(f"{PATH}/{order['id']}", if_none_match=tag)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"1"')


@pytest.mark.parametrize("tag", ['"2"', 'W/"2"', '"stale"', '"1,x"', '""'])
def test_another_etag_gets_the_order(house, tag):
    order = house.place()
    response = house.api().get(f"{PATH}/{order['id']}", if_none_match=tag)
    assert (response.status_code, response.json()) == (200, order)


@pytest.mark.parametrize("path", ["/api/v1/orders/{id}", "/api/v1/menu", "/api/orders", "/api/v1/kitchen/load"])
@pytest.mark.parametrize("tag", ["1", '"1', '*, "1"', ""])
def test_a_malformed_if_none_match(house, path, tag):
    order = house.place()
    body = refused(house.api().get(path.format(**order), if_none_match=tag), 422, "validation_error")
    assert list(body["errors"]) == ["If-None-Match"]


@pytest.mark.parametrize("path", ["/api/v1/menu", "/api/orders", "/api/v1/kitchen/load"])
def test_every_answer_with_an_etag_is_304_for_it_and_for_any(house, path):
    tag = house.api().get(path)["ETag"]
    for known in (tag, tag.removeprefix("W/"), f'"stale", {tag}', "*"):
        answer = house.api().get(path, if_none_match=known)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert house.api().get(path, if_none_match='"stale"').status_code == 200


def test_a_change_gives_a_new_etag(house):
    order = house.place()
    house.done(house.api("waiter").post(f"{PATH}/{order['id']}/confirm"))
    response = house.api().get(f"{PATH}/{order['id']}", if_none_match='"1"')
    assert (response.status_code, response["ETag"], response.json()["version"]) == (200, '"2"', 2)


@pytest.mark.parametrize("pk", [999_999, 2**63 - 1, 2**63, 10**30])
def test_a_missing_one(house, pk):
    body = refused(house.api("owner").get(f"{PATH}/{pk}"), 404, "order_not_found")
    assert body["detail"] == "There is no such order."


def test_not_yours_reads_like_a_missing_one(house, other_house):
    foreign = other_house.place()
    for role in ("owner", "integration", "pad", "screen"):
        response = house.api(role).get(f"{PATH}/{foreign['id']}")
        assert response.content == house.api(role).get(f"{PATH}/999999").content
        refused(response, 404, "order_not_found")


def test_another_tables_order_is_not_this_pads(house):
    order = house.place(api=house.add_pad())
    refused(house.api().get(f"{PATH}/{order['id']}"), 404, "order_not_found")


def test_a_constant_number_of_queries(house, django_assert_num_queries):
    api = house.api("waiter")
    for lines in (1, 20):
        order = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * lines)
        with django_assert_num_queries(4):  # staff, membership, order with table, lines
            api.get(f"{PATH}/{order['id']}")


# --- lists --------------------------------------------------------------------------------------------------------
def test_the_list_comes_in_pages_newest_first(house):
    placed = [house.place()["id"] for _ in range(3)]
    body = house.api("waiter").get(PATH, {"limit": 2}).json()
    assert (body["count"], body["previous"]) == (3, None)
    assert [order["id"] for order in body["results"]] == placed[:0:-1]
    second = house.api("waiter").get(body["next"]).json()
    assert (second["count"], second["next"]) == (3, None)
    assert [order["id"] for order in second["results"]] == placed[:1]
    assert second["previous"]


def test_a_list_holds_what_the_read_shows(house):
    order = house.place()
    assert house.api("waiter").get(PATH).json() == {"count": 1, "next": None, "previous": None, "results": [order]}


@pytest.mark.parametrize(
    "query", [{"limit": "x"}, {"limit": "-1"}, {"limit": "0"}, {"offset": "x"}, {"limit": "9" * 40}]
)
def test_a_page_that_is_no_number_is_refused_by_name(house, query):
    house.place()
    answer = house.api("waiter").get(PATH, query)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(query)


def test_an_offset_beyond_the_end_is_an_empty_page(house):
    house.place()
    assert ids(house.api("waiter").get(PATH, {"offset": "5"})) == []


def test_by_status(house):
    made = {
        status: house.reach(status)["id"]
        for status in ("placed", "confirmed", "preparing", "ready", "delivered", "cancelled")
    }
    api = house.api("waiter")
    for status, pk in made.items():
        assert ids(api.get(PATH, {"status": status})) == [pk]
    assert ids(api.get(PATH, {"status": "ready, placed"})) == [made["ready"], made["placed"]]
    assert ids(api.get(PATH, {"status": "open"})) == [made[s] for s in ("ready", "preparing", "confirmed", "placed")]


@pytest.mark.parametrize("status", ["eaten", "placed,eaten", ",", "PLACED", "withdrawn"])
def test_an_unknown_status(house, status):
    body = refused(house.api("waiter").get(PATH, {"status": status}), 422, "validation_error")
    assert list(body["errors"]) == ["status"]


def test_by_table(house):
    other = house.add_table(name="Terrace 1")
    here, there = house.place("waiter"), house.place("waiter", table=other.pk)
    api = house.api("waiter")
    assert ids(api.get(PATH, {"table": house.table.pk})) == [here["id"]]
    assert ids(api.get(PATH, {"table": "terrace 1"})) == [there["id"]]
    for nobody in ("Nowhere", "999999", "9" * 40, "-1"):
        assert ids(api.get(PATH, {"table": nobody})) == []


def test_since(house):
    with time_machine.travel(NOON, tick=False):
        house.place()
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        second = house.place()
    api = house.api("integration")
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        assert ids(api.get(PATH, {"since": "2026-05-04T12:01:00+00:00"})) == [second["id"]]
        assert ids(api.get(PATH, {"since": "2026-05-04T14:01:00+02:00"})) == [second["id"]]
        assert ids(api.get(PATH, {"since": "2026-05-04T12:01:01Z"})) == []
        for wrong in ("soon", "0001-01-01T00:00:00+14:00"):
            body = refused(api.get(PATH, {"since": wrong}), 422, "validation_error")
            assert list(body["errors"]) == ["since"]


def test_filters_join(house):
    first, _second = house.place(), house.reach("confirmed")
    query = {"status": "placed", "table": house.table.pk, "since": "2020-01-01T00:00:00Z"}
    assert ids(house.api("waiter").get(PATH, query)) == [first["id"]]


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    api = house.api("waiter")
    house.place()
    with django_assert_num_queries(5):  # staff, membership, count, orders with tables, lines
        api.get(PATH)
    for _ in range(9):
        house.place()
    with django_assert_num_queries(5):
        assert len(ids(api.get(PATH))) == 10


# --- a member of staff's, a restaurant's -------------------------------------------------------------------------
def test_orders_that_a_member_of_staff_placed(house):
    house.place()
    mine = house.place("waiter")
    path = f"{PATH}/user/{house.staff('waiter').pk}/orders"
    assert ids(house.api("manager").get(path)) == [mine["id"]]
    assert ids(house.api("manager").get(path, {"status": "ready"})) == []
    assert ids(house.api("manager").get(f"{PATH}/user/{house.staff('manager').pk}/orders")) == []


def test_somebody_elses_staff_is_nobody(house, other_house):
    for pk in (other_house.staff("waiter").pk, 999_999, 2**63, 10**30):
        refused(house.api("owner").get(f"{PATH}/user/{pk}/orders"), 404, "user_not_found")


def test_a_guest_does_not_learn_who_works_here(house):
    for pk in (house.staff("waiter").pk, 999_999):
        refused(house.api().get(f"{PATH}/user/{pk}/orders"), 403, "permission_denied")


def test_staff_of_two_restaurants_show_only_this_ones_orders(house, other_house):
    staff = house.staff("waiter")
    MembershipFactory(restaurant=other_house.restaurant, staff=staff, role="waiter")
    here = house.place("waiter")
    path = f"{PATH}/user/{staff.pk}/orders"
    assert ids(house.api("owner").get(path)) == [here["id"]]
    assert ids(other_house.api("owner").get(path)) == []


@pytest.mark.parametrize("by", ["id", "uid"])
def test_orders_of_the_restaurant(house, by):
    order = house.place()
    wanted = house.restaurant.pk if by == "id" else house.restaurant.uid
    assert ids(house.api("waiter").get(f"{PATH}/restaurant/{wanted}/orders")) == [order["id"]]
    assert ids(house.api("waiter").get(f"{PATH}/restaurant/{wanted}/orders", {"status": "ready"})) == []


def test_another_restaurant_is_none(house, other_house):
    other_house.place()
    wrong = [other_house.restaurant.pk, other_house.restaurant.uid, 999_999, "x", "0", "-1", "9" * 40, "%00", "\u0661"]
    for wanted in wrong:
        response = house.api("owner").get(f"{PATH}/restaurant/{wanted}/orders")
        refused(response, 404, "restaurant_not_found")


def test_these_lists_take_no_orders(house):
    for path in (f"user/{house.staff('waiter').pk}", f"restaurant/{house.restaurant.pk}"):
        refused(house.api("waiter").post(f"{PATH}/{path}/orders", {}), 405, "method_not_allowed")


def test_a_session_reads_too(house):
    order = house.place()
    browser = house.browser("waiter")
    assert ids(browser.get(PATH)) == [order["id"]]


def test_a_session_writes_only_with_csrf(house):
    from django.test import Client

    order = house.place()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = house.browser("waiter").cookies
    refused(browser.post(f"{PATH}/{order['id']}/confirm"), 403, "permission_denied")
    assert house.status(order) == "placed"


def test_cookies_are_ignored_beside_an_authorization_header(house):
    order = house.place()
    browser = house.browser("waiter")
    refused(browser.get(f"{PATH}/{order['id']}", headers={"Authorization": "Device wrong"}), 401, "invalid_token")

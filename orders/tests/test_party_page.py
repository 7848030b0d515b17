"""The forms of the sheet that seat guests, move them, join and part tables, and move lines, with and without htmx."""

import pytest

from bistro.core.tests.http import nothing_changes
from tables.models import Occupancy, Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true"}
BOTH = pytest.mark.parametrize("htmx", [True, False])


@pytest.fixture
def host(house):
    return house.browser("host")


def sheet_of(table):
    return f"/floor/tables/{table.pk}/"


def post(browser, where, what, htmx, **fields):
    return browser.post(f"{sheet_of(where)}{what}/", fields, headers=HTMX if htmx else {})


def did(response, table, htmx):
    if htmx:
        assert response.status_code == 200, response.content
        assert f'data-table="{table.pk}"' in response.content.decode()
    else:
        assert (response.status_code, response["Location"]) == (302, sheet_of(table))


def held():
    return set(Occupancy.objects.open().values_list("table_id", flat=True))


def test_a_free_table_offers_one_tap_for_each_number(house, host):
    text = host.get(sheet_of(house.table)).content.decode()
    assert [f'name="size" value="{size}"' in text for size in (1, 12)] == [True, True]
    assert f"{sheet_of(house.table)}seat/" in text
    assert ">Seat<" in text
    text = house.browser("cashier").get(sheet_of(house.table)).content.decode()
    assert "/seat/" not in text


@BOTH
def test_guests_are_seated(house, host, htmx):
    did(post(host, house.table, "seat", htmx, size="3"), house.table, htmx)
    assert Party.objects.get().size == 3
    text = host.get(sheet_of(house.table)).content.decode()
    assert "/seat/" not in text
    assert "/covers/" in text


@BOTH
def test_a_refusal_stands_on_the_sheet_and_changes_nothing(house, host, htmx):
    with nothing_changes():
        response = post(house.browser("waiter"), house.table, "seat", htmx, other="9")
    assert response.status_code == 422
    assert "9 guests are too many" in response.content.decode()
    did(post(host, house.table, "seat", htmx, other="9", insist="on"), house.table, htmx)
    with nothing_changes():
        response = post(host, house.table, "seat", htmx, size="2")
    assert response.status_code == 409
    assert "Guests sit at" in response.content.decode()


@BOTH
def test_covers_change_and_a_colleague_takes_over(house, host, htmx):
    post(host, house.table, "seat", htmx, size="3")
    party = Party.objects.get().pk
    did(post(host, house.table, "covers", htmx, size="4", party=party), house.table, htmx)
    waiter = house.browser("waiter")
    offered = waiter.get(sheet_of(house.table)).content.decode()
    assert ('id="take-over">Serve this table<' in offered, ">Set<" in offered) == (True, True)
    did(post(waiter, house.table, "take-over", htmx, party=party), house.table, htmx)
    row = Party.objects.get()
    assert (row.size, row.server) == (4, house.staff("waiter"))
    assert "take-over" not in waiter.get(sheet_of(house.table)).content.decode()
    assert 'id="take-over">Take over<' in house.browser("manager").get(sheet_of(house.table)).content.decode()
    with nothing_changes():
        for wrong in ({"size": "x"}, {"size": ""}, {"size": "4", "party": ""}):
            assert post(host, house.table, "covers", htmx, **{"party": party, **wrong}).status_code == 422


@BOTH
def test_guests_move_join_and_part(house, host, htmx):
    two, three = house.add_table(name="Two"), house.add_table(name="Three")
    post(host, house.table, "seat", htmx, size="3")
    party = Party.objects.get().pk
    did(post(host, house.table, "join", htmx, party=party, table=two.pk), house.table, htmx)
    assert held() == {house.table.pk, two.pk}
    text = host.get(sheet_of(two)).content.decode()
    assert f"{sheet_of(two)}part/" in text
    assert "Separate <bdi hx-disable>Two</bdi>" in text
    assert f"with <bdi>{house.table.name}</bdi>" in text
    did(post(host, house.table, "part", htmx, party=party, table=house.table.pk), two, htmx)
    assert held() == {two.pk}
    did(post(host, two, "move", htmx, party=party, table=three.pk), three, htmx)
    assert held() == {three.pk}
    with nothing_changes():
        assert post(host, three, "part", htmx, party=party, table=three.pk).status_code == 422
        assert post(host, three, "move", htmx, party=party, table="").status_code == 422
        assert post(host, two, "move", htmx, party="", table=two.pk).status_code == 422


@BOTH
def test_a_table_taken_meanwhile_is_said(house, host, htmx):
    two = house.add_table(name="Two")
    post(host, house.table, "seat", htmx, size="3")
    party = Party.objects.get().pk
    house.place("waiter", table=two.pk)
    with nothing_changes():
        response = post(host, house.table, "move", htmx, party=party, table=two.pk)
    assert response.status_code == 409
    assert "Guests sit at Two already" in response.content.decode()


def test_a_move_on_the_page_of_a_table_leads_to_the_page_of_the_other(house, host):
    """The page's live connection is that of its address."""
    two = house.add_table(name="Two")
    post(host, house.table, "seat", True, size="3")
    fields = {"party": Party.objects.get().pk, "table": two.pk}
    page = {**HTMX, "HX-Current-URL": f"http://testserver{sheet_of(house.table)}"}
    answer = host.post(f"{sheet_of(house.table)}move/", fields, headers=page)
    assert answer["HX-Redirect"] == sheet_of(two)


def test_lines_move_from_a_page(house):
    waiter, two = house.browser("waiter"), house.add_table(name="Two")
    order = house.place("waiter", quantity=3)
    page, line = f"/floor/orders/{order['id']}/lines/", order["lines"][0]["id"]
    assert page in waiter.get(sheet_of(house.table)).content.decode()
    form = waiter.get(page).content.decode()
    assert (f'name="quantity-{line}" value="0"' in form, form.count('class="stepper__button"')) == (True, 2)
    wish = {f"quantity-{line}": "1", "table": two.pk, "version": order["version"]}
    for wrong in ({"table": ""}, {f"quantity-{line}": "0"}, {f"quantity-{line}": "x"}, {f"quantity-{line}": "4"}):
        with nothing_changes():
            assert waiter.post(page, {**wish, **wrong}).status_code == 422
    answer = waiter.post(page, wish)
    assert (answer.status_code, answer["Location"]) == (302, sheet_of(two))
    with nothing_changes():
        assert waiter.post(page, wish).status_code == 412
    assert house.browser("host").get(page).status_code == 200
    assert house.browser("host").post(page, {**wish, "version": "2"}).status_code == 403

"""The socket and the page of one table: live like the floor plan, and silent about every other table."""

import re

import pytest

from bistro.core.models import Event
from kitchen import services as kitchen_services
from kitchen.models import Ticket
from menu.models import Allergen
from orders import services as order_services
from orders.services.declaring import declare_allergies
from tables.models import Party
from tests.sockets import Socket, beside, refusal

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


def path_of(house):
    return f"/ws/floor/tables/{house.table.pk}/"


def state_in(html):
    return re.search(r'<section id="table-state"[^>]*data-state="(\w+)"', html)[1]


@pytest.fixture
def waiter(house):
    return house.api("waiter").headers["Authorization"]


async def test_the_page_of_a_table_follows_its_order_from_placed_to_cleared(house, waiter):
    async with Socket(path_of(house), waiter) as socket:
        await socket.hello()
        snapshot = await socket.hear("page")
        assert (snapshot["kind"], state_in(snapshot["html"])) == ("snapshot", "free")
        order = await beside(house.order)
        ticket = await beside(Ticket.objects.get, order_id=order.id)
        cook, who = await beside(house.actor, "kitchen"), await beside(house.actor, "waiter")
        heard = [await socket.hear("page")]
        await beside(kitchen_services.start_ticket, ticket_id=ticket.pk, actor=cook)
        heard.append(await socket.hear("page"))
        await beside(kitchen_services.bump_ticket, ticket_id=ticket.pk, actor=cook)
        heard.append(await socket.hear("page"))
        await beside(order_services.deliver_order, order_id=order.id, actor=who)
        heard.append(await socket.hear("page"))
        await beside(order_services.clear_table, table_id=house.table.pk, actor=who)
        heard.append(await socket.hear("page"))
    assert {message["kind"] for message in heard} == {"changes"}
    assert [state_in(message["html"]) for message in heard] == ["ordering", "waiting", "ready", "eating", "free"]


async def test_other_tables_and_restaurants_are_silent(house, other_house, waiter):
    neighbour = await beside(house.add_table)
    who = await beside(house.actor, "waiter")
    async with Socket(path_of(house), waiter) as socket:
        await socket.hello()
        await socket.hear("page")
        await beside(house.order, who, table_id=neighbour.pk)
        await beside(other_house.order)
        assert await socket.silent(0.3)
        await beside(house.order)
        assert state_in((await socket.hear("page"))["html"]) == "ordering"


async def test_a_page_that_comes_back_hears_what_it_missed(house, waiter):
    page = await beside(lambda: house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode())
    seq, epoch = (re.search(rf'data-{name}="(\w+)"', page)[1] for name in ("seq", "epoch"))
    await beside(house.order)
    async with Socket(path_of(house), waiter) as socket:
        await socket.hello(int(seq), epoch)
        missed = await socket.hear("page")
    assert (missed["kind"], state_in(missed["html"])) == ("changes", "ordering")


@pytest.mark.parametrize("role", ["owner", "manager", "waiter", "host", "cashier", "kitchen", "pad", "screen"])
async def test_who_may_watch_the_floor_may_watch_a_table(house, role):
    credential = await beside(lambda: house.api(role).headers["Authorization"])
    if role in ("kitchen", "pad", "screen"):
        assert await refusal(path_of(house), credential) == 4403
        return
    async with Socket(path_of(house), credential) as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"


async def test_a_table_that_is_not_theirs_is_not_watched(house, other_house, waiter):
    archived = await beside(house.add_table)
    await beside(type(archived).objects.filter(pk=archived.pk).update, archived_at="2026-01-01T00:00Z")
    for pk in (other_house.table.pk, archived.pk, 10**17):
        assert await refusal(f"/ws/floor/tables/{pk}/", waiter) == 4403


async def test_order_screens_hear_of_all_tables_of_a_party(house, waiter):
    host, two, three = await beside(lambda: (house.actor("host"), house.add_table(), house.add_table()))
    party = await beside(order_services.seat_party, table_id=house.table.pk, size=2, actor=host)
    async with Socket("/ws/floor/order/", waiter) as socket:
        await socket.hello()
        await socket.hear("page")
        act = {"party_id": party.pk, "actor": host}
        for service, fields, tables in (
            (order_services.join_table, {"table_id": two.pk}, {house.table.pk, two.pk}),
            (order_services.set_covers, {"size": 3}, {house.table.pk, two.pk}),
            (order_services.move_party, {"table_id": three.pk}, {house.table.pk, two.pk, three.pk}),
        ):
            await beside(service, **act, **fields)
            heard = re.search(r'data-tables="([^"]*)"', (await socket.hear("page"))["html"])[1]
            assert set(map(int, heard.split())) == tables, service


# --- the page --------------------------------------------------------------------------------------------------------
def test_the_page_has_the_state_of_the_connection_and_its_place(house):
    browser = house.browser("waiter")
    house.order()
    page = browser.get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert 'id="live"' in page
    assert "js/live.js" in page
    assert f'data-live-url="{path_of(house)}"' in page
    assert f'data-seq="{Event.objects.latest("seq").seq}"' in page
    assert state_in(page) == "ordering"
    assert "without JavaScript this page does not update: reload it" in page
    assert "http-equiv" not in page, "a reload would empty the order form"


def test_the_floors_dialog_has_no_second_connection(house):
    part = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/", headers=HTMX).content.decode()
    assert "data-live-url" not in part
    for name in ("sheet-party", "sheet-guests", "sheet-orders", "sheet-clear"):
        assert f'id="{name}"' in part, "the parts that a refresh replaces"


def test_without_a_socket_the_page_fetches_the_state(house, other_house):
    browser = house.browser("waiter")
    house.order()
    page = browser.get(f"/floor/tables/{house.table.pk}/").content.decode()
    poll = re.search(r'data-live-poll="([^"]*)"', page)[1]
    part = browser.get(poll, headers=HTMX).content.decode()
    assert part.strip().startswith('<section id="table-state"')
    assert state_in(part) == "ordering"
    assert browser.get(f"/floor/tables/{other_house.table.pk}/state/").status_code == 404
    assert house.browser("kitchen").get(poll).status_code == 403


async def test_a_declared_allergy_reaches_the_open_page(house, waiter):
    await beside(house.order)
    who = await beside(house.actor, "waiter")
    async with Socket(path_of(house), waiter) as socket:
        await socket.hello()
        await socket.hear("page")
        party = await beside(Party.objects.get)
        code = await beside(Allergen.objects.of_restaurant(house.restaurant.pk).values_list("code", flat=True).first)
        await beside(declare_allergies, party_id=party.pk, seat=None, allergies=[code], actor=who)
        assert (await socket.hear("page"))["kind"] == "changes"

"""A cook's actions on the wall besides start and bump: with and without htmx, and after a refusal."""

import re

import pytest
from django.test import Client

from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import nothing_changes
from kitchen.models import Screen, Ticket
from kitchen.services.stations import place_screen
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/kitchen/"}
BOTH = pytest.mark.parametrize("htmx", [True, False])


@pytest.fixture
def cook(house):
    return house.browser("kitchen")


def post(browser, path, *, htmx=True, **body):
    return browser.post(f"/kitchen/{path}", body, headers=HTMX if htmx else {})


def done(response):
    assert response.status_code in (200, 302), response.content
    return response.content.decode()


def the_ticket(house, **more):
    (ticket,) = house.tickets(house.place(**more))
    return ticket


# --- hold and fire ---------------------------------------------------------------------------------------------------
@BOTH
def test_hold_and_fire(house, cook, htmx):
    ticket = the_ticket(house)
    done(post(cook, f"tickets/{ticket['id']}/hold/", htmx=htmx))
    assert Ticket.objects.get(pk=ticket["id"]).held_at is not None
    assert "HELD" in done(cook.get("/kitchen/"))
    done(post(cook, f"tickets/{ticket['id']}/release/", htmx=htmx))
    assert Ticket.objects.get(pk=ticket["id"]).held_at is None


def test_a_begun_ticket_is_not_held(house, cook):
    ticket = the_ticket(house)
    done(post(cook, f"tickets/{ticket['id']}/start/"))
    with nothing_changes():
        response = post(cook, f"tickets/{ticket['id']}/hold/")
    assert response.status_code == 409
    assert "already being cooked" in response.content.decode()


@BOTH
def test_fire_the_next_course(house, cook, htmx):
    house.hold_courses()
    line = {"item": house.item.pk, "quantity": 1}
    order = house.place(lines=[{**line, "course": 1}, {**line, "course": 2}])
    (ticket,) = house.tickets(order)
    assert f"/kitchen/tickets/{ticket['id']}/fire/" in done(cook.get(f"/kitchen/tickets/{ticket['id']}/"))
    done(post(cook, f"tickets/{ticket['id']}/fire/", htmx=htmx))
    assert [each["fired_course"] for each in house.tickets(order)] == [None, 2]
    with nothing_changes():
        response = post(cook, f"tickets/{ticket['id']}/fire/", htmx=htmx)
    assert response.status_code == 422
    assert "has no waiting course" in response.content.decode()


# --- undo ------------------------------------------------------------------------------------------------------------
def test_the_bar_offers_the_way_back(house, cook):
    ticket = the_ticket(house)
    text = done(post(cook, f"tickets/{ticket['id']}/bump/"))
    undo = f"/kitchen/tickets/{ticket['id']}/undo/"
    assert f'hx-post="{undo}"' in text
    assert f"{house.table.name} #1 is done." in text
    text = done(cook.post(undo, headers=HTMX))
    assert Ticket.objects.get(pk=ticket["id"]).status == "queued"
    assert '<div id="undo" role="status" hx-swap-oob="true"></div>' in text


@pytest.mark.parametrize("last", [True, False])
def test_undo_a_line(house, cook, last):
    """The last line bumps the ticket; its undo opens the ticket again, and the other lines stay done."""
    ticket = the_ticket(house, lines=[{"item": house.item.pk, "quantity": 1}] * 2)
    first, second = ticket["lines"]
    if last:
        done(post(cook, f"lines/{second['id']}/bump/"))
    text = done(post(cook, f"lines/{first['id']}/bump/"))
    undo = f"/kitchen/lines/{first['id']}/undo/"
    assert undo in text
    done(cook.post(undo, headers=HTMX))
    found = Ticket.objects.get(pk=ticket["id"])
    assert found.status == ("started" if last else "queued")
    assert [line.status for line in found.lines.all()] == ["queued", "done" if last else "queued"]


def test_a_refused_bump_offers_no_way_back(house, cook):
    ticket = the_ticket(house)
    done(post(cook, f"tickets/{ticket['id']}/bump/"))
    response = post(cook, f"tickets/{ticket['id']}/bump/")
    assert response.status_code == 409
    assert 'id="undo"' not in response.content.decode()


# --- push ------------------------------------------------------------------------------------------------------------
@BOTH
def test_push_a_ticket_and_a_line(house, cook, htmx):
    bar = StationFactory(restaurant=house.restaurant, name="Bar")
    ticket = the_ticket(house, lines=[{"item": house.item.pk, "quantity": 1}] * 2)
    line = ticket["lines"][0]["id"]
    page = done(cook.get(f"/kitchen/tickets/{ticket['id']}/?line={line}"))
    assert f"/kitchen/lines/{line}/push/{bar.pk}/" in page
    done(post(cook, f"lines/{line}/push/{bar.pk}/", htmx=htmx))
    assert Ticket.objects.get(station=bar).lines.count() == 1
    done(post(cook, f"tickets/{ticket['id']}/push/{bar.pk}/", htmx=htmx))
    assert Ticket.objects.get(station=bar).lines.count() == 2


def test_push_to_nowhere(house, cook, other_house):
    ticket = the_ticket(house)
    for station in (other_house.station.pk, house.station.pk, 999_999):
        with nothing_changes():
            assert post(cook, f"tickets/{ticket['id']}/push/{station}/").status_code == 422


# --- changes ---------------------------------------------------------------------------------------------------------
@BOTH
def test_a_change_is_read_before_it_is_done(house, cook, htmx):
    order = house.place()
    ticket = house.tickets(order)[0]
    Ticket.objects.filter(pk=ticket["id"]).update(seen_at="2026-01-01T12:00Z")
    line = {"item": house.item.pk, "quantity": 1}
    house.done(house.api("waiter").put(f"/api/v1/orders/{order['id']}", {"lines": [line, line]}))
    text = done(cook.get("/kitchen/"))
    assert "ADDED" in text
    assert "data-alert" in text
    with nothing_changes():
        refused = post(cook, f"tickets/{ticket['id']}/bump/", htmx=htmx)
    assert refused.status_code == 409
    done(post(cook, f"tickets/{ticket['id']}/read/", htmx=htmx))
    assert "data-alert" not in done(cook.get("/kitchen/"))


def test_a_cancelled_ticket_stands_until_it_is_read(house, cook):
    order = house.place()
    ticket = house.tickets(order)[0]
    Ticket.objects.filter(pk=ticket["id"]).update(seen_at="2026-01-01T12:00Z")
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"}))
    assert "<strong>CANCELLED</strong>" in done(cook.get("/kitchen/"))
    text = done(post(cook, f"tickets/{ticket['id']}/read/"))
    assert f'<li id="ticket-{order["id"]}-0" hx-swap-oob="delete">' in text


# --- recall ----------------------------------------------------------------------------------------------------------
def test_the_recall_list_says_who_and_where(house, cook, other_house):
    other_house.reach("ready")
    delivered = house.reach("delivered")
    ticket = the_ticket(house)
    done(post(cook, f"tickets/{ticket['id']}/bump/"))
    text = done(cook.get("/kitchen/recalls/"))
    assert "2 done in this shift" in text
    assert f"by {house.staff('kitchen').name} on the board of all stations" in text
    assert f"/kitchen/tickets/{ticket['id']}/recall/" in text
    over = house.tickets(delivered)[0]
    assert f"/kitchen/tickets/{over['id']}/recall/" not in text
    assert "data-over" in text
    assert re.search(r'data-number="1" data-choose', text)


def test_recall_with_a_new_clock(house, cook):
    ticket = the_ticket(house)
    done(post(cook, f"tickets/{ticket['id']}/bump/"))
    done(post(cook, f"tickets/{ticket['id']}/recall/"))
    assert Ticket.objects.get(pk=ticket["id"]).aged_from is None
    done(post(cook, f"tickets/{ticket['id']}/bump/"))
    done(post(cook, f"tickets/{ticket['id']}/recall/", restart="yes"))
    found = Ticket.objects.get(pk=ticket["id"])
    assert found.aged_from is not None
    assert f"RECALLED {found.recalled_at.astimezone(house.restaurant.tz):%H:%M} (2×)" in done(cook.get("/kitchen/"))


def test_the_recall_list_has_pages_and_costs_the_same(house, cook, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("kitchen.wall.recalls.ON_A_PAGE", 2)
    for _ in range(2):
        house.reach("ready")
    cook.get("/kitchen/recalls/")
    with django_assert_num_queries(12):
        assert "?page=2" not in done(cook.get("/kitchen/recalls/"))
    for _ in range(3):
        house.reach("ready")
    with django_assert_num_queries(12):
        assert "?page=2" in done(cook.get("/kitchen/recalls/"))
    assert '<span class="recalls__number">5</span>' in done(cook.get("/kitchen/recalls/?page=9"))
    assert cook.get("/kitchen/recalls/?page=x&station=1" + "0" * 30).status_code == 200
    assert cook.get("/kitchen/recalls/?station=999999").status_code == 404


def test_the_dialog_is_a_part_and_a_page(house, cook):
    ticket = the_ticket(house)
    path = f"/kitchen/tickets/{ticket['id']}/"
    assert "<html" in done(cook.get(path))
    part = done(cook.get(path, headers=HTMX))
    assert "<html" not in part
    assert 'name="csrfmiddlewaretoken"' in part
    for act in ("start", "hold", "bump"):
        assert f"{path}{act}/" in part


def test_an_act_from_the_tickets_own_page_goes_to_the_wall(house, cook):
    """The address ends in a ticket's number, which is not a station's."""
    ticket = the_ticket(house)
    page = {"Referer": f"http://testserver/kitchen/tickets/{ticket['id']}/"}
    response = cook.post(f"/kitchen/tickets/{ticket['id']}/start/", headers=page)
    assert (response.status_code, response["Location"]) == (302, "/kitchen/")


@pytest.mark.parametrize("role", ["waiter", "host", "cashier"])
def test_who_may_not(house, role):
    ticket = the_ticket(house)
    browser, line = house.browser(role), ticket["lines"][0]["id"]
    for act in ("undo", "hold", "release", "read", f"push/{house.station.pk}"):
        with nothing_changes():
            assert browser.post(f"/kitchen/tickets/{ticket['id']}/{act}/").status_code == 403
    for act in ("undo", "plate", f"push/{house.station.pk}"):
        with nothing_changes():
            assert browser.post(f"/kitchen/lines/{line}/{act}/").status_code == 403
    assert browser.get("/kitchen/recalls/").status_code == (200 if role == "waiter" else 403)


# --- display settings ------------------------------------------------------------------------------------------------
@pytest.fixture
def screen(house):
    return DeviceFactory(restaurant=house.restaurant, kind="kitchen")


def wall(device):
    browser = Client()
    browser.cookies["bistro_device"] = token_of(device)
    return browser


LOOK = {"density": "dense", "text_percent": "130", "light": "yes", "layout": "columns"}


def test_a_wall_screen_keeps_its_look(house, screen):
    browser = wall(screen)
    text = " ".join(done(browser.get("/kitchen/")).split())
    assert 'data-theme="dark" data-density="normal" data-text="100" data-layout="station"' in text
    assert browser.post("/kitchen/screen/", LOOK).status_code == 204
    text = " ".join(done(browser.get("/kitchen/")).split())
    assert 'data-theme="light" data-density="dense" data-text="130" data-layout="columns"' in text
    assert 'data-save-url="/kitchen/screen/"' in text


def test_a_look_keeps_the_stations(house, screen):
    place_screen(device_id=screen.pk, station_ids=[house.station.pk], actor=house.actor("manager"))
    version = type(screen).objects.get(pk=screen.pk).version
    browser = wall(screen)
    assert browser.post("/kitchen/screen/", LOOK).status_code == 204
    assert f'data-stations="{house.station.pk}"' in done(browser.get(f"/kitchen/{house.station.pk}/"))
    assert type(screen).objects.get(pk=screen.pk).version == version, "its socket would end"


@pytest.mark.parametrize(
    "wrong", [{"density": "thick"}, {"text_percent": "20"}, {"text_percent": "x"}, {"layout": ""}, {"density": ""}]
)
def test_a_look_that_does_not_exist(house, screen, wrong):
    with nothing_changes():
        assert wall(screen).post("/kitchen/screen/", {**LOOK, **wrong}).status_code == 422


def test_a_persons_browser_keeps_it_by_itself(house, cook):
    assert "data-save-url" not in done(cook.get("/kitchen/"))
    with nothing_changes():
        assert cook.post("/kitchen/screen/", LOOK).status_code == 404
    assert Screen.objects.count() == 0

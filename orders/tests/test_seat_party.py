"""Seating of a party, its covers and its server (docs/contracts/floor.md, ADR 0041)."""

import pytest
from django.db import IntegrityError, transaction

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.services import take_over
from tables.models import Occupancy, Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PARTIES = "/api/v1/parties"


def seat(house, role="host", **body):
    return house.api(role).post(PARTIES, {"table": house.table.pk, "size": 2, **body})


def held(party):
    return list(Occupancy.objects.open().filter(party=party).values_list("table_id", flat=True))


@pytest.mark.parametrize(("role", "serves"), [("host", False), ("waiter", True), ("manager", True)])
def test_a_party_is_seated_with_covers(house, role, serves):
    answer = seat(house, role, size=3)
    assert answer.status_code == 201, answer.content
    party = Party.objects.get()
    assert answer.json() == {
        "id": party.pk,
        "uid": str(party.uid),
        "table": house.table.pk,
        "table_name": house.table.name,
        "tables": [house.table.pk],
        "size": 3,
        "server": house.staff(role).pk if serves else None,
        "status": "seated",
        "seated_at": party.seated_at.isoformat(),
        "allergies": [],
        "seats": [],
        "version": 0,
    }
    assert (answer["ETag"], answer["Location"]) == ('"0"', f"{PARTIES}/{party.pk}")
    stay = Occupancy.objects.get()
    assert (stay.table, stay.party, stay.since, stay.until) == (house.table, party, party.seated_at, None)
    event = Event.objects.get()
    assert (event.type, event.action, event.subject) == ("guest_created", "seated", f"party:{party.pk}")
    assert event.table_id == house.table.pk


def test_a_repeated_request_is_one_party(house):
    """The key stands before every other check: the table is taken by the very party."""
    host, other = house.api("host"), house.add_table()
    wish = {"table": house.table.pk, "size": 2}
    first = host.post(PARTIES, wish, key="one")
    assert (first.status_code, "Idempotent-Replayed" in first) == (201, False)
    with nothing_changes():
        again = host.post(PARTIES, {"size": 2, "table": house.table.pk}, key="one")
        assert (again.status_code, again["Idempotent-Replayed"], again.json()) == (200, "true", first.json())
        for body in ({**wish, "size": 3}, {**wish, "table": other.pk}):
            refused(host.post(PARTIES, body, key="one"), 422, "idempotency_key_reused")
        refused(host.post(PARTIES, wish, key="é"), 422, "validation_error")
        refused(host.post(PARTIES, wish, key="two"), 409, "table_taken")
    house.done(house.api("waiter").post(PARTIES, {**wish, "table": other.pk}, key="one"))
    assert Party.objects.count() == 2, "a key belongs to its credential; a refused request does not use one"


def test_a_host_names_the_server(house):
    waiter = house.staff("waiter")
    assert house.done(seat(house, server=waiter.pk))["server"] == waiter.pk


def test_orders_of_the_table_belong_to_the_seated_party(house):
    party = house.done(seat(house, size=None))
    assert house.place()["party"] == party["id"]
    assert Party.objects.count() == 1


def test_a_taken_table_is_refused_with_its_party(house):
    party = house.done(seat(house))
    with nothing_changes():
        told = refused(seat(house), 409, "table_taken")
    assert (told["table"], told["party"]) == (house.table.pk, party["id"])
    assert told["errors"] == {"table": ["Taken."]}


@pytest.mark.parametrize("role", ["waiter", "host"])
def test_more_guests_than_seats_are_refused(house, role):
    with nothing_changes():
        told = refused(seat(house, role, size=5), 422, "party_too_large")
    assert told["seats"] == 4


def test_a_host_may_insist_and_a_waiter_may_not(house):
    with nothing_changes():
        refused(seat(house, "waiter", size=5, insist=True), 403, "permission_denied")
    assert house.done(seat(house, "host", size=5, insist=True))["size"] == 5


def test_a_table_out_of_service_is_refused(house):
    house.table.out_of_service = True
    house.table.save()
    with nothing_changes():
        refused(seat(house), 422, "table_out_of_service")


@pytest.mark.parametrize("server", [1, 999_999])
def test_an_unknown_server_is_refused(house, other_house, server):
    with nothing_changes():
        refused(seat(house, server=other_house.staff("waiter").pk if server == 1 else server), 422, "unknown_server")


@pytest.mark.parametrize("size", [0, 501, -1, "4", 1.5])
def test_an_impossible_number_of_guests_is_refused(house, size):
    with nothing_changes():
        assert "size" in refused(seat(house, size=size), 422, "validation_error")["errors"]


def test_other_tables_and_archived_ones_do_not_exist(house, other_house):
    for table in (other_house.table.pk, 999_999):
        with nothing_changes():
            refused(seat(house, table=table), 404, "table_not_found")


@pytest.mark.parametrize("role", ["kitchen", "cashier", "pad", "integration", "screen"])
def test_others_seat_nobody(house, role):
    with nothing_changes():
        refused(seat(house, role), 403, "permission_denied")


# --- covers and server -----------------------------------------------------------------------------------------------
def test_covers_change_with_the_version(house):
    party = house.done(seat(house))
    path, host = f"{PARTIES}/{party['id']}", house.api("host")
    answer = host.patch(path, {"size": 4}, if_match='"0"')
    assert (house.done(answer)["size"], answer["ETag"]) == (4, '"1"')
    with nothing_changes():
        told = refused(host.patch(path, {"size": 3}, if_match='"0"'), 412, "precondition_failed")
        assert told["current_version"] == 1
        assert house.done(host.patch(path, {"size": 4}))["version"] == 1
        refused(host.patch(path, {"size": 5}), 422, "party_too_large")
    event = Event.objects.last()
    assert (event.type, event.action, event.table_id) == ("guest_updated", "changed", house.table.pk)


def test_a_party_can_be_read_and_is_cached_by_its_version(house):
    party = house.done(seat(house))
    answer = house.api("waiter").get(f"{PARTIES}/{party['id']}")
    assert house.done(answer) == party
    assert house.api("waiter").get(f"{PARTIES}/{party['id']}", if_none_match=answer["ETag"]).status_code == 304


def test_a_waiter_takes_guests_over(house):
    party = house.done(seat(house))
    assert take_over(party_id=party["id"], actor=waiter_of(house)).server == house.staff("waiter")
    path = f"{PARTIES}/{party['id']}"
    assert house.done(house.api("host").patch(path, {"server": house.staff("manager").pk}))["server"] != party["server"]
    assert house.done(house.api("host").patch(path, {"server": None}))["server"] is None
    with nothing_changes(), pytest.raises(Exception, match="Only waiters"):
        take_over(party_id=party["id"], actor=staff_of(house, "host"))


def staff_of(house, role):
    from bistro.core.auth.access import staff_actor

    return staff_actor(house.staff(role), house.restaurant.pk)


def waiter_of(house):
    return staff_of(house, "waiter")


def test_the_waiter_of_the_first_order_becomes_the_server(house):
    order = house.place("waiter")
    assert Party.objects.get().server == house.staff("waiter")
    assert Event.objects.filter(action="changed").count() == 0
    house.place("manager")
    assert Party.objects.get(pk=order["party"]).server == house.staff("waiter")


def test_a_waiter_who_orders_for_a_pads_guests_serves_them(house):
    house.place()
    assert Party.objects.get().server is None
    house.place("waiter")
    party = Party.objects.get()
    assert (party.server, party.version) == (house.staff("waiter"), 1)
    assert Event.objects.filter(type="guest_updated", action="changed").count() == 1


def test_guests_who_left_stay_as_they_were(house):
    party = house.done(seat(house))
    house.done(house.api("host").post(f"/api/v1/tables/{house.table.pk}/clear"))
    with nothing_changes():
        refused(house.api("host").patch(f"{PARTIES}/{party['id']}", {"size": 3}), 422, "party_left")


# --- the constraint --------------------------------------------------------------------------------------------------
def test_the_database_refuses_a_second_party_at_a_table(house):
    house.done(seat(house))
    other = Party.objects.create(restaurant=house.restaurant, table=house.table)
    stay = Occupancy.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.create(restaurant=house.restaurant, table=house.table, party=other, since=stay.since)
    Occupancy.objects.update(until=stay.since)
    Occupancy.objects.create(restaurant=house.restaurant, table=house.table, party=other, since=stay.since)

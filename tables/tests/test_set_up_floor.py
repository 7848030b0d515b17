"""Services that set up the floor: sections, tables, pads."""

import pytest

from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.models import Device, Event
from bistro.core.tests.factories import DeviceFactory
from bistro.core.tests.http import Api, nothing_changes
from tables.models import Pad, Section, Table
from tables.services import add_pads, create_section, place_pad

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def manager(house):
    return house.actor("manager")


def add_table(name, section_id, actor, **place):
    add_pads(tables=[{"name": name, **place}], section_id=section_id, actor=actor)
    return Table.objects.latest("pk")


def test_a_section_and_a_table_in_it(house, manager):
    section = create_section(name=" Terrace ", actor=manager, position=2)
    table = add_table(" T 7 ", section.pk, manager, seats=6, shape="round", x=10, y=20, rotation=45)
    assert (section.name, section.position, section.restaurant_id) == ("Terrace", 2, house.restaurant.pk)
    assert (table.name, table.seats, table.shape, table.x, table.y, table.rotation) == ("T 7", 6, "round", 10, 20, 45)
    assert table.restaurant_id == house.restaurant.pk
    event = Event.objects.get(type="table_updated")
    assert (event.action, event.subject, event.table_id) == ("added", f"table:{table.pk}", table.pk)


@pytest.mark.parametrize("name", ["t 7", "  T   7", "\uff34 7".replace("\uff34", "T")])
def test_names_are_taken_to_a_persons_eye(house, manager, name):
    add_table("T 7", house.table.section_id, manager)
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        add_table(name, house.table.section_id, manager)
    assert list(caught.value.fields) == ["name"]


def test_an_archived_tables_name_is_free(house, manager):
    Table.objects.filter(pk=house.table.pk).update(archived_at="2026-05-04T00:00:00Z")
    table = add_table(house.table.name, house.table.section_id, manager)
    assert list(Table.objects.not_archived().filter(name=house.table.name)) == [table]


def test_another_restaurant_may_use_the_name(house, other_house):
    table = add_table(house.table.name, other_house.table.section_id, other_house.actor("owner"))
    assert (table.name, table.restaurant_id) == (house.table.name, other_house.restaurant.pk)


def test_a_sections_name_is_taken(house, manager):
    create_section(name="Bar", actor=manager)
    with nothing_changes(), pytest.raises(InvalidInput):
        create_section(name=" Bar", actor=manager)
    assert Section.objects.filter(name="Bar").count() == 1


def test_sections_of_others_are_none(house, other_house, manager):
    for pk in (other_house.table.section_id, 999_999):
        with nothing_changes(), pytest.raises(NotYours):
            add_table("New", pk, manager)


# --- pads -----------------------------------------------------------------------------------------------------------
def test_a_pad_stands_on_a_table_and_may_move(house, manager):
    other = house.add_table()
    for table in (house.table, other):
        place_pad(device_id=house.pad.device_id, table_id=table.pk, actor=manager)
        assert Pad.objects.get().table_id == table.pk
    device = Device.objects.get(pk=house.pad.device_id)
    assert device.version == 2  # its sockets look at the new table
    assert Event.objects.filter(type="device_updated", action="placed").count() == 2
    assert house.api().get("/api/v1/pad").json()["table"]["id"] == other.pk


@pytest.mark.parametrize("wrong", ["screen", "missing device", "foreign device", "foreign table", "archived table"])
def test_what_cannot_stand_there(house, other_house, manager, wrong):
    screen = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    archived = house.add_table(archived_at="2026-05-04T00:00:00Z")
    devices = {"screen": screen.pk, "missing device": 999_999, "foreign device": other_house.pad.device_id}
    tables = {"foreign table": other_house.table.pk, "archived table": archived.pk}
    with nothing_changes(), pytest.raises(InvalidInput if wrong == "screen" else NotYours):
        place_pad(
            device_id=devices.get(wrong, house.pad.device_id),
            table_id=tables.get(wrong, house.table.pk),
            actor=manager,
        )


def test_many_tables_with_their_pads_at_once(house, manager):
    made = add_pads(
        tables=[{"name": f"P {n}", "seats": 2} for n in range(3)], section_id=house.table.section_id, actor=manager
    )
    assert [name for name, _token in made] == ["P 0", "P 1", "P 2"]
    for name, token in made:
        order = Api(f"Device {token}").post(
            "/api/v1/orders", {"lines": [{"item": house.item.pk, "quantity": 1}]}, key="k"
        )
        assert order.json()["table_name"] == name


def test_all_of_them_or_none(house, manager):
    with nothing_changes(), pytest.raises(InvalidInput):
        add_pads(tables=[{"name": "P 1"}, {"name": house.table.name}], section_id=house.table.section_id, actor=manager)


@pytest.mark.parametrize("role", ["waiter", "host", "kitchen", "cashier", "pad", "screen", "integration"])
def test_only_managers(house, role):
    actor = house.actor(role)
    acts = [
        lambda: create_section(name="New", actor=actor),
        lambda: place_pad(device_id=house.pad.device_id, table_id=house.table.pk, actor=actor),
        lambda: add_pads(tables=[{"name": "New"}], section_id=house.table.section_id, actor=actor),
    ]
    for act in acts:
        with nothing_changes(), pytest.raises(NotPermitted):
            act()


@pytest.mark.parametrize("fields", [{"seats": 0}, {"shape": "star"}])
def test_the_database_refuses_nonsense(house, fields):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Table.objects.filter(pk=house.table.pk).update(**fields)

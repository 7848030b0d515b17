"""The plan of the room is read and saved as a whole, by version, and says why it refuses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from tables import setup_steps
from tables.models import Floor, Section, Table
from tables.tests import plans
from tables.tests.factories import TableFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_a_plan_is_saved_as_a_whole(house):
    plan = plans.read(house)
    body = plans.body_of(plan)
    table, terrace = body["tables"][0], plans.new_floor(fixtures=[plans.new_fixture(text="Bar", kind="block")])
    body["floors"].append(terrace)
    table.update(x=300, y=200, width=120, height=60, rotation=-45, seats=6, shape="round", section="Garden")
    body["tables"].append(plans.new_table(table, name="Table 99", floor=terrace["id"], x=10, y=20, rotation=0))

    answer = plans.save(house, body, plan["version"])

    assert answer.status_code == 200, answer.content
    saved = answer.json()
    assert saved == plans.read(house)
    assert answer["ETag"] == f'"{saved["version"]}"' != f'"{plan["version"]}"'
    assert saved["floors"] == body["floors"]
    assert saved["tables"] == [{**table, "rotation": 315}, body["tables"][1]]
    assert "Garden" in saved["sections"]
    row = Table.objects.get(name="Table 99")
    assert (row.floor.name, row.x, row.y, row.section.name) == ("Terrace", 10, 20, "Garden")
    assert row.position > house.table.position or house.table.position == 0
    happened = Event.objects.of_restaurant(house.restaurant.pk).order_by("seq").values_list("action", flat=True)
    assert list(happened)[-3:] == ["changed", "added", "plan_changed"]
    assert house.table.history.first().x == 300


def test_the_second_of_two_editors_is_refused_and_nothing_changes(house):
    plan = plans.read(house)
    first, second = plans.body_of(plan), plans.body_of(plan)
    first["tables"][0]["x"], second["tables"][0]["y"] = 250, 350
    assert plans.save(house, first, plan["version"]).status_code == 200
    with nothing_changes():
        answer = plans.save(house, second, plan["version"])
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


def test_a_change_by_another_way_makes_an_editor_stale_too(house):
    plan = plans.read(house)
    Table.objects.filter(pk=house.table.pk).update(seats=9)
    assert plans.save(house, plans.body_of(plan), plan["version"]).status_code == 412


def test_saving_the_same_plan_again_changes_nothing(house):
    plan = plans.read(house)
    with nothing_changes():
        answer = plans.save(house, plans.body_of(plan), plan["version"])
    assert (answer.status_code, answer.json()) == (200, plan)


def test_a_table_with_guests_or_a_pad_cannot_be_removed(house):
    seated, free = house.add_table(name="Table 8"), house.add_table(name="Table 9")
    house.order(house.actor("waiter"), table_id=seated.pk)
    plan = plans.read(house)
    with nothing_changes():
        answer = plans.save(house, {**plans.body_of(plan), "tables": []}, plan["version"])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "table_in_use")
    assert "Table 8: guests are seated." in problem["detail"]
    assert f"{house.table.name}: a pad is placed there." in problem["detail"]
    assert "Table 9" not in problem["detail"]

    body = plans.body_of(plan)
    body["tables"] = [each for each in body["tables"] if each["name"] != "Table 9"]
    assert plans.save(house, body, plan["version"]).status_code == 200
    free.refresh_from_db()
    assert free.archived_at is not None


def test_a_use_by_a_higher_app_keeps_a_table_too(house, settings, monkeypatch):
    table = house.add_table(name="Table 8")
    monkeypatch.setattr(setup_steps, "hook", lambda _path: lambda ids, _house: dict.fromkeys(ids, "it is booked."))
    settings.TABLE_USES = ["bookings"]
    body = plans.body_of(plans.read(house))
    body["tables"] = [each for each in body["tables"] if each["id"] != str(table.uid)]
    with nothing_changes():
        answer = plans.save(house, body)
    assert answer.json()["detail"] == "Table 8: it is booked."


def test_a_removed_table_comes_back_with_its_history(house):
    table = house.add_table(name="Table 8")
    whole = plans.body_of(plans.read(house))
    without = {**whole, "tables": [each for each in whole["tables"] if each["name"] != "Table 8"]}
    assert plans.save(house, without).status_code == 200
    assert plans.save(house, whole).status_code == 200
    table.refresh_from_db()
    assert table.archived_at is None
    assert Table.objects.filter(name="Table 8").count() == 1


def test_tables_and_floors_can_swap_their_names(house):
    house.add_table(name="Table 8")
    body = plans.body_of(plans.read(house))
    body["floors"].append(plans.new_floor(name="Terrace"))
    assert plans.save(house, body).status_code == 200
    for kind in ("floors", "tables"):
        first, second = body[kind]
        first["name"], second["name"] = second["name"], first["name"]
    answer = plans.save(house, body)
    assert answer.status_code == 200, answer.content
    assert [each["name"] for each in answer.json()["tables"]] == ["Table 8", house.table.name]


def test_a_floor_leaves_and_its_tables_lie_in_the_tray(house):
    body = plans.body_of(plans.read(house))
    terrace = plans.new_floor()
    body["floors"].append(terrace)
    body["tables"][0]["floor"] = terrace["id"]
    assert plans.save(house, body).status_code == 200
    body["floors"].pop()
    body["tables"][0]["floor"] = None
    answer = plans.save(house, body)
    assert answer.status_code == 200, answer.content
    assert Floor.objects.filter(name="Terrace").count() == 0
    house.table.refresh_from_db()
    assert house.table.floor is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"x": 960}, "tables.0.x"),
        ({"floor": "01980b5e-0c4e-7c3a-9d67-3f2f7a1f9999"}, "tables.0.floor"),
        ({"name": "table 8"}, "tables.1.name"),
        ({"seats": 0}, "tables.0.seats"),
        ({"price": 1}, "tables.0.price"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_field(house, change, field):
    house.add_table(name="Table 8")
    body = plans.body_of(plans.read(house))
    body["tables"][0] |= change
    with nothing_changes():
        answer = plans.save(house, body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_a_row_of_another_restaurant_is_not_taken(house, other_house):
    body = plans.body_of(plans.read(house))
    theirs = plans.body_of(plans.read(other_house))
    for taken in ({"tables": [*body["tables"], {**theirs["tables"][0], "name": "T", "floor": None}]},
                  {"floors": [*body["floors"], {**theirs["floors"][0], "name": "T"}]}):  # fmt: skip
        with nothing_changes():
            answer = plans.save(house, {**body, **taken})
        assert (answer.status_code, answer.json()["code"]) == (422, "id_taken")


def test_only_managers_save(house):
    body = plans.body_of(plans.read(house))
    body["tables"][0]["x"] = 500
    with nothing_changes():
        assert plans.save(house, body, role="waiter").status_code == 403
    assert house.browser("waiter").get("/floor/edit/").status_code == 403


def test_saving_costs_the_same_for_four_floors_of_thirty_tables(house):
    def cost(plan, step):
        body = plans.body_of(plan)
        for table in body["tables"]:
            table["x"] += step
        with CaptureQueriesContext(connection) as queries:
            assert plans.save(house, body, plan["version"]).status_code == 200
        return len(queries)

    few = cost(plans.read(house), 1)
    body = plans.body_of(plans.read(house))
    body["floors"] += [plans.new_floor(name=f"Floor {number}", width=1000) for number in range(3)]
    assert plans.save(house, body).status_code == 200
    floors = list(Floor.objects.of_restaurant(house.restaurant.pk))
    section = Section.objects.of_restaurant(house.restaurant.pk).first()
    for floor in floors:
        TableFactory.create_batch(30, section=section, floor=floor)
    assert cost(plans.read(house), 1) == few <= 40

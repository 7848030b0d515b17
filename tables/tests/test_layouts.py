"""Layouts place the same tables elsewhere: prepared beside the service, used with one press."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from tables.models import Layout, Table
from tables.tests import plans

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def add(house, name):
    answer = house.browser("manager").post("/floor/edit/layouts/", {"name": name})
    assert answer.status_code == 302, answer.content
    return Layout.objects.get(name=name)


def act(house, layout, what):
    return house.browser("manager").post(f"/floor/edit/layouts/{layout.pk}/{what}/")


def place(house):
    table = Table.objects.get(pk=house.table.pk)
    return (table.x, table.y, table.floor_id)


def test_a_layout_is_prepared_without_moving_a_table_and_then_used(house):
    summer = add(house, "Summer")
    before = place(house)
    plan = plans.read(house, summer.uid)
    body = plans.body_of(plan)
    body["tables"][0].update(x=500, y=400, seats=8)

    assert plans.save(house, body, plan["version"], layout=summer.uid).status_code == 200

    assert place(house) == before
    assert Table.objects.get(pk=house.table.pk).seats == 8  # a fact of the table in every layout
    assert plans.read(house, summer.uid)["tables"][0]["x"] == 500

    assert act(house, summer, "use").status_code == 302
    assert place(house)[:2] == (500, 400)
    assert Event.objects.of_restaurant(house.restaurant.pk).order_by("-seq").first().action == "plan_changed"

    everyday = Layout.objects.get(name="Every day")
    assert act(house, everyday, "use").status_code == 302
    assert place(house) == before
    assert plans.read(house, summer.uid)["tables"][0]["x"] == 500


def test_a_table_that_is_new_since_a_layout_lies_in_its_tray(house):
    summer = add(house, "Summer")
    house.add_table(name="Table 9", x=100)
    assert [each["floor"] is None for each in plans.read(house, summer.uid)["tables"]] == [False, True]
    assert act(house, summer, "use").status_code == 302
    assert Table.objects.get(name="Table 9").floor is None


def test_the_layout_in_use_stays_and_names_are_there_once(house):
    add(house, "Summer")
    in_use = Layout.objects.get(in_use=True)
    with nothing_changes():
        refused = act(house, in_use, "remove")
        twice = house.browser("manager").post("/floor/edit/layouts/", {"name": "summer "})
    assert (refused.status_code, twice.status_code) == (422, 422)
    assert "This layout is in use." in refused.content.decode()
    assert "There is already a layout" in twice.content.decode()
    assert act(house, Layout.objects.get(name="Summer"), "remove").status_code == 302
    assert list(Layout.objects.values_list("name", flat=True)) == ["Every day"]


def test_an_unknown_layout_is_missing(house, other_house):
    theirs = add(other_house, "Summer")
    for uid in (theirs.uid, "nonsense"):
        assert house.api("owner").get(f"{plans.ADDRESS}?layout={uid}").status_code == 404
        assert plans.save(house, plans.body_of(plans.read(house)), layout=uid).status_code == 404

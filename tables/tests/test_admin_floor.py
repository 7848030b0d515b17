"""Admin pages of sections and tables."""

import json

import pytest
from django.contrib.messages import get_messages

from bistro.core.kernel.errors import InvalidInput
from bistro.core.models import Event
from tables.admin import SectionAdmin
from tables.models import Section, Table
from tables.tests.factories import SectionFactory, TableFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

TABLES, ADD = "/admin/tables/table/", "/admin/tables/table/add/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def table(house, **fields):
    return {
        "name": "Corner", "section": house.table.section_id, "seats": 4, "x": 10, "y": 20, "width": 80, "height": 80,
        "shape": "round", "rotation": 0, **fields,
    }  # fmt: skip


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def logged(house, type_):
    rows = Event.objects.filter(restaurant=house.restaurant, type=type_)
    return [(row.action, json.loads(row.data)) for row in rows]


def test_a_new_table_is_told_to_the_floor(house, owner):
    assert owner.post(ADD, table(house)).status_code == 302
    new = Table.objects.get(name="Corner")
    assert new.restaurant == house.restaurant
    ((action, data),) = logged(house, "table_updated")
    assert (action, data["name"], data["x"]) == ("added", "Corner", 10)
    assert logged(house, "configuration_updated")[0][0] == "added"


def test_a_moved_table_is_told_and_gets_a_new_version(house, owner):
    row = house.table
    answer = owner.post(f"{TABLES}{row.pk}/change/", table(house, name=row.name, x=300))
    assert answer.status_code == 302
    version = row.version
    row.refresh_from_db()
    assert (row.x, row.version) == (300, version + 1)
    ((action, data),) = logged(house, "table_updated")
    assert (action, data["x"]) == ("changed", 300)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seats": 0},
        {"x": -1},
        {"x": 1001},
        {"y": 701},
        {"rotation": 400},
        {"seats": 99999},
        {"name": ""},
        {"shape": "star"},
    ],
)
def test_nonsense_is_refused(house, owner, wrong):
    assert owner.post(ADD, table(house, **wrong)).status_code == 200
    assert not Table.objects.filter(name="Corner").exists()


def test_another_restaurants_section_is_refused(house, other_house, owner):
    answer = owner.post(ADD, table(house, section=other_house.table.section_id))
    assert "section" in answer.context["adminform"].form.errors
    assert not Table.objects.filter(name="Corner").exists()


def test_a_table_with_a_pad_or_with_guests_is_not_archived(house, owner):
    answer = owner.post(TABLES, {"action": "archive_chosen", "_selected_action": [house.table.pk]})
    assert messages_of(answer) == [f"{house.table}: a pad is placed there. Move or revoke the pad first."]
    house.order()
    answer = owner.post(TABLES, {"action": "archive_chosen", "_selected_action": [house.table.pk]})
    assert messages_of(answer)[-1] == f"{house.table}: guests are seated. Clear the table first."
    house.table.refresh_from_db()
    assert house.table.archived_at is None


def test_of_several_tables_all_are_archived_or_none(house, owner):
    free = TableFactory(section=house.table.section)
    owner.post(TABLES, {"action": "archive_chosen", "_selected_action": [free.pk, house.table.pk]})
    free.refresh_from_db()
    assert free.archived_at is None
    owner.post(TABLES, {"action": "archive_chosen", "_selected_action": [free.pk]})
    free.refresh_from_db()
    assert free.archived_at is not None
    assert logged(house, "table_updated")[-1][0] == "changed"


def test_archived_tables_are_out_of_the_way(house, owner):
    free = TableFactory(section=house.table.section)
    owner.post(TABLES, {"action": "archive_chosen", "_selected_action": [free.pk]})
    shown = [row.pk for row in owner.get(TABLES).context["cl"].result_list]
    assert shown == [house.table.pk]
    assert [r.pk for r in owner.get(f"{TABLES}?state=archived").context["cl"].result_list] == [free.pk]
    assert len(owner.get(f"{TABLES}?state=all").context["cl"].result_list) == 2


def test_filters_offer_only_our_own_sections(house, other_house, owner):
    page = owner.get(TABLES).content.decode()
    assert f"section__id__exact={other_house.table.section_id}" not in page
    SectionFactory(restaurant=house.restaurant)
    assert f"section__id__exact={house.table.section_id}" in owner.get(TABLES).content.decode()


def test_a_section_with_tables_stays(house, owner):
    empty = SectionFactory(restaurant=house.restaurant)
    owner.post(f"/admin/tables/section/{house.table.section_id}/delete/", {"post": "yes"})
    owner.post(f"/admin/tables/section/{empty.pk}/delete/", {"post": "yes"})
    assert [s.pk for s in Section.objects.filter(restaurant=house.restaurant)] == [house.table.section_id]
    assert [action for action, _data in logged(house, "configuration_updated")] == ["removed"]


def test_a_doubled_section_is_a_message(house, owner):
    answer = owner.post("/admin/tables/section/add/", {"name": house.table.section.name})
    assert answer.context["adminform"].form.errors["name"] == ["This name is already in use."]


def test_a_refusal_stands_in_the_form_and_nothing_claims_to_be_saved(house, owner, monkeypatch):
    def refuse(self, request, edits):
        raise InvalidInput("Not now.")

    monkeypatch.setattr(SectionAdmin, "after_write", refuse)
    answer = owner.post("/admin/tables/section/add/", {"name": "Terrace"})
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert ("Not now." in str(form.errors), form["name"].value()) == (True, "Terrace")
    assert messages_of(answer) == []
    assert not Section.objects.filter(name="Terrace").exists()


def test_a_look_takes_no_write_lock(house, owner, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as caught:
        owner.get(f"{TABLES}{house.table.pk}/change/")
    assert not [q for q in caught.captured_queries if q["sql"].startswith(("BEGIN", "SAVEPOINT", "INSERT", "UPDATE"))]

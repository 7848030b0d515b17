"""A dish that contains an allergen of the guest: warnings where it is ordered, cooked, passed and printed."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from bistro.core.tests.http import nothing_changes, refused
from kitchen.printing.models import PrintJob
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import FakePrinter, printer_at
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state
from orders.allergies import allergy_marks, choice_names, conflicts, contents, in_words
from orders.models import OrderLine

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NUTS = {"allergen": "nuts", "where": "Satay", "level": "contains"}


@pytest.fixture
def satay(house):
    """Return a dish with nuts, perhaps with fish, without milk, and a choice of rice."""
    house.item.name, house.item.name_key = "Satay", "satay"
    house.item.save()
    house.rice = ModifierFactory(group=ModifierGroupFactory(item=house.item, max=5), name="Rice")
    everything_else = ["gluten", "eggs", "milk", "sesame"]
    state(house.item, ["nuts", "soybeans"], ["fish"], everything_else)
    state(house.rice, ["sesame"], free_of=["gluten", "eggs", "milk", "nuts", "fish"])
    return house


def place(house, *allergies, **more):
    line = {"item": house.item.pk, "quantity": 1, "modifiers": ["Rice"], "allergies": list(allergies)}
    return house.place(lines=[{**line, **more}])


def marks_in(page):
    """Return (level of the conflict, text) of each allergy on a page, without those of the order form."""
    assert page.status_code == 200, page.content
    html = page.content.decode().split('<section class="order-form"')[0]
    found = re.findall(r'<strong class="allergy"(?:\s+data-conflict="(\w+)")?>([^<]*)</strong>', html)
    return [(level, words) for level, words in found]


WORDS = re.compile("Rice|ALLERGY [A-Z]+|THE DISH CONTAINS IT|THE DISH MAY CONTAIN IT|RICE CONTAINS IT|NOT STATED")
ALL = [
    ("contains", "⚠ ALLERGY nuts · IN THIS DISH"),
    ("may_contain", "⚠ ALLERGY fish · MAY BE IN THIS DISH"),
    ("contains", "⚠ ALLERGY sesame · IN Rice"),
    ("not_stated", "⚠ ALLERGY celery · NOT STATED, ASK"),
    ("", "⚠ ALLERGY milk"),
]
CODES = ["nuts", "fish", "sesame", "celery", "milk"]
CONFLICTS = [
    NUTS,
    {"allergen": "fish", "where": "Satay", "level": "may_contain"},
    {"allergen": "sesame", "where": "Rice", "level": "contains"},
    {"allergen": "celery", "where": "Satay", "level": "not_stated"},
]


# --- the rule --------------------------------------------------------------------------------------------------------
def line(*allergies, dish=None, rice=None):
    choice = {"id": 1, "name": "Rice", "price": "1.00", "stated": rice or {}}
    return OrderLine(name="Satay", modifiers=[choice], stated=dish or {}, allergies=list(allergies))


FREE, MAY, HAS = {"nuts": "free_of"}, {"nuts": "may_contain"}, {"nuts": "contains"}


@pytest.mark.parametrize(
    ("dish", "rice", "found"),
    [
        (FREE, FREE, []),
        (HAS, FREE, [("Satay", "contains")]),
        (MAY, FREE, [("Satay", "may_contain")]),
        ({}, FREE, [("Satay", "not_stated")]),
        (FREE, HAS, [("Rice", "contains")]),
        (FREE, MAY, [("Rice", "may_contain")]),
        (FREE, {}, [("Rice", "not_stated")]),
        (HAS, MAY, [("Satay", "contains"), ("Rice", "may_contain")]),
        ({}, {}, [("Satay", "not_stated")]),
        ({}, HAS, [("Rice", "contains")]),
        (MAY, {}, [("Satay", "may_contain")]),
        ({"milk": "contains"}, FREE, [("Satay", "not_stated")]),
    ],
)
def test_a_conflict_is_an_allergen_that_is_not_known_to_be_absent(dish, rice, found):
    row = line("nuts", dish=dish, rice=rice)
    assert [(each["where"], each["level"]) for each in conflicts(row)] == found
    assert {each["allergen"] for each in conflicts(row)} == ({"nuts"} if found else set())
    assert bool(allergy_marks(row)[0].level) == bool(found)


def test_without_an_allergy_there_is_no_conflict():
    row = line(dish=HAS)
    assert (conflicts(row), allergy_marks(row), contents(row)) == ([], [], ["nuts"])


def test_the_mark_is_the_most_serious_conflict():
    (mark,) = allergy_marks(line("nuts", dish=MAY, rice=HAS))
    assert (mark.level, mark.words, mark.paper) == ("contains", "IN Rice", "RICE CONTAINS IT")


def test_an_old_copy_of_a_choice_without_statements_is_not_stated():
    row = OrderLine(
        name="Satay", modifiers=[{"id": 1, "name": "Rice", "price": "1.00"}], stated=FREE, allergies=["nuts"]
    )
    assert (choice_names(row), [each["level"] for each in conflicts(row)]) == (["Rice"], ["not_stated"])


def test_no_other_code_compares_allergies_with_statements():
    read = re.compile(r"NOT_STATED|Level\.MAY_CONTAIN|\"not_stated\"")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("kitchen", "orders", "tables")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts and read.search(path.read_text())
    }
    # The serializers name the levels for the API's description, the menu's answer writes what each dish states.
    assert found == {"orders/allergies.py", "orders/api/serializers.py", "orders/ordering/menu_answer.py"}


# --- declared with a line --------------------------------------------------------------------------------------------
def test_the_order_api_accepts_the_order_and_names_the_conflicts(satay):
    order = place(satay, *CODES)
    choice = {"id": satay.rice.pk, "name": "Rice", "price": "1.00"}
    expected = {"modifiers": [choice], "allergies": CODES, "conflicts": CONFLICTS}
    read = satay.api("waiter").get(f"/api/v1/orders/{order['id']}").json()
    listed = satay.api("waiter").get("/api/v1/orders").json()["results"]
    for found in (order, read, *listed):
        (sold,) = found["lines"]
        assert {name: sold[name] for name in expected} == expected


def test_modifiers_named_allergy_declare_one_on_every_dish(satay):
    plain = satay.add_item(name="Water")
    lines = [
        {"item": satay.item.pk, "quantity": 1, "modifiers": ["Rice", "Nut allergy"], "allergies": ["milk", "nuts"]},
        {"item": plain.pk, "quantity": 1, "modifiers": ["SOY  Allergy"]},
    ]
    first, second = satay.place(lines=lines)["lines"]
    assert ([each["name"] for each in first["modifiers"]], first["allergies"]) == (["Rice"], ["milk", "nuts"])
    assert (second["modifiers"], second["allergies"]) == ([], ["soybeans"])


def test_a_dishs_own_choice_named_allergy_stays_a_choice_and_declares_it(satay):
    ModifierFactory(group=ModifierGroupFactory(item=satay.item), name="Nut allergy")
    own = satay.place(lines=[{"item": satay.item.pk, "quantity": 1, "modifiers": ["nut allergy"]}])["lines"][0]
    assert ([each["name"] for each in own["modifiers"]], own["allergies"]) == (["Nut allergy"], ["nuts"])
    by_id = {"item": satay.item.pk, "quantity": 1, "modifiers": [own["modifiers"][0]["id"]]}
    assert satay.place(lines=[by_id])["lines"][0]["allergies"] == ["nuts"]


@pytest.mark.parametrize("wrong", ["dust", "Nuts", "Nut allergy"])
def test_an_unknown_code_is_refused_and_changes_nothing(satay, wrong):
    order = place(satay, "nuts")
    lines = [{"item": satay.item.pk, "quantity": 1}, {"item": satay.item.pk, "quantity": 1, "allergies": [wrong]}]
    items = [{"name": "Satay", "quantity": 1, "allergies": [wrong]}]
    with nothing_changes():
        body = refused(satay.api().post("/api/v1/orders", {"lines": lines}, key="k"), 422, "unknown_allergen")
        assert list(body["errors"]) == ["lines.1.allergies"]
        put = satay.api().put(f"/api/v1/orders/{order['id']}", {"lines": lines})
        refused(put, 422, "unknown_allergen")
        pad = satay.api().post("/api/order", {"table": satay.table.name, "items": items})
        assert list(refused(pad, 422, "unknown_allergen")["errors"]) == ["items.0.allergies"]


def test_an_unknown_name_is_an_unknown_modifier(satay):
    lines = [{"item": satay.item.pk, "quantity": 1, "modifiers": ["Dust allergy"]}]
    with nothing_changes():
        refused(satay.api().post("/api/v1/orders", {"lines": lines}, key="k"), 422, "unknown_modifier")


@pytest.mark.parametrize("wrong", [None, "nuts", [["nuts"]], {"nuts": 1}, [None]])
def test_allergies_are_a_list_of_codes(satay, wrong):
    lines = [{"item": satay.item.pk, "quantity": 1, "allergies": wrong}]
    with nothing_changes():
        refused(satay.api().post("/api/v1/orders", {"lines": lines}, key="k"), 422, "validation_error")


def test_an_edited_line_keeps_its_allergies_unless_a_list_is_sent(satay):
    order = place(satay, "nuts")
    pk, line_id = order["id"], order["lines"][0]["id"]
    kept = {"id": line_id, "item": satay.item.pk, "quantity": 2}

    def edit(**more):
        answer = satay.done(satay.api().put(f"/api/v1/orders/{pk}", {"lines": [{**kept, **more}]}))
        return answer["lines"][0]["allergies"]

    assert edit() == ["nuts"]
    assert edit(modifiers=["Milk allergy"]) == ["nuts", "milk"]
    assert edit(allergies=["fish"]) == ["fish"]
    assert edit(allergies=[]) == []
    assert edit() == []


def test_what_was_sold_keeps_its_facts(satay):
    order = place(satay, "nuts")
    state(satay.item, free_of=["nuts"])
    assert satay.api().get(f"/api/v1/orders/{order['id']}").json()["lines"][0]["conflicts"] == [NUTS]
    assert place(satay, "nuts")["lines"][0]["conflicts"] == []


# --- the readers of the rule -----------------------------------------------------------------------------------------
def test_the_old_pads_item_keeps_allergies_apart(satay):
    item = {"name": "Satay", "quantity": 1, "modifiers": ["Rice", "Nut allergy"], "allergies": ["fish"]}
    body = satay.done(satay.api().post("/api/order", {"table": satay.table.name, "items": [item]}))
    expected = {"name": "Satay", "quantity": 1, "modifiers": ["Rice"], "allergies": ["fish", "nuts"]}
    assert body["items"] == [expected]
    assert body["lines"][0]["conflicts"] == [CONFLICTS[1], NUTS]
    (again,) = satay.api().get("/api/orders").json()
    assert again["items"] == [expected]


def test_the_pads_own_orders(satay):
    place(satay, *CODES)
    (order,) = satay.api().get("/api/v1/pad/orders").json()["orders"]
    assert order["lines"][0]["conflicts"] == CONFLICTS


def test_the_ticket_api(satay):
    (ticket,) = satay.tickets(place(satay, *CODES))
    (row,) = ticket["lines"]
    assert (row["modifiers"], row["allergies"], row["conflicts"]) == (["Rice"], CODES, CONFLICTS)


def test_the_wall(satay):
    place(satay, *CODES)
    page = satay.browser("kitchen").get("/kitchen/")
    assert marks_in(page) == ALL
    assert '<span class="line__modifier">Rice</span>' in page.content.decode()
    assert "contains nuts, sesame, soybeans" in page.content.decode()


def test_the_dialog_of_a_ticket_on_the_wall(satay):
    (ticket,) = satay.tickets(place(satay, *CODES))
    assert marks_in(satay.browser("kitchen").get(f"/kitchen/tickets/{ticket['id']}/")) == ALL


def test_the_pass(satay):
    place(satay, *CODES)
    page = satay.browser("kitchen").get("/kitchen/expo/")
    assert marks_in(page) == ALL
    assert '<span class="line__modifier">Rice</span>' in page.content.decode()


def test_the_waiters_sheet(satay):
    place(satay, *CODES)
    page = satay.browser("waiter").get(f"/floor/tables/{satay.table.pk}/")
    assert marks_in(page) == ALL
    assert '<span class="u-soft">Rice</span>' in page.content.decode()


def test_the_order_screen(satay):
    url = f"/floor/tables/{satay.table.pk}/order/send/"
    waiter = satay.browser("waiter")

    def send(key, *codes):
        line = {"key": f"{key}-1", "item": satay.item.pk, "quantity": 1, "allergies": codes}
        return waiter.post(url, {"key": key, "lines": [line]}, content_type="application/json")

    assert send("one", "nuts", "milk").status_code == 200
    assert OrderLine.objects.get().allergies == ["nuts", "milk"]
    again = send("two", "dust", "fish")
    assert again.status_code == 422
    assert "“dust” is not in the catalogue of allergens." in again.json()["problem"]
    assert OrderLine.objects.count() == 1


def test_a_slip_on_paper_and_in_the_browser(satay):
    with FakePrinter() as paper:
        printer = printer_at(satay, paper.port)
        place(satay, *CODES)
        assert serve_printer(printer_id=printer.pk) == 1
        printed = paper.text()
    shown = render_to_string("kitchen/slip.html", {"slip": PrintJob.objects.get().slip})
    for text in (printed, shown):
        assert WORDS.findall(text) == [
            "Rice", "ALLERGY NUTS", "THE DISH CONTAINS IT", "ALLERGY FISH", "THE DISH MAY CONTAIN IT",
            "ALLERGY SESAME", "RICE CONTAINS IT", "ALLERGY CELERY", "NOT STATED", "ALLERGY MILK",
        ]  # fmt: skip


def test_the_admin(satay):
    order = place(satay, "nuts", "milk", "celery")
    words = "nuts (in this dish), milk, celery (not stated, ask)"
    assert in_words(OrderLine.objects.get()) == words
    (ticket,) = satay.tickets(order)
    owner = satay.browser("manager")
    for path in (f"/admin/orders/order/{order['id']}/change/", f"/admin/kitchen/ticket/{ticket['id']}/change/"):
        page = owner.get(path)
        assert page.status_code == 200
        assert words in page.content.decode()


def test_what_an_edit_takes_off_a_ticket_still_says_the_allergy(satay):
    order = place(satay, "nuts")
    satay.done(satay.api("waiter").post(f"/api/v1/orders/{order['id']}/confirm"))
    line = {"item": satay.item.pk, "quantity": 2}
    satay.done(satay.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    (ticket,) = satay.tickets(order)
    gone = {"line": order["lines"][0]["id"], "name": "Satay", "quantity": 1}
    assert ticket["voided"] == [{**gone, "modifiers": ["Rice"], "allergies": ["nuts"]}]
    assert "<s>ALLERGY nuts</s>" in satay.browser("kitchen").get("/kitchen/").content.decode()

"""A dish that contains an allergen of the guest: warnings where it is ordered, cooked, passed and printed."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from kitchen.printing.models import PrintJob
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import FakePrinter, printer_at
from menu.compiled import forget
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state
from orders.allergies import allergies, choice_names, conflicts, in_words
from orders.models import OrderLine

pytestmark = pytest.mark.django_db
NUTS = {"allergen": "nuts", "where": "Satay", "level": "contains"}


@pytest.fixture
def satay(house):
    """Return a dish with nuts, a choice of rice, and allergies against nuts or milk."""
    house.item.name, house.item.name_key = "Satay", "satay"
    house.item.save()
    state(house.item, ["nuts", "soybeans"])
    group = ModifierGroupFactory(item=house.item, max=5)
    house.rice = ModifierFactory(group=group, name="Rice")
    house.nuts = ModifierFactory(group=group, name="Nut allergy", allergen="nuts")
    house.milk = ModifierFactory(group=group, name="Milk allergy", allergen="milk")
    forget()
    return house


def place(house, *modifiers, **more):
    line = {"item": house.item.pk, "quantity": 1, "modifiers": [modifier.pk for modifier in modifiers]}
    return house.place(lines=[line], **more)


def marks_in(page):
    """Return (marked as a conflict or not, text) of each allergy on a page."""
    assert page.status_code == 200, page.content
    found = re.findall(r'<strong class="allergy"( data-conflict)?>([^<]*)</strong>', page.content.decode())
    return [(bool(marked), words) for marked, words in found]


WORDS = re.compile("Rice|ALLERGY [A-Z]+|THE DISH CONTAINS IT")
ALL = [(True, "⚠ ALLERGY nuts · IN THIS DISH"), (False, "⚠ ALLERGY milk")]


# --- the rule --------------------------------------------------------------------------------------------------------
def line(*allergens, contains=()):
    choice = {"id": 1, "name": "Rice", "price": "1.00", "allergen": ""}
    declared = [{"id": 2, "name": f"{name} allergy", "price": "0.00", "allergen": name} for name in allergens]
    return OrderLine(name="Satay", modifiers=[choice, *declared], allergens=list(contains))


@pytest.mark.parametrize(
    ("declared", "contains", "found"),
    [
        ((), ("nuts",), []),
        (("nuts",), (), []),
        (("nuts",), ("milk",), []),
        (("nuts",), ("milk", "nuts"), ["nuts"]),
        (("milk", "nuts"), ("nuts", "milk"), ["milk", "nuts"]),
        (("Nuts",), ("nuts",), ["Nuts"]),
        (("nuts", "nuts"), ("nuts",), ["nuts"]),
    ],
)
def test_a_conflict_is_a_declared_allergen_that_the_dish_contains(declared, contains, found):
    row = line(*declared, contains=contains)
    assert [each["allergen"] for each in conflicts(row)] == found
    assert all((each["where"], each["level"]) == ("Satay", "contains") for each in conflicts(row))
    assert choice_names(row) == ["Rice"]
    assert allergies(row) == list(dict.fromkeys(declared))


def test_an_old_copy_without_the_word_is_a_choice():
    row = OrderLine(name="Satay", modifiers=[{"id": 1, "name": "Rice", "price": "1.00"}], allergens=["nuts"])
    assert (choice_names(row), allergies(row), conflicts(row)) == (["Rice"], [], [])


def test_no_other_code_tells_allergies_from_choices():
    """Only one module reads the word in a line's copied modifiers; `orders.pricing` writes it."""
    read = re.compile(r"""\[["']allergen["']\]|\.get\(["']allergen["']""")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("bistro", "kitchen", "orders", "tables")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts and read.search(path.read_text())
    }
    assert found == {"orders/allergies.py"}


# --- the readers of the rule -----------------------------------------------------------------------------------------
def test_the_order_api_accepts_the_order_and_names_the_conflict(satay):
    order = place(satay, satay.rice, satay.nuts, satay.milk)
    expected = {
        "modifiers": [{"id": satay.rice.pk, "name": "Rice", "price": "1.00"}],
        "allergies": ["nuts", "milk"],
        "conflicts": [NUTS],
    }
    read = satay.api("waiter").get(f"/api/v1/orders/{order['id']}").json()
    listed = satay.api("waiter").get("/api/v1/orders").json()["results"]
    for found in (order, read, *listed):
        (sold,) = found["lines"]
        assert {name: sold[name] for name in expected} == expected


def test_the_old_pads_item_keeps_allergies_apart(satay):
    item = {"name": "Satay", "quantity": 1, "modifiers": ["Rice", "Nut allergy"]}
    body = satay.done(satay.api().post("/api/order", {"table": satay.table.name, "items": [item]}))
    assert body["items"] == [{"name": "Satay", "quantity": 1, "modifiers": ["Rice"], "allergies": ["nuts"]}]
    assert body["lines"][0]["conflicts"] == [NUTS]


def test_the_ticket_api(satay):
    (ticket,) = satay.tickets(place(satay, satay.rice, satay.nuts, satay.milk))
    (row,) = ticket["lines"]
    assert (row["modifiers"], row["allergies"], row["conflicts"]) == (["Rice"], ["nuts", "milk"], [NUTS])


def test_the_wall(satay):
    place(satay, satay.rice, satay.nuts, satay.milk)
    page = satay.browser("kitchen").get("/kitchen/")
    assert marks_in(page) == ALL
    assert '<span class="line__modifier">Rice</span>' in page.content.decode()


def test_the_dialog_of_a_ticket_on_the_wall(satay):
    (ticket,) = satay.tickets(place(satay, satay.nuts, satay.milk))
    assert marks_in(satay.browser("kitchen").get(f"/kitchen/tickets/{ticket['id']}/")) == ALL


def test_the_pass(satay):
    place(satay, satay.rice, satay.nuts, satay.milk)
    page = satay.browser("kitchen").get("/kitchen/expo/")
    assert marks_in(page) == ALL
    assert '<span class="line__modifier">Rice</span>' in page.content.decode()


def test_the_waiters_sheet(satay):
    place(satay, satay.rice, satay.nuts, satay.milk)
    page = satay.browser("waiter").get(f"/floor/tables/{satay.table.pk}/")
    assert marks_in(page) == ALL
    assert '<span class="u-soft">Rice</span>' in page.content.decode()


def test_a_slip_on_paper_and_in_the_browser(satay):
    with FakePrinter() as paper:
        printer = printer_at(satay, paper.port)
        place(satay, satay.rice, satay.nuts, satay.milk)
        assert serve_printer(printer_id=printer.pk) == 1
        printed = paper.text()
    shown = render_to_string("kitchen/slip.html", {"slip": PrintJob.objects.get().slip})
    for text in (printed, shown):
        assert WORDS.findall(text) == ["Rice", "ALLERGY NUTS", "THE DISH CONTAINS IT", "ALLERGY MILK"]


def test_the_admin(satay):
    order = place(satay, satay.rice, satay.nuts, satay.milk)
    assert in_words(OrderLine.objects.get()) == "nuts (in this dish), milk"
    (ticket,) = satay.tickets(order)
    owner = satay.browser("manager")
    for path in (f"/admin/orders/order/{order['id']}/change/", f"/admin/kitchen/ticket/{ticket['id']}/change/"):
        page = owner.get(path)
        assert page.status_code == 200
        assert "nuts (in this dish), milk" in page.content.decode()


def test_what_an_edit_takes_off_a_ticket_still_says_the_allergy(satay):
    order = place(satay, satay.rice, satay.nuts)
    satay.done(satay.api("waiter").post(f"/api/v1/orders/{order['id']}/confirm"))
    line = {"item": satay.item.pk, "quantity": 2}
    satay.done(satay.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    (ticket,) = satay.tickets(order)
    gone = {"line": order["lines"][0]["id"], "name": "Satay", "quantity": 1}
    assert ticket["voided"] == [{**gone, "modifiers": ["Rice"], "allergies": ["nuts"]}]
    assert "<s>ALLERGY nuts</s>" in satay.browser("kitchen").get("/kitchen/").content.decode()

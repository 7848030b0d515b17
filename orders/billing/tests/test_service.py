"""The service charge over HTTP: by rule, on every page, taken off with a reason, and the refusals."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from bistro.core.kernel.errors import LostRace, NotYours
from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from orders.billing.models import ServiceRule
from orders.billing.phone.choices import Choice
from orders.billing.services.locking import require_lines
from orders.billing.statements import read_statement
from orders.billing.tests.bills import Bill, approval
from orders.billing.tests.charging import charge_service
from tables.models import Party

pytestmark = pytest.mark.django_db
NAMES = ("total", "tax", "service", "net_service", "due")
OWN_TAX = [{"name": "Service tax", "percent": "20"}]


def read(bill):
    body = bill.read()
    return tuple(body[name] for name in NAMES)


# --- the rule --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "taxes", "expected"),
    [
        ("inclusive", None, ("44.00", "4.00", "4.00", "3.64", "44.00")),
        ("added", None, ("48.40", "4.40", "4.40", "4.00", "48.40")),
        ("inclusive", OWN_TAX, ("44.00", "4.31", "4.00", "3.33", "44.00")),  # 3.64 in 40.00, and 0.67 in 4.00
        ("added", OWN_TAX, ("48.80", "4.80", "4.80", "4.00", "48.80")),
        ("added", [], ("48.00", "4.00", "4.00", "4.00", "48.00")),
    ],
)
def test_a_service_charge_by_hand(house, mode, taxes, expected):
    """Four dishes at 10.00 with a tax of 10 %, and 10 % for service."""
    Restaurant.objects.update(tax_mode=mode)
    forget()
    charge_service(house, taxes=taxes)
    bill = Bill(house, seats=(1, 1, 2, None))
    assert read(bill) == expected
    assert bill.read()["service_name"] == "Service 10 %"
    pad = house.api().get("/api/v1/pad/orders").json()
    assert (pad["total"], pad["service"], pad["service_name"]) == (expected[0], expected[2], "Service 10 %")
    sheet = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert f"€{expected[0]}" in sheet
    assert f"Service 10 %: €{expected[2]}" in sheet


@pytest.mark.parametrize(("size", "service"), [(None, "0.00"), (5, "0.00"), (6, "4.00")])
def test_large_parties_alone_pay_it_where_the_rule_says_so(house, size, service):
    charge_service(house, from_size=6)
    bill = Bill(house, seats=(1, 1, 2, None))
    Party.objects.filter(pk=bill.party).update(size=size)
    assert bill.read()["service"] == service


def test_fewer_guests_do_not_end_the_charge_of_a_bill_that_they_know(house):
    """Before it is presented the number is free; afterwards a person takes the charge off with a reason."""
    charge_service(house, from_size=6)
    bill = Bill(house, seats=(1, 1, 2, None))
    party, host = f"/api/v1/parties/{bill.party}", house.api("host")
    Party.objects.filter(pk=bill.party).update(size=6)
    assert host.patch(party, {"size": 5, "insist": True}).status_code == 200
    assert host.patch(party, {"size": 6, "insist": True}).status_code == 200
    bill.post("/present")
    for size in (5, None):
        with nothing_changes():
            refused(host.patch(party, {"size": size, "insist": True}), 422, "service_charged")
    assert host.patch(party, {"size": 7, "insist": True}).status_code == 200
    bill.post("/adjustments", {"kind": "service", "reason": "slow"})
    assert host.patch(party, {"size": 5, "insist": True}).status_code == 200


@pytest.mark.parametrize("charged", ["first", "second"])
def test_guests_of_unknown_number_do_not_end_the_charge_of_those_whom_they_join(house, charged):
    charge_service(house, from_size=6)
    bills = {"first": Bill(house, seats=(1,)), "second": Bill(house, seats=(1,), table=house.add_table())}
    Party.objects.update(size=None)
    Party.objects.filter(pk=bills[charged].party).update(size=6)
    first, second = bills.values()
    other = Party.objects.get(pk=second.party)
    body = {"table": other.table_id, "party": other.pk}
    with nothing_changes():
        refused(house.api("host").post(f"/api/v1/parties/{first.party}/join", body), 422, "service_charged")
    Party.objects.filter(size=None).update(size=2)
    assert house.api("host").post(f"/api/v1/parties/{first.party}/join", body).status_code == 200
    assert first.read()["service"] == "2.00"


def test_take_away_pays_none(house):
    charge_service(house)
    order = house.place("waiter", kind="take_away", table=None)
    assert house.api("waiter").get(f"/api/v1/bills/{order['party']}").json()["service"] == "0.00"


def test_a_new_rule_changes_no_bill_that_was_begun(house):
    charge_service(house)
    bill = Bill(house, seats=(1, 1))
    ServiceRule.objects.create(restaurant=house.restaurant, percent=0, since=timezone.now(), name="-", made_by="Max")
    house.place("waiter", quantity=1)
    later = Bill(house, seats=(1,), table=house.add_table())
    assert (bill.read()["service"], later.read()["service"]) == ("3.00", "0.00")


def test_it_is_computed_after_comps_and_discounts(house):
    charge_service(house, "12.5")
    bill = Bill(house, seats=(1, 1, 2, None))
    bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "burnt"})
    bill.post("/adjustments", {"kind": "discount", "percent": "10", "reason": "regulars"})
    assert read(bill) == ("30.38", "2.76", "3.38", "3.08", "30.38")


def test_a_line_of_the_service_charge_is_no_dish(house):
    """Give it a negative id, so that nobody adjusts, splits, refunds or chooses it."""
    charge_service(house)
    bill = Bill(house, seats=(1, 1))
    statement = read_statement(Party.objects.get(pk=bill.party), house.restaurant)
    (line,) = statement.service.lines
    with pytest.raises(NotYours) as refusal:
        require_lines([line], statement)
    assert refusal.value.code == "line_not_found"
    with pytest.raises(LostRace):
        Choice("dishes", dishes=(line,)).amount(statement)


# --- taken off -------------------------------------------------------------------------------------------------------
def test_it_is_taken_off_with_a_reason_and_charged_again(house):
    charge_service(house)
    bill = Bill(house, seats=(1, 1, 2, None))
    answer = bill.post("/adjustments", {"kind": "service", "reason": "slow kitchen"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    (row,) = body["adjustments"]
    assert (body["total"], body["service"], body["service_name"]) == ("40.00", "0.00", "")
    assert (row["kind"], row["amount"], row["line"], row["reason"]) == ("service", "4.00", None, "slow kitchen")
    house.place("waiter", quantity=3)
    assert bill.due() == "70.00", "it stays off when more is ordered"
    assert bill.api.delete(f"/api/v1/adjustments/{row['id']}").json()["total"] == "77.00"


def test_above_the_limit_a_manager_takes_it_off(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1, 1))
    body = {"kind": "service", "reason": "complaint"}
    with nothing_changes():
        refused(bill.post("/adjustments", body), 422, "approval_required")
        refused(bill.post("/adjustments", {**body, "reason": " "}), 422, "validation_error")
        refused(bill.post("/adjustments", {**body, "line": bill.lines[0]}), 422, "validation_error")
    assert bill.post("/adjustments", {**body, "approval": approval(house)}).status_code == 201
    assert bill.read()["service"] == "0.00"


def test_without_a_limit_of_a_manager_it_comes_back_above_the_limit(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1))
    bill.post("/adjustments", {"kind": "service", "reason": "complaint"})
    house.place("waiter", quantity=2)
    assert bill.read()["service"] == "10.00", "30.00 less the 20.00 that a waiter may take off"


def test_what_is_not_charged_or_paid_already_is_not_taken_off(house):
    bill = Bill(house, seats=(1,))
    refused(bill.post("/adjustments", {"kind": "service", "reason": "x"}), 422, "nothing_to_adjust")
    charge_service(house)
    bill.pay()
    with nothing_changes():
        refused(bill.post("/adjustments", {"kind": "service", "reason": "x"}), 409, "already_paid")


def test_the_page_of_the_bill_shows_it_and_takes_it_off(house):
    charge_service(house, "50")
    bill = Bill(house, seats=(1, 1, 1, 1, 1))
    address = reverse("billing:bill", args=[bill.party])
    browser = house.browser("waiter")
    shown = browser.get(address).content.decode()
    assert "Service 50 %" in shown
    assert "€25.00" in shown
    assert "Service 50 %" in browser.get(f"{address}check/").content.decode()
    answer = browser.post(f"{address}adjust/", {"kind": "service", "reason": "slow"})
    assert answer.status_code == 422
    assert "A manager must approve" in answer.content.decode()
    browser = house.browser("manager")
    assert browser.post(f"{address}adjust/", {"kind": "service", "reason": "slow"}).status_code == 302
    assert "Service charge taken off" in browser.get(address).content.decode()
    assert bill.due() == "50.00"


@pytest.mark.parametrize("change", [{"rounding_mode": "up"}, {"rounding_level": "line"}, {"tax_mode": "added"}])
def test_a_new_rule_of_rounding_keeps_the_charge_of_earlier_orders(house, change):
    charge_service(house)
    bill = Bill(house, seats=(1, 1))
    Restaurant.objects.update(**change)
    forget()
    house.place("waiter")
    body = bill.read()
    assert Decimal(body["net_service"]) >= Decimal("2.72")
    assert sum(map(Decimal, (line["due"] for line in body["lines"]))) + Decimal(body["service"]) == Decimal(
        body["total"]
    )

"""Bills over HTTP: amounts, comps, discounts, write-offs, events, joined guests, and the refusals."""

import pytest

from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.tests.bills import approval

pytestmark = pytest.mark.django_db


# --- amounts ---------------------------------------------------------------------------------------------------------
def test_a_bill_is_computed_from_the_orders(bill):
    body = bill.read()
    assert (body["state"], body["version"], body["total"], body["due"]) == ("open", 0, "40.00", "40.00")
    assert body["taxes"] == [{"name": "Food", "percent": "10", "amount": "3.64"}]
    assert [line["seat"] for line in body["lines"]] == [1, 1, 2, None]
    bill.house.place("waiter", quantity=2)
    assert bill.due() == "60.00"


def test_a_voided_line_is_shown_and_not_owed(bill):
    body = bill.post("/adjustments", {"kind": "void", "line": bill.lines[0], "reason": "wrong table"})
    assert body.status_code == 201, body.content
    assert body.json()["due"] == "30.00"
    assert [line["voided"] for line in body.json()["lines"]] == [False, False, False, True]


def test_every_place_says_the_same_after_a_discount(bill):
    bill.post("/adjustments", {"kind": "discount", "percent": "10", "reason": "regulars"})
    assert bill.due() == "36.00"
    pad = bill.house.api().get("/api/v1/pad/orders").json()
    assert (pad["total"], pad["tax"]) == ("36.00", "3.27")
    sheet = bill.house.browser("waiter").get(f"/floor/tables/{bill.house.table.pk}/").content.decode()
    assert "36.00" in sheet


# --- comps and discounts ---------------------------------------------------------------------------------------------
def test_a_comp_of_a_line_can_be_taken_back(bill):
    body = bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "burnt"}).json()
    (row,) = body["adjustments"]
    assert (row["amount"], row["percent"], row["reason"], row["approver"]) == ("10.00", "100", "burnt", "")
    assert (body["due"], body["tax"]) == ("30.00", "2.73")
    answer = bill.api.delete(f"/api/v1/adjustments/{row['id']}")
    assert (answer.json()["due"], answer.json()["adjustments"]) == ("40.00", [])
    assert bill.api.delete(f"/api/v1/adjustments/{row['id']}").status_code == 200, "a repeated request is a success"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "discount", "reason": "x"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "amount": "1", "percent": "1"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "percent": "100.5"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "percent": "0"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "amount": "0.001"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "amount": "-1"}, 422, "validation_error"),
        ({"kind": "discount", "reason": "x", "amount": "NaN"}, 422, "validation_error"),
        ({"kind": "discount", "reason": " ", "amount": "1"}, 422, "validation_error"),
        ({"kind": "gift", "reason": "x", "amount": "1"}, 422, "validation_error"),
        ({"kind": "void", "reason": "x"}, 422, "validation_error"),
        ({"kind": "comp", "reason": "x", "line": 2**40}, 404, "line_not_found"),
        ({"kind": "void", "reason": "x", "line": 2**40}, 404, "line_not_found"),
        ({"kind": "discount", "reason": "x", "amount": "20.01"}, 422, "approval_required"),
    ],
)
def test_refused_adjustments_change_nothing(bill, body, status, code):
    with nothing_changes():
        refused(bill.post("/adjustments", body), status, code)


def test_a_manager_approves_above_the_limit(bill):
    body = {"kind": "discount", "reason": "birthday", "amount": "25.00", "approval": approval(bill.house)}
    answer = bill.post("/adjustments", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["adjustments"][0]["approver"] == str(bill.house.staff("manager"))
    assert answer.json()["due"] == "15.00"


def test_what_was_paid_is_given_back_by_a_refund_only(bill):
    bill.pay(amount="35.00")
    with nothing_changes():
        refused(
            bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "cold"}), 409, "already_paid"
        )


# --- the rest --------------------------------------------------------------------------------------------------------
def test_a_write_off_settles_the_bill(bill):
    Restaurant.objects.filter(pk=bill.house.restaurant.pk).update(price_limit=None)
    answer = bill.post("/write-off", {"reason": "left without paying"})
    assert (answer.json()["state"], answer.json()["written_off"], answer.json()["due"]) == (
        "written_off",
        "40.00",
        "0.00",
    )
    with nothing_changes():
        refused(bill.post("/write-off", {"reason": "again"}), 409, "nothing_due")


def test_events_name_amounts_and_no_people(bill):
    bill.post("/present")
    bill.pay(amount="5.00")
    actions = list(Event.objects.filter(type__in=["bill_updated", "payment_created"]).values_list("action", flat=True))
    assert actions == ["presented", "taken", "paid"]


def test_guests_who_join_bring_what_they_paid(bill):
    house, other = bill.house, bill.house.add_table()
    theirs = house.place("waiter", table=other.pk)["party"]
    bill.api.post(f"/api/v1/bills/{theirs}/payments", {"method": "cash", "amount": "4.00"})
    house.done(bill.api.post(f"/api/v1/parties/{bill.party}/join", {"table": other.pk, "party": theirs}))
    body = bill.read()
    assert (body["total"], body["paid"], body["due"]) == ("50.00", "4.00", "46.00")
    with nothing_changes():
        refused(bill.api.post(f"/api/v1/bills/{theirs}/payments", {"method": "cash"}), 422, "party_joined")
    house.done(bill.api.post(f"/api/v1/parties/{bill.party}/part", {"table": other.pk, "guests": True}))
    assert (bill.read()["paid"], bill.due()) == ("0.00", "40.00")
    now = house.api("waiter").get("/api/v1/tables").json()["results"]
    party = next(table["party"] for table in now if table["id"] == other.pk)
    assert house.api("waiter").get(f"/api/v1/bills/{party}").json()["due"] == "6.00"

"""Shares of a bill over HTTP: by seat, dish, part, amount, and the refusals."""

import pytest

from bistro.core.tests.http import nothing_changes, refused
from orders.billing.tests.bills import Bill

pytestmark = pytest.mark.django_db


def shares_of(body):
    return {share["label"]: share["total"] for share in body["shares"]}


def test_split_by_seat_equally_and_by_amount(bill):
    assert shares_of(bill.post("/split", {"by": "seat"}).json()) == {"Seat 1": "25.00", "Seat 2": "15.00"}
    equal = bill.post("/split", {"by": "equal", "ways": 3}).json()
    assert [share["total"] for share in equal["shares"]] == ["13.34", "13.33", "13.33"]
    amount = bill.post("/split", {"by": "amount", "amounts": ["12.50"]}).json()
    assert [share["total"] for share in amount["shares"]] == ["12.50", "27.50"]
    assert bill.post("/split", {"by": "none"}).json()["shares"] == []


def test_split_by_parts_of_dishes(bill):
    first, second = bill.lines[:2]
    body = {
        "by": "items",
        "shares": [
            {"label": "Ana", "lines": [{"line": first, "part": "1/3"}, {"line": second}]},
            {"label": "Ben", "lines": [{"line": first, "part": "1/3"}]},
        ],
    }
    assert shares_of(bill.post("/split", body).json()) == {"Ana": "13.34", "Ben": "3.33", "The rest": "23.33"}


def test_a_share_with_a_payment_is_locked(bill):
    first = bill.post("/split", {"by": "seat"}).json()["shares"][0]
    bill.pay(share=first["id"])
    body = bill.post("/split", {"by": "equal", "ways": 2}).json()
    assert [(share["total"], share["due"], share["locked"]) for share in body["shares"]] == [
        ("25.00", "0.00", True),
        ("7.50", "7.50", False),
        ("7.50", "7.50", False),
    ]
    with nothing_changes():
        refused(bill.post("/payments", {"method": "card", "share": first["id"]}), 409, "nothing_due")
        share = body["shares"][1]["id"]
        refused(bill.post("/payments", {"method": "card", "share": share, "amount": "8.00"}), 422, "amount_above_due")


def test_a_new_dish_changes_only_what_is_unpaid(bill):
    first = bill.post("/split", {"by": "seat"}).json()["shares"][0]
    bill.pay(share=first["id"])
    bill.house.place("waiter", lines=[{"item": bill.house.item.pk, "quantity": 1, "seat": 2}])
    assert [(share["total"], share["due"]) for share in bill.read()["shares"]] == [
        ("25.00", "0.00"),
        ("25.00", "25.00"),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"by": "equal"}, 422, "validation_error"),
        ({"by": "equal", "ways": 1}, 422, "validation_error"),
        ({"by": "equal", "ways": 51}, 422, "validation_error"),
        ({"by": "amount"}, 422, "validation_error"),
        ({"by": "amount", "amounts": ["40.01"]}, 422, "validation_error"),
        ({"by": "amount", "amounts": ["0"]}, 422, "validation_error"),
        ({"by": "items"}, 422, "validation_error"),
        ({"by": "items", "shares": [{"label": "A", "lines": [{"line": 2**40}]}]}, 404, "line_not_found"),
        ({"by": "items", "shares": [{"label": "A", "lines": [{"line": 1, "part": "1/0"}]}]}, 422, "validation_error"),
        ({"by": "luck"}, 422, "validation_error"),
    ],
)
def test_refused_splits_change_nothing(bill, body, status, code):
    with nothing_changes():
        refused(bill.post("/split", body), status, code)


def test_a_dish_is_not_paid_twice(bill):
    part = {"line": bill.lines[0], "part": "2/3"}
    shares = [{"label": "Ana", "lines": [part]}, {"label": "Ben", "lines": [part]}]
    with nothing_changes():
        refused(bill.post("/split", {"by": "items", "shares": shares}), 422, "claimed_twice")


def test_a_bill_without_seats_is_not_split_by_seat(house):
    bill = Bill(house)
    with nothing_changes():
        refused(bill.post("/split", {"by": "seat"}), 422, "no_seats")


def test_an_old_screen_does_not_split(bill):
    bill.post("/split", {"by": "seat"})
    with nothing_changes():
        refused(bill.post("/split", {"by": "none"}, if_match='"0"'), 412, "precondition_failed")


def test_those_who_paid_owe_what_comes_later_for_the_table_once(house):
    bill = Bill(house, seats=(1, 2))
    shares = [share["id"] for share in bill.post("/split", {"by": "seat"}).json()["shares"]]
    for share in shares:
        bill.pay(share=share)
    house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1}])
    assert [share["due"] for share in bill.read()["shares"]] == ["5.00", "5.00"]
    assert bill.pay(share=shares[0])["amount"] == "5.00"
    assert [share["due"] for share in bill.read()["shares"]] == ["0.00", "5.00"]
    assert bill.pay(share=shares[1])["amount"] == "5.00"
    assert (bill.due(), bill.read()["state"]) == ("0.00", "settled")


@pytest.mark.parametrize("paid", ["25.00", "10.00"])
def test_a_seat_that_paid_does_not_owe_the_dishes_of_the_others_when_the_split_is_removed(bill, paid):
    first = bill.post("/split", {"by": "seat"}).json()["shares"][0]
    bill.pay(share=first["id"], amount=paid)
    body = bill.post("/split", {"by": "none"}).json()
    assert [(share["label"], share["total"]) for share in body["shares"]] == [("Seat 1", "25.00")]
    body = bill.post("/split", {"by": "amount", "amounts": ["10.00"]}).json()
    assert [share["total"] for share in body["shares"]] == ["25.00", "10.00", "5.00"]


def test_a_payment_that_is_undone_frees_its_share(bill):
    first = bill.post("/split", {"by": "equal", "ways": 2}).json()["shares"][0]
    payment = bill.pay(share=first["id"])
    assert bill.post("/split", {"by": "none"}).json()["shares"][0]["locked"]
    bill.house.done(bill.api.post(f"/api/v1/payments/{payment['id']}/undo"))
    assert bill.read()["shares"][0]["locked"] is False
    body = bill.post("/split", {"by": "equal", "ways": 4}).json()
    assert [share["total"] for share in body["shares"]] == ["10.00"] * 4
    assert bill.due() == "40.00"

"""Bills that were once wrong: moved and voided dishes, joined guests, payments before a split, keys, limits, coins."""

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget
from orders.billing.tests.bills import Bill

pytestmark = pytest.mark.django_db


def shares(bill):
    return [(share["total"], share["due"]) for share in bill.read()["shares"]]


def pay_first_share(bill, **split):
    first = bill.post("/split", split).json()["shares"][0]
    bill.pay(method="card", share=first["id"])
    return first


def test_a_dish_of_a_paid_share_is_voided(bill):
    pay_first_share(bill, by="seat")
    assert bill.post("/adjustments", {"kind": "void", "line": bill.lines[0], "reason": "x"}).status_code == 201
    assert shares(bill) == [("25.00", "0.00"), ("5.00", "5.00")]


def test_a_dish_of_a_paid_share_moves_to_other_guests(bill):
    house, table = bill.house, bill.house.add_table()
    pay_first_share(bill, by="seat")
    body = {"lines": [{"id": bill.lines[0]}], "table": table.pk}
    house.done(bill.api.post(f"/api/v1/orders/{bill.order['id']}/move-lines", body))
    assert bill.read()["total"] == "30.00"


def test_a_payment_of_the_whole_bill_before_the_split(bill):
    bill.pay(method="card", amount="20.00")
    bill.post("/split", {"by": "equal", "ways": 2})
    assert shares(bill) == [("10.00", "10.00"), ("10.00", "10.00")]
    refused(bill.post("/split", {"by": "amount", "amounts": ["20.01"]}), 422, "validation_error")


def test_a_paid_rest_keeps_its_dishes(bill):
    """Ana has the first dish, the rest is paid: a new dish is not hers, and hers is not the rest's."""
    ana = {"by": "items", "shares": [{"label": "Ana", "lines": [{"line": bill.lines[0]}]}]}
    rest = bill.post("/split", ana).json()["shares"][1]
    bill.pay(method="card", share=rest["id"])
    bill.house.place("waiter")
    bill.post("/split", ana)
    assert sorted(shares(bill)) == [("10.00", "10.00"), ("10.00", "10.00"), ("30.00", "0.00")]


def test_a_new_dish_after_all_shares_are_paid_is_due_on_the_bill(bill):
    for share in bill.post("/split", {"by": "equal", "ways": 2}).json()["shares"]:
        bill.pay(method="card", share=share["id"])
    bill.house.place("waiter")
    assert bill.due() == "10.00"
    bill.pay()


def test_guests_who_join_keep_the_seats_of_their_shares(bill):
    house, table = bill.house, bill.house.add_table()
    other = Bill(house, seats=(1, 1, 1, 2), table=table)
    for each in (bill, other):
        each.post("/split", {"by": "seat"})
    house.done(bill.api.post(f"/api/v1/parties/{bill.party}/join", {"table": table.pk, "party": other.party}))
    assert sorted(total for total, _due in shares(bill)) == ["12.50", "12.50", "22.50", "32.50"]
    house.done(bill.api.post(f"/api/v1/parties/{bill.party}/part", {"table": table.pk, "guests": True}))
    assert sum(float(total) for total, _due in shares(bill)) == 40


def test_one_key_for_two_bills(bill):
    other = Bill(bill.house, table=bill.house.add_table())
    body = {"method": "cash", "amount": "5.00"}
    assert bill.post("/payments", body, key="tap").status_code == 201
    with nothing_changes():
        refused(other.post("/payments", body, key="tap"), 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("size", "due"),
    [({"kind": "discount", "amount": "20.00"}, "80.00"), ({"kind": "discount", "percent": "50"}, "80.00")],
)
def test_a_discount_does_not_grow_above_the_limit(house, size, due):
    bill = Bill(house)
    bill.post("/adjustments", {**size, "reason": "late"})
    house.place("waiter", quantity=9)
    assert bill.due() >= due, "at most 20.00 without a manager"


def test_a_comp_of_the_whole_bill_is_for_what_was_ordered(house):
    bill = Bill(house)
    bill.post("/adjustments", {"kind": "comp", "reason": "late"})
    house.place("waiter", quantity=9)
    assert bill.due() == "90.00"


def test_a_dish_that_was_refunded_and_then_voided_counts_once(bill):
    payment = bill.pay(method="card")
    body = {"amount": "10.00", "reason": "cold", "lines": [bill.lines[0]]}
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/refunds", body).status_code == 201
    bill.post("/adjustments", {"kind": "void", "line": bill.lines[0], "reason": "cold"})
    assert (bill.read()["excess"], bill.due()) == ("0.00", "0.00")
    bill.house.place("waiter")
    assert bill.due() == "10.00"


def test_less_cash_than_is_due(bill):
    with nothing_changes():
        refused(
            bill.post("/payments", {"method": "cash", "amount": "50.00", "tendered": "30.00"}),
            422,
            "tendered_too_small",
        )


def test_a_part_that_no_coin_pays(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding="0.05")
    bill = Bill(house)
    with nothing_changes():
        refused(bill.post("/payments", {"method": "cash", "amount": "0.02"}), 422, "validation_error")
    bill.pay(method="card", amount="9.98")
    assert bill.pay()["rounding"] == "-0.02"


def test_a_comp_goes_with_its_dish(bill):
    table = bill.house.add_table()
    bill.post("/adjustments", {"kind": "comp", "line": bill.lines[0], "reason": "cold"})
    body = {"lines": [{"id": bill.lines[0]}], "table": table.pk}
    moved = bill.api.post(f"/api/v1/orders/{bill.order['id']}/move-lines", body).json()
    theirs = bill.api.get(f"/api/v1/bills/{moved['party']}").json()
    (row,) = theirs["adjustments"]
    assert (theirs["due"], row["amount"]) == ("0.00", "10.00")
    assert bill.api.delete(f"/api/v1/adjustments/{row['id']}").json()["due"] == "10.00"


def test_a_paid_share_is_not_due_again_by_a_cent(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(tax_mode="added")
    house.item.price = "3.33"
    house.item.save()
    forget()
    bill = Bill(house, seats=(1, 2, 3))
    for share in bill.post("/split", {"by": "seat"}).json()["shares"][:2]:
        bill.pay(method="card", share=share["id"])
    house.place("waiter", lines=[{"item": house.item.pk, "quantity": 2, "seat": 3}])
    assert [due for _total, due in shares(bill)][:2] == ["0.00", "0.00"]
    bill.pay()
    assert bill.read()["state"] == "settled"


def test_a_dish_that_is_voided_after_the_write_off_is_not_given_up(bill):
    boss = bill.house.api("manager")
    bill.house.done(boss.post(bill.path("/write-off"), {"reason": "gone"}))
    bill.house.done(boss.post(f"/api/v1/order-lines/{bill.lines[0]}/void", {"reason": "wrong"}))
    now = bill.read()
    assert (now["total"], now["written_off"], now["due"], now["excess"]) == ("30.00", "30.00", "0.00", "0.00")
    closing = bill.house.done(boss.post("/api/v1/closings", {"kind": "day"}))
    assert (closing["figures"]["written_off"], closing["open_after"]) == ("30.00", "0.00")


def written_off_as_gone(bill):
    boss = bill.house.api("manager")
    bill.house.done(boss.post(bill.path("/write-off"), {"reason": "gone"}))
    return boss


@pytest.mark.parametrize("way", ["void", "cancel"])
def test_what_is_ordered_after_a_write_off_shrank_is_due(bill, way):
    boss = written_off_as_gone(bill)
    if way == "void":
        bill.house.done(boss.post(f"/api/v1/order-lines/{bill.lines[0]}/void", {"reason": "wrong"}))
    else:
        bill.house.done(boss.post(f"/api/v1/orders/{bill.order['id']}/cancel", {"reason": "wrong"}))
    before = bill.read()
    bill.house.place("waiter")
    after = bill.read()
    assert after["written_off"] == before["written_off"]
    assert (before["due"], after["due"], after["state"] == "written_off") == ("0.00", "10.00", False)
    bill.pay()
    assert bill.due() == "0.00"

"""A till over HTTP: opening, moves, the blind count, the difference and its cause, the end."""

import pytest

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.tests.bills import Bill
from orders.till.models import Till, TillMove
from orders.till.tests.days import close

pytestmark = pytest.mark.django_db
TILLS = "/api/v1/tills"


def at(till, end=""):
    return f"{TILLS}/{till}{end}"


def move(house, till, role="waiter", **body):
    answer = house.api(role).post(at(till, "/moves"), body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def count(house, till, pieces, role="waiter"):
    answer = house.api(role).post(at(till, "/count"), {"pieces": pieces})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_evening_of_a_till(house, bill, till):
    """100.00 float + 40.00 sale + 2.00 tip − 5.00 refund + 20.00 in − 12.50 out − 30.00 drop − 2.00 tips = 112.50."""
    payment = bill.pay(tip="2.00", tendered="50.00")
    bill.api.post(f"/api/v1/payments/{payment['id']}/refunds", {"amount": "5.00", "reason": "cold"})
    move(house, till, kind="pay_in", amount="20.00", reason="Coins")
    move(house, till, kind="pay_out", amount="12.50", reason="Flowers")
    move(house, till, kind="drop", amount="30.00")
    assert move(house, till, kind="tip_out", amount="2.00")["amount"] == "-2.00"
    counted = count(house, till, {"50.00": 2, "10": 1, "0.50": 4})
    assert (counted["state"], counted["counted"], counted["expected"], counted["difference"]) == (
        "counted",
        "112.00",
        "112.50",
        "-0.50",
    )
    with nothing_changes():
        refused(house.api("waiter").post(at(till, "/close"), {}), 422, "cause_required")
    closed = house.api("waiter").post(at(till, "/close"), {"cause": "change", "note": "two at once"}).json()
    assert (closed["state"], closed["cause"], closed["note"]) == ("closed", "change", "two at once")
    kinds = [each["kind"] for each in closed["moves"]]
    assert kinds == ["sale", "refund", "pay_in", "pay_out", "drop", "tip_out"]


def test_the_count_is_blind(house, bill, till):
    bill.pay(amount="10.00")
    move(house, till, kind="drop", amount="5.00")
    shown = house.api("waiter").get(at(till)).json()
    assert (shown["expected"], shown["counted"], shown["difference"]) == (None, None, None)
    assert [each["kind"] for each in shown["moves"]] == ["drop"]


def test_a_second_person_counts_and_the_last_count_is_valid(house, till):
    count(house, till, {"50.00": 1})
    counted = count(house, till, {"50.00": 2}, role="manager")
    assert (counted["counted"], counted["difference"]) == ("100.00", "0.00")
    assert [each["by"] for each in counted["counts"]] == [str(house.staff(role)) for role in ("waiter", "manager")]
    assert house.api("manager").post(at(till, "/close"), {}).json()["state"] == "closed"


def test_cash_while_the_till_is_counted_goes_into_none(house, bill, till):
    count(house, till, {"50.00": 2})
    bill.pay(amount="10.00")
    assert TillMove.objects.get().till_id is None
    assert house.api("waiter").post(at(till, "/reopen")).json()["state"] == "open"
    bill.pay(amount="10.00")
    assert TillMove.objects.filter(till=till).count() == 1


def test_cards_are_in_no_till(bill, till):
    bill.pay(method="card", amount="10.00")
    found = TillMove.objects.get()
    assert (found.method, found.till_id, found.amount) == ("terminal", None, 10)


def test_whose_till_takes_the_cash(house, till):
    """The own till; else the only shared one; else the only one; else none."""

    def taken(role):
        payment = Bill(house, role=role, table=house.add_table()).pay()
        return TillMove.objects.get(payment=payment["id"]).till_id

    assert taken("cashier") == till  # the only one
    shared = house.api("manager").post(TILLS, {"float": "0", "shared": True}).json()["id"]
    assert (taken("cashier"), taken("waiter")) == (shared, till)
    house.api("manager").post(TILLS, {"float": "0", "shared": True})
    assert (taken("cashier"), taken("waiter")) == (None, till)


def test_a_refund_leaves_the_till_of_who_gives_it(house, bill, till):
    payment = bill.pay()
    boss = house.api("manager").post(TILLS, {"float": "50.00"}).json()["id"]
    house.api("manager").post(f"/api/v1/payments/{payment['id']}/refunds", {"amount": "4.00", "reason": "cold"})
    assert TillMove.objects.get(kind="refund").till_id == boss
    card = Bill(house, table=house.add_table()).pay(method="card")
    house.api("manager").post(f"/api/v1/payments/{card['id']}/refunds", {"amount": "4.00", "reason": "cold"})
    assert TillMove.objects.filter(kind="refund", till=None, method="terminal").count() == 1


def test_rounding_is_in_the_drawer(house, till):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding="0.05")
    Bill(house).pay(amount="9.98")
    assert str(TillMove.objects.get().amount) == "10.0000"


def test_cash_goes_back_in_coins_that_there_are(house, till):
    """Amount and tip as they were asked for; the difference to the coins is rounding, and the closing agrees."""
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding="0.05")
    cash, card = (Bill(house, table=house.add_table()).pay(method=method, tip="1.03") for method in ("cash", "card"))
    for payment, body, rounding in (
        (cash, {"amount": "9.98"}, "0.02"),
        (cash, {"tip": "0.52"}, "-0.02"),
        (card, {"amount": "9.98"}, "0.00"),
    ):
        path = f"/api/v1/payments/{payment['id']}/refunds"
        answer = house.api("manager").post(path, {"reason": "cold", **body})
        assert (answer.status_code, answer.json()["rounding"]) == (201, rounding)
    back = TillMove.objects.filter(kind="refund").order_by("pk").values_list("amount", flat=True)
    assert list(map(str, back)) == ["-10.0000", "-0.5000", "-9.9800"]
    body = close(house)
    assert (body["given_back"], body["rounding"]) == ("20.48", "0.02")


def test_the_same_key_is_one_row(house, till):
    calls = [
        (TILLS, {"float": "10.00", "shared": True}),
        (at(till, "/moves"), {"kind": "drop", "amount": "1.00"}),
        (at(till, "/count"), {"pieces": {"50.00": 2}}),
    ]
    for path, body in calls:
        first, second = [house.api("waiter").post(path, body, key=path) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 200), path
        assert second["Idempotent-Replayed"] == "true"
        with nothing_changes():
            other = {**body, "float": "11.00"} if path == TILLS else {"kind": "drop", "amount": "2.00"}
            other = {"pieces": {"50.00": 3}} if path.endswith("count") else other
            refused(house.api("waiter").post(path, other, key=path), 422, "idempotency_key_reused")


def test_one_open_till_of_a_person(house, till):
    with nothing_changes():
        problem = refused(house.api("waiter").post(TILLS, {"float": "1.00"}), 409, "till_open")
    assert problem["till"] == till


def test_a_hand_over(house, bill, till):
    cashier = house.staff("cashier").pk
    handed = house.api("waiter").post(at(till, "/hand-over"), {"to": cashier}).json()
    assert handed["holder"] == str(house.staff("cashier"))
    with nothing_changes():
        refused(house.api("waiter").get(at(till)), 403, "not_your_till")
        refused(house.api("waiter").post(at(till, "/count"), {"pieces": {}}), 403, "not_your_till")
        refused(house.api("cashier").post(at(till, "/hand-over"), {"to": 2**40}), 422, "not_a_colleague")
        kitchen = house.staff("kitchen").pk
        refused(house.api("cashier").post(at(till, "/hand-over"), {"to": kitchen}), 422, "not_a_colleague")
    house.api("waiter").post(TILLS, {"float": "5.00"})
    with nothing_changes():
        waiter = house.staff("waiter").pk
        refused(house.api("cashier").post(at(till, "/hand-over"), {"to": waiter}), 409, "till_open")
    assert house.api("cashier").post(at(till, "/hand-over"), {"to": None}).json()["holder"] is None


def test_what_a_till_refuses_changes_nothing(house, till):
    api = house.api("waiter")
    with nothing_changes():
        refused(api.post(TILLS, {"float": "-1"}), 422, "validation_error")
        refused(api.post(TILLS, {"float": "1.001", "shared": True}), 422, "validation_error")
        refused(api.post(at(till, "/moves"), {"kind": "sale", "amount": "1"}), 422, "validation_error")
        refused(api.post(at(till, "/moves"), {"kind": "drop", "amount": "0"}), 422, "validation_error")
        refused(api.post(at(till, "/moves"), {"kind": "pay_out", "amount": "1"}), 422, "validation_error")
        refused(api.post(at(till, "/count"), {"pieces": {"five": 1}}), 422, "validation_error")
        refused(api.post(at(till, "/count"), {"pieces": {"5": -1}}), 422, "validation_error")
        refused(api.post(at(till, "/count"), {"pieces": {"0": 1}}), 422, "validation_error")
        refused(api.post(at(till, "/close"), {}), 422, "till_not_counted")
        refused(api.post(at(till, "/reopen")), 422, "till_not_counted")
    count(house, till, {"50.00": 2})
    with nothing_changes():
        refused(api.post(at(till, "/moves"), {"kind": "drop", "amount": "1"}), 422, "till_not_open")
    api.post(at(till, "/close"), {})
    with nothing_changes():
        refused(api.post(at(till, "/close"), {}), 422, "till_closed")
        refused(api.post(at(till, "/count"), {"pieces": {}}), 422, "till_closed")


def test_others_use_no_till(house, till):
    with nothing_changes():
        for role in ("host", "kitchen", "integration", "pad"):
            for path in (TILLS, at(till, "/moves"), at(till, "/count"), at(till, "/close"), "/api/v1/closings"):
                refused(house.api(role).post(path, {}), 403, "permission_denied")
        refused(house.api("waiter").post("/api/v1/closings", {}), 403, "permission_denied")


def test_a_payment_needs_no_till(bill):
    assert bill.pay()["state"] == "captured"
    assert (Till.objects.count(), TillMove.objects.get().till_id) == (0, None)

"""The pages of tills, shifts and closings in a browser without JavaScript."""

import re

import pytest

from bistro.core.tests.http import nothing_changes
from orders.billing.tests.bills import Bill
from orders.till.models import Closing, Till, TillMove

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def text(answer, status=200):
    assert answer.status_code == status, answer.content
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode().split("<main")[1]).split())


def test_a_till_from_its_opening_to_its_end(house, bill):
    waiter = house.browser("waiter")
    assert "No till is open" in text(waiter.get("/till/"))
    opened = waiter.post("/till/open/", {"float": "100,00", "key": "a"})
    till = Till.objects.get()
    assert opened["Location"] == f"/till/{till.pk}/"
    page = f"/till/{till.pk}/"
    bill.pay(amount="10.00")
    for _ in range(2):  # a second tap
        waiter.post(page + "move/", {"kind": "drop", "amount": "30.00", "key": "m"})
    shown = text(waiter.get(page))
    assert "Drop to the safe" in shown
    assert "−€30.00" in shown or "-€30.00" in shown
    assert "€10.00" not in shown  # blind
    assert "Choose what happens" in text(waiter.post(page + "move/", {"kind": "gift", "amount": "1"}), 422)
    assert "Give a reason" in text(waiter.post(page + "move/", {"kind": "pay_out", "amount": "1"}), 422)
    assert "not a number of notes" in text(waiter.post(page + "count/", {"piece-50.00": "two"}), 422)
    waiter.post(page + "count/", {"piece-50.00": "1", "piece-20.00": "1", "piece-5.00": "", "key": "c"})
    shown = text(waiter.get(page))
    assert "Should be there €80.00 Counted €70.00" in shown
    with nothing_changes():
        assert "Choose why the count differs" in text(waiter.post(page + "close/"), 422)
    waiter.post(page + "reopen/")
    waiter.post(page + "count/", {"piece-50.00": "1", "piece-20.00": "1", "key": "d"})
    waiter.post(page + "close/", {"cause": "missing", "note": "ten"})
    assert "Money is missing: ten" in text(waiter.get(page))
    assert TillMove.objects.filter(till=till).count() == 2


def test_a_till_is_handed_over(house, till):
    waiter, boss = house.browser("waiter"), house.browser("manager")
    cashier = house.staff("cashier")
    assert str(cashier) in text(waiter.get(f"/till/{till}/"))
    assert waiter.post(f"/till/{till}/hand-over/", {"to": cashier.pk})["Location"] == "/till/"
    assert waiter.get(f"/till/{till}/").status_code == 403
    assert str(cashier) in text(boss.get("/till/"))


def test_the_end_of_a_shift(house, bill):
    """20.00 in cash with a tip of 2.00, 20.00 by card with 3.00; all tips are the waiter's: 22.00 − 5.00 = 17.00."""
    bill.pay(amount="20.00", tip="2.00", tendered="22.00")
    bill.pay(method="card", tip="3.00")
    house.browser("manager")
    Bill(house, table=house.add_table())
    shown = text(house.browser("waiter").get("/till/shift/"))
    assert "Payments 2 By card €23.00 In cash €22.00 of it in tills €0.00" in shown
    assert "Tips in cash €2.00 Tips by card €3.00 Tips paid out €0.00" in shown
    assert "I owe the house €17.00" in shown
    assert "€10.00" in shown  # the other table owes


def test_the_day_is_closed_with_what_is_open(house, bill, till):
    boss = house.browser("manager")
    bill.pay(amount="15.00")
    with nothing_changes():
        shown = text(boss.get("/till/x/"))
    assert "1 till is not counted" in shown
    assert "1 bill is open" in shown
    assert "= Sales €40.00" in shown
    assert "− Open now" in shown
    form = {"day": house.restaurant.business_date(Till.objects.get().opened_at).isoformat(), "key": "z"}
    first, second = [boss.post("/till/close-day/", form) for _ in range(2)]
    closing = Closing.objects.get()
    assert first["Location"] == second["Location"] == f"/till/closings/{closing.pk}/"
    shown = text(boss.get(first["Location"]))
    assert "= Money €15.00" in shown
    assert f"Open bills, carried over {house.table.name} €25.00" in shown
    assert "Day 1" in text(boss.get("/till/closings/"))
    with nothing_changes():
        assert "This is closed already" in text(boss.post("/till/close-day/", {"day": form["day"]}), 409)
        assert "not over" in text(boss.post("/till/close-day/", {"day": form["day"], "kind": "month"}), 422)


def test_who_may_open_which_page(house):
    for role, allowed in {"waiter": {"/till/", "/till/shift/"}, "host": set(), "kitchen": set()}.items():
        for path in ("/till/", "/till/shift/", "/till/x/", "/till/closings/", "/reports/day/"):
            status = house.browser(role).get(path).status_code
            assert (status == 200) is (path in allowed), (role, path)

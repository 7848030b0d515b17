"""House accounts: opening, bills on account within a limit, refunds, settlement, closing, and each refusal."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import AccountMove, HouseAccount
from orders.billing.services import Settlement, Tender, change_account, settle_account, take_payment
from orders.billing.tests.bills import Bill
from orders.billing.tests.vouchers import account_of, agree
from orders.billing.transitions import Method
from orders.till.models import Closing, TillMove
from orders.till.reports.tables import tables_of
from orders.till.services import count_till, open_till
from orders.till.shift import read_shift
from orders.till.tests.days import close, party, refund
from orders.till.tests.test_tips import today

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/house-accounts"


@pytest.fixture
def account(house):
    """An account with a limit of 100.00."""
    return account_of(house)


@pytest.fixture
def bill(house):
    """A manager at a bill of 20.00."""
    return Bill(house, seats=(1, 2), role="manager")


def charge(bill, account, status=201, **body):
    pk = account.pk if isinstance(account, HouseAccount) else account
    return bill.pay(status, method="account", account=pk, **body)


def settle(house, account, status=201, role="cashier", key=None, **body):
    path, sent = f"{ACCOUNTS}/{account.pk}/settlements", {"method": "cash", **body}
    answer = house.api(role).post(path, sent, **({"key": key} if key else {}))
    assert answer.status_code == status, answer.content
    return answer.json()


def owes(account):
    account.refresh_from_db()
    return account.balance


def test_a_bill_is_paid_on_account_and_settled_later(house, account, bill):
    payment = charge(bill, account)
    assert (payment["state"], payment["amount"], payment["slip"]) == ("captured", "20.00", "Linden")
    assert bill.read()["state"] == "settled"
    assert owes(account) == 20
    assert settle(house, account, amount="5.00")["amount"] == "-5.00"
    assert settle(house, account, method="terminal", slip="4711")["amount"] == "-15.00"
    assert owes(account) == 0
    moves = house.api("manager").get(f"{ACCOUNTS}/{account.pk}/moves").json()["results"]
    assert [(move["kind"], move["method"]) for move in moves] == [
        ("settled", "terminal"),
        ("settled", "cash"),
        ("charged", None),
    ]
    agree()


def test_a_limit_is_exact_to_the_cent(house, bill):
    account = account_of(house, limit="20.00")
    for amount in ("1.02", "18.98"):
        charge(bill, account, amount=amount)
    assert owes(account) == 20


def test_a_refund_goes_back_to_the_account_and_may_leave_a_credit(house, account, bill):
    payment = charge(bill, account)
    settle(house, account)
    path = f"/api/v1/payments/{payment['id']}/refunds"
    assert bill.api.post(path, {"amount": "5.00", "reason": "cold"}).status_code == 201
    assert owes(account) == -5
    agree()


def test_an_undone_payment_is_off_the_account(account, bill):
    payment = charge(bill, account)
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/undo").status_code == 201
    assert (owes(account), bill.due()) == (0, "20.00")
    agree()


def test_one_key_is_one_settlement(house, account, bill):
    charge(bill, account)
    first = settle(house, account, key="tap", amount="5.00")
    assert settle(house, account, 200, key="tap", amount="5.00") == first
    with nothing_changes():
        assert settle(house, account, 422, key="tap", amount="6.00")["code"] == "idempotency_key_reused"


def test_refused_charges_change_nothing(house, other_house, account, bill):
    foreign, low, closed = account_of(other_house), account_of(house, "Low", "19.99"), account_of(house, "Closed")
    swiss = account_of(house, "Swiss")
    HouseAccount.objects.filter(pk=swiss.pk).update(currency="CHF")
    change_account(account_id=closed.pk, limit=Decimal(5), closed=True, actor=house.actor("manager"))
    waiter = house.api("waiter")
    with nothing_changes():
        assert charge(bill, low, 409)["code"] == "account_limit"
        assert charge(bill, closed, 409)["code"] == "account_closed"
        assert charge(bill, swiss, 422)["code"] == "account_currency"
        assert charge(bill, foreign, 404)["code"] == "account_not_found"
        assert charge(bill, None, 404)["code"] == "account_not_found"
        assert charge(bill, account, 422, tip="1.00")["code"] == "tip_on_account"
        assert charge(bill, account, 422, amount="20.01")["code"] == "amount_above_due"
        sent = {"method": "account", "account": account.pk}
        refused(waiter.post(bill.path("/payments"), sent), 403, "permission_denied")
    assert charge(bill, low, amount="19.99")["amount"] == "19.99"
    with nothing_changes():
        assert charge(bill, low, 409)["code"] == "account_limit"


def test_refused_settlements_change_nothing(house, account, bill):
    with nothing_changes():
        assert settle(house, account, 422)["code"] == "nothing_owed"
    charge(bill, account)
    with nothing_changes():
        assert settle(house, account, 422, amount="20.01")["code"] == "above_owed"
        assert settle(house, account, 422, amount="0")["code"] == "validation_error"
        assert settle(house, account, 422, method="stripe")["code"] == "validation_error"
        assert settle(house, account, 403, role="host")["code"] == "permission_denied"


def test_a_whole_account_is_settled_in_coins(house, account, bill):
    """The smallest coin is 0.05: of 13.42 the guests pay 13.40, of 0.02 nothing; a card pays to the cent."""
    house.restaurant.cash_rounding = Decimal("0.05")
    house.restaurant.save()
    boss = house.actor("manager")
    till, _replayed = open_till(opening_float=Decimal(100), shared=True, actor=boss)
    charge(bill, account, amount="13.42")
    assert "All of it in cash: €13.40" in house.browser("cashier").get(f"/till/accounts/{account.pk}/").content.decode()
    with nothing_changes():
        assert settle(house, account, 422, amount="13.41")["code"] == "validation_error"
        assert settle(house, account, 422, amount="13.43")["code"] == "above_owed"
    paid = settle(house, account)
    assert (paid["amount"], paid["rounding"], owes(account)) == ("-13.42", "-0.02", 0)
    charge(bill, account, amount="0.02")
    assert (settle(house, account, amount="0.02")["rounding"], owes(account)) == ("-0.02", 0)
    charge(bill, account, amount="1.01")
    assert settle(house, account, method="terminal")["rounding"] == "0.00"
    agree()
    money = TillMove.objects.filter(kind="account").order_by("pk").values_list("amount", flat=True)
    assert list(money) == [Decimal("13.40"), 0, Decimal("1.01")]
    assert count_till(till_id=till.pk, pieces={Decimal(10): 11}, actor=boss)[0].expected == Decimal("113.40")
    body = close(house)
    assert (body["unexplained"], body["accounts"]) == ("0.00", {
        "owed_before": "0.00", "charged": "14.45", "returned": "0.00", "settled": "14.45", "owed_after": "0.00",
        "rounding": "-0.04", "cash": "13.40",
    })  # fmt: skip
    words = "Rounded to the smallest coin"
    assert f"{words} -€0.02" in house.browser("cashier").get(f"/till/accounts/{account.pk}/").content.decode()
    closing = house.browser("manager").get(f"/till/closings/{Closing.objects.get().pk}/").content.decode()
    assert re.search(rf"{words}.{{0,200}}-€0\.04", closing, re.DOTALL)


def test_names_of_open_accounts_are_unique_without_case(house, account, monkeypatch):
    api, path = house.api("manager"), f"{ACCOUNTS}/{account.pk}"
    with nothing_changes():
        refused(api.post(ACCOUNTS, {"name": "lINDEN", "limit": "5"}), 409, "account_exists")
    assert api.put(path, {"limit": "5", "closed": True}).status_code == 200
    assert api.post(ACCOUNTS, {"name": "LINDEN", "limit": "5"}).status_code == 201
    with nothing_changes():
        refused(api.put(path, {"limit": "5"}), 409, "account_exists")

    def broken(**_fields):
        raise IntegrityError("another constraint")

    monkeypatch.setattr("orders.billing.services.accounts.AccountOpened", broken)
    with nothing_changes(), pytest.raises(IntegrityError, match="another constraint"):
        account_of(house, "Other")


def test_accounts_are_opened_changed_and_closed_by_managers(house, account, bill):
    api, path = house.api("manager"), f"{ACCOUNTS}/{account.pk}"
    with nothing_changes():
        refused(api.post(ACCOUNTS, {"name": "Linden", "limit": "5"}), 409, "account_exists")
        refused(api.post(ACCOUNTS, {"name": "Other", "limit": "0"}), 422, "validation_error")
        refused(house.api("cashier").post(ACCOUNTS, {"name": "Other", "limit": "5"}), 403, "permission_denied")
        refused(house.api("cashier").put(path, {"limit": "5"}), 403, "permission_denied")
        refused(api.put(path, {"limit": "-5"}), 422, "validation_error")
    charge(bill, account)
    with nothing_changes():
        refused(api.put(path, {"limit": "50", "closed": True}), 422, "account_owes")
    assert api.put(path, {"limit": "50"}).json()["limit"] == "50.00"
    settle(house, account)
    assert api.put(path, {"limit": "50", "closed": True}).json()["closed"] is True
    assert api.put(path, {"limit": "50"}).json()["closed"] is False
    assert api.get(ACCOUNTS).json()["count"] == 1
    actions = Event.objects.filter(type="account_updated").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["opened", "moved", "changed", "settled", "changed", "changed"]


def test_tills_reports_and_closings_know_accounts(house, account):
    """20.00 on account, of which 5.00 goes back; 10.00 is settled in cash, and 5.00 is still owed."""
    boss = house.actor("manager")
    till, _replayed = open_till(opening_float=Decimal(100), shared=True, actor=boss)
    tender = Tender(Method.ACCOUNT, account_id=account.pk)
    payment = take_payment(party_id=party(house, 2), tender=tender, actor=boss).payment
    refund(house, payment, "5.00")
    settle_account(account_id=account.pk, settlement=Settlement("cash", Decimal(10)), actor=boss)

    counted, _replayed = count_till(till_id=till.pk, pieces={Decimal(10): 11}, actor=boss)
    assert (counted.expected, counted.difference) == (110, 0)
    kinds = list(TillMove.objects.order_by("pk").values_list("kind", "method", "amount", "till"))
    assert kinds == [("sale", "account", 20, None), ("refund", "account", -5, None), ("account", "cash", 10, till.pk)]
    tables = {table.key: table for table in tables_of(house.restaurant, today(house))}
    assert [(row.label, row.count, row.total) for row in tables["accounts"].rows] == [
        ("Bill", 1, 20),
        ("Refund", 1, -5),
        ("Settled", 1, -10),
        ("Owed by all accounts now", None, 5),
    ]
    shift = read_shift(boss)
    assert (shift.cash, shift.card, shift.accounts) == ("€0.00", "€0.00", "€20.00")
    body = close(house)
    assert (body["sale"], body["money"], body["methods"][0]["method"]) == ("15.00", "15.00", "account")
    assert body["accounts"] == {
        "owed_before": "0.00", "charged": "20.00", "returned": "5.00", "settled": "10.00", "owed_after": "5.00",
        "rounding": "0.00", "cash": "10.00",
    }  # fmt: skip
    page = house.browser("manager").get(f"/till/closings/{body['id']}/").content.decode()
    assert "House accounts: what guests owe" in page


def test_the_pages_work_without_javascript(house, bill):
    manager, cashier = house.browser("manager"), house.browser("cashier")
    page = manager.post("/till/accounts/open/", {"name": "Linden Ltd", "limit": "100"}, follow=True).content.decode()
    assert "Owes €0.00" in page
    account = HouseAccount.objects.get()
    with nothing_changes():
        again = manager.post("/till/accounts/open/", {"name": "Linden Ltd", "limit": "100"})
        assert (again.status_code, "There is an account" in again.content.decode()) == (409, True)
        assert cashier.post("/till/accounts/open/", {"name": "X", "limit": "1"}).status_code == 403
        assert house.browser("host").get("/till/accounts/").status_code == 403
    path = f"/floor/bills/{bill.party}/"
    assert "On account…" not in house.browser("waiter").get(path).content.decode()
    assert "On account…" in manager.get(path).content.decode()
    with nothing_changes():
        assert manager.post(f"{path}pay/", {"account": "1", "account_id": ""}).status_code == 404
    paid = manager.post(f"{path}pay/", {"account": "1", "account_id": account.pk, "key": "k"}, follow=True)
    assert "€20.00 put on the account Linden Ltd." in paid.content.decode()
    own = f"/till/accounts/{account.pk}/"
    with nothing_changes():
        assert "owes only €20.00" in cashier.post(f"{own}settle/", {"method": "cash", "amount": "21"}).content.decode()
        assert (
            "Settle the account first" in manager.post(f"{own}change/", {"limit": "9", "closed": "1"}).content.decode()
        )
    sent = {"method": "cash", "amount": "20,00", "key": "s"}
    assert "Owes €0.00" in cashier.post(f"{own}settle/", sent, follow=True).content.decode()
    assert "Linden Ltd" in cashier.get("/till/accounts/").content.decode()
    assert "nobody can pay on it" not in cashier.get(own).content.decode()
    assert AccountMove.objects.count() == 2

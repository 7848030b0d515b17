"""The end of a simulated evening: what it counts, and the sum that it checks."""

from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from orders.till.tests.days import close, evening
from tools.simulator import cashiers
from tools.simulator.cashiers import differences, pieces_of
from tools.simulator.client import Answer

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_the_counted_pieces_make_the_amount():
    for amount in ("1234.56", "0.01", "100", "0"):
        pieces = pieces_of(Decimal(amount))
        assert sum((Decimal(value) * number for value, number in pieces.items()), Decimal(0)) == Decimal(amount)


def test_a_closing_that_does_not_add_up_is_found(house):
    evening(house)
    closing = close(house)
    assert differences(closing) == []
    for name, wrong in {"tips": "3.01", "open_after": "9.99", "given_back": "4.99"}.items():
        assert differences({**closing, name: wrong}) != [], name
    assert differences({**closing, "methods": closing["methods"][:1]}) != []


class InProcess:
    """A client of the simulator that calls the product in this process, as a manager."""

    def __init__(self, house):
        self.api = house.api("manager")

    async def get(self, path, *, credential):
        return self._answer(await sync_to_async(self.api.get)(path))

    async def post(self, path, body=None, *, credential, key=""):
        return self._answer(await sync_to_async(self.api.post)(path, body, key=key))

    def _answer(self, said):
        return Answer(said.status_code, said.json(), said.headers, 0.0)


class Manager:
    async def log_in(self, client):
        """Stay signed in."""


def close_simulated(house, monkeypatch, client=None):
    """Pay the bills of six parties by every method, and return the takings."""
    monkeypatch.setattr(cashiers, "METHODS", ("voucher", "account", "cash"))
    waiter = house.actor("waiter")
    orders = [house.order(waiter, quantity=dishes, table_id=house.add_table().pk).json["id"] for dishes in range(1, 7)]
    cashier = cashiers.Cashier(client or InProcess(house), Manager(), seed=3)
    return async_to_sync(cashier.close_evening)(orders)


def test_bills_are_paid_with_vouchers_and_on_an_account_and_all_adds_up(house, monkeypatch):
    takings = close_simulated(house, monkeypatch)
    assert takings.problems == []
    assert takings.prepaid.sold > 0
    assert takings.prepaid.charged > 0
    assert takings.closing["vouchers"]["owed_after"] == f"{takings.prepaid.left:.2f}"
    assert takings.closing["accounts"]["owed_after"] == f"{takings.prepaid.owed:.2f}"


def test_control_a_lost_voucher_and_wrong_sums_are_found(house, monkeypatch):
    class Forgetful(InProcess):
        async def post(self, path, body=None, *, credential, key=""):
            answer = await super().post(path, body, credential=credential, key=key)
            if path == "/api/v1/vouchers/balance":
                answer.body["balance"] = "0.01"
            return answer

    takings = close_simulated(house, monkeypatch, Forgetful(house))
    assert any("a voucher has another balance" in problem for problem in takings.problems)
    for name, wrong in (("vouchers", {"sold": "999.00"}), ("accounts", {"settled": "999.00"})):
        closing = {**takings.closing, name: {**takings.closing[name], **wrong}}
        assert differences(closing) != [], name

"""The end of a simulated evening: what it counts, and the sum that it checks."""

import asyncio
from decimal import Decimal
from functools import partial
from itertools import count
from random import Random

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client

from bistro.demo.host import Host
from orders.billing.deposits import steps
from orders.billing.models import DummyCharge
from orders.billing.tests.online import faults, sweep
from orders.models import Order
from orders.till.tests.days import close, evening, set_tax_mode
from tables.bookings.models import DepositRule
from tools.simulator import cashiers, depositors
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

    async def submit(self, path):
        return (await sync_to_async(Client().post)(path)).status_code

    def _answer(self, said):
        return Answer(said.status_code, said.json() if said.content else None, said.headers, 0.0)


class Manager:
    async def log_in(self, client):
        """Stay signed in."""


def close_simulated(house, monkeypatch, client=None, methods=("voucher", "account", "cash"), **more):
    """Pay the bills of six parties by these methods, and return the takings."""
    monkeypatch.setattr(cashiers, "METHODS", methods)
    waiter = house.actor("waiter")
    orders = [house.order(waiter, quantity=dishes, table_id=house.add_table().pk).json["id"] for dishes in range(1, 7)]
    Order.objects.update(status="delivered")
    cashier = cashiers.Cashier(client or InProcess(house), Manager(), seed=3, **more)
    return async_to_sync(cashier.close_evening)(orders)


@pytest.fixture
def _asking(monkeypatch):
    """Let time pass and the sweep ask the bank wherever the simulator waits for it."""
    minutes = count(20)

    async def asks(_seconds):
        await sync_to_async(sweep)(minutes=next(minutes))

    monkeypatch.setattr(asyncio, "sleep", asks)


@pytest.mark.usefixtures("_asking")
@pytest.mark.parametrize("mode", ["inclusive", "added"])
def test_tabs_and_deposits_are_played_while_answers_are_lost_and_all_adds_up(house, monkeypatch, mode):
    set_tax_mode(house, mode)
    faults(lost=0.3, random=Random(5))
    ways = {"methods": ("tab", "tab", "dummy"), "host": partial(Host, house.restaurant.pk)}
    takings = close_simulated(house, monkeypatch, **ways)
    assert takings.problems == []
    assert takings.tabs > 0
    deposits = takings.deposits
    assert (deposits.paid, deposits.spent, deposits.kept) == (40, 20, 10)
    assert deposits.given_back > 10
    sums = {name: Decimal(amount) for name, amount in takings.closing["vouchers"].items()}
    assert (sums["deposits"], sums["given_back"], sums["kept"]) == (40, deposits.given_back, 10)
    assert sums["redeemed"] - sums["returned"] == 40 - deposits.given_back - 10
    assert not DepositRule.objects.exists()
    assert not DummyCharge.objects.filter(state="authorised").exists()


@pytest.mark.usefixtures("_asking")
def test_control_a_deposit_that_is_not_given_back_is_found(house, monkeypatch):
    monkeypatch.setattr(steps, "give_back", lambda row, work: None)
    monkeypatch.setattr(depositors, "LOOKS", 3)
    takings = close_simulated(house, monkeypatch, methods=("terminal",), host=partial(Host, house.restaurant.pk))
    assert any("of it is owed" in problem for problem in takings.problems)


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
    for name, wrong in (
        ("vouchers", {"sold": "999.00"}),
        ("vouchers", {"kept": "1.00"}),
        ("accounts", {"settled": "999.00"}),
    ):
        closing = {**takings.closing, name: {**takings.closing[name], **wrong}}
        assert differences(closing) != [], name

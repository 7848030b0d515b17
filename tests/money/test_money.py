"""Bills, payments, tabs, deposits and refunds in any order: every cent is where it must be, for product and bank.

`THOROUGH=1 pytest tests/money` is the long run.
"""

from decimal import Decimal

import pytest
from django.conf import settings as database
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from orders.billing.deposits import steps as deposit_steps
from orders.billing.models import Payment
from orders.documents.models import Document
from orders.documents.verification import verify
from orders.till.representations import closing_json
from orders.till.tests.days import checked
from tests.money.evening import Evening
from tests.money.house import MoneyHouse, cents
from tests.plugins.examples import THOROUGH
from tools.simulator.prepaid import owed_differences

EXAMPLES = 400 if THOROUGH else (20 if database.SQLITE else 6)
STEPS = 25
PAPERS = ["receipt", "credit", "cancelled"]
RULES = {
    "order", "discount", "split", "join", "leave", "pay cash well", "pay dummy lost", "pay dummy down", "pay a share",
    "refund well", "refund lost", "write off", "open a tab well", "open a tab lost", "open a tab down",
    "charge a tab well", "charge a tab lost", "charge a tab down", "release a tab well", "release a tab lost",
    "pay a deposit well", "pay a deposit lost", "pay a deposit down", "cancel a booking", "no-show", "undo a no-show",
    "seat a booking", "use a deposit",
}  # fmt: skip


class WholeEvening(Evening):
    """An evening that ends: guests leave, the bank answers, the day is closed."""

    def teardown(self):
        try:
            if self.ledger.guests:
                self.end()
        finally:
            super().teardown()

    def end(self):
        for _guests in self.here():
            self.leave(0)
        self.ask()
        assert not [each for each in self.ledger.payments.values() if each.state in ("asked", "charging", "releasing")]
        assert not [each for each in self.ledger.deposits.values() if each.guests and each.balance], "not given back"
        assert verify(self.house.restaurant.pk).breaks == []
        for head in self.heads():
            papers = Document.objects.filter(bill__party__in=self.family(head), kind__in=PAPERS)
            assert sum(map(cents, papers.values_list("total", flat=True))) == self.ledger.paid(head), "the documents"
        body = checked(closing_json(self.close_day()))
        assert owed_differences(body) == []
        owed = sum(each.balance for each in self.ledger.deposits.values())
        assert cents(Decimal(body["vouchers"]["owed_after"])) == owed

    def family(self, head):
        return [pk for pk in self.ledger.guests if self.ledger.head(pk) == head]


class Added(WholeEvening):
    """A house that adds its tax."""

    tax_mode = "added"


def often(examples, **more):
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate],  # no shrinking: a step takes 50 ms
        **more,
    )


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("machine", [WholeEvening, Added])
def test_every_cent_is_where_the_ledger_says(machine):
    MoneyHouse.done.clear()
    run_state_machine_as_test(machine, settings=often(EXAMPLES))
    if THOROUGH:
        assert {name for name in RULES if not MoneyHouse.done.get(name)} == set(), "some actions were never tried"


def short():
    return settings(often(60), stateful_step_count=15, phases=[Phase.generate])


@pytest.mark.slow
@pytest.mark.skipif(not database.SQLITE, reason="the same on both; shown on SQLite")
@pytest.mark.django_db
def test_control_a_charge_of_a_tab_that_reserves_nothing_is_found_out(monkeypatch):
    monkeypatch.setattr(Payment, "reserves", property(lambda row: row.is_reserving and row.authorised is None))
    with pytest.raises(AssertionError, match="the bill differs"):
        run_state_machine_as_test(WholeEvening, settings=short())


@pytest.mark.slow
@pytest.mark.skipif(not database.SQLITE, reason="the same on both; shown on SQLite")
@pytest.mark.django_db
def test_control_a_deposit_that_nobody_gives_back_is_found_out(monkeypatch):
    monkeypatch.setattr(deposit_steps, "give_back", lambda row, work: None)
    with pytest.raises(AssertionError, match="a deposit is paid, not returning"):
        run_state_machine_as_test(WholeEvening, settings=short())

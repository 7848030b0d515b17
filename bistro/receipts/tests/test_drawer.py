"""The cash drawer: it opens when cash goes in or out of its till, or when a person says so, and never late."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from bistro.receipts import services
from bistro.receipts.models import TillPrinter
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import print_test, serve_printer
from kitchen.printing.tests.printers import printer_at, statuses
from orders.billing.models import Payment
from orders.billing.services import refund_payment, undo_payment
from orders.billing.tests.bills import Bill
from orders.till.models import Till
from orders.till.services import move_money
from orders.till.transitions import MoveKind

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def pulses():
    return PrintJob.objects.filter(kind="drawer").count()


def start_till(house, role="cashier", **more):
    house.browser(role).post("/till/open/", {"float": "50", **more})
    return Till.objects.latest("pk")


def test_cash_in_or_out_opens_the_drawer_and_a_card_does_not(house, counter, paper):
    bill, manager = Bill(house, seats=(1, 2)), house.actor("manager")
    bill.pay(method="card", amount="10.00")
    assert pulses() == 0
    bill.pay(amount="5.00")
    assert pulses() == 1
    refund_payment(payment_id=Payment.objects.last().pk, amount=Decimal(2), reason="cold", actor=manager)
    assert pulses() == 2
    refund_payment(payment_id=Payment.objects.first().pk, amount=Decimal(2), reason="cold", actor=manager)
    assert pulses() == 2
    till = start_till(house, "manager", shared="on")
    assert pulses() == 3
    for kind in (MoveKind.PAY_IN, MoveKind.PAY_OUT, MoveKind.DROP):
        move_money(till_id=till.pk, kind=kind, amount=Decimal(1), reason="change", actor=manager)
    assert pulses() == 6
    serve_printer(printer_id=counter.pk)
    assert paper.pulses == ["pin2"] * 6
    assert set(statuses()) == {("drawer", "printed")}
    assert paper.slips == []


def test_cash_that_is_taken_back_opens_it_again(house, counter):
    bill = Bill(house)
    bill.pay(amount="5.00")
    undo_payment(payment_id=Payment.objects.get().pk, actor=house.actor("waiter"))
    assert pulses() == 2


@pytest.mark.parametrize("fields", [{"drawer": ""}, {"enabled": False}])
def test_no_drawer_opens_by_default_or_without_a_printer(house, counter, fields):
    Printer.objects.update(**fields)
    till = start_till(house, "manager", shared="on")
    Bill(house).pay()
    assert pulses() == 0
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        services.open_drawer(till_id=till.pk, actor=house.actor("cashier"))
    assert refused.value.code == "no_drawer"


def test_the_cash_of_a_wallet_opens_no_drawer_and_each_till_its_own(house, counter, paper):
    bar = printer_at(house, paper.port, name="Bar", station=None, receipts=True, drawer="pin5")
    till = start_till(house, "waiter")
    PrintJob.objects.all().delete()
    waiter = house.browser("waiter")
    waiter.post(f"/till/{till.pk}/printer/", {"printer": bar.pk, "has_drawer": "on"})
    bill = Bill(house, seats=(1, 2))
    bill.pay(amount="5.00")
    assert PrintJob.objects.get().printer == bar
    assert f'value="{bar.pk}" selected' in waiter.get(f"/till/{till.pk}/").content.decode()
    waiter.post(f"/till/{till.pk}/printer/", {"printer": ""})
    bill.pay(amount="5.00")
    assert pulses() == 1, "a wallet"
    services.print_check(party_id=bill.party, actor=house.actor("waiter"))
    assert PrintJob.objects.get(kind="sheet").printer == counter
    assert Event.objects.filter(action="printer_chosen").count() == 2


def test_a_person_opens_it_and_the_log_says_who(house, counter, paper):
    till = start_till(house)
    cashier = house.browser("cashier")
    assert "Open the drawer" in cashier.get("/till/").content.decode()
    answer = cashier.post(f"/till/{till.pk}/drawer/", {"next": f"/till/{till.pk}/"}, follow=True)
    assert "The drawer opens." in answer.content.decode()
    event = Event.objects.get(type="drawer_opened")
    assert event.actor_label == str(house.staff("cashier"))
    assert f'"till": {till.pk}' in event.data or f'"till":{till.pk}' in event.data
    serve_printer(printer_id=counter.pk)
    assert paper.pulses == ["pin2", "pin2"]


def test_the_button_of_a_till_opens_its_own_drawer(house, counter, paper):
    """A manager, who has another till, presses the button on the page of the cashier's till."""
    bar = printer_at(house, paper.port, name="Bar", station=None, receipts=True, drawer="pin5")
    till, own, manager = start_till(house), start_till(house, "manager"), house.browser("manager")
    manager.post(f"/till/{till.pk}/printer/", {"printer": bar.pk, "has_drawer": "on"})
    PrintJob.objects.all().delete()
    assert f'action="/till/{till.pk}/drawer/"' in manager.get(f"/till/{till.pk}/").content.decode()
    assert f'action="/till/{own.pk}/drawer/"' in manager.get("/till/").content.decode()
    assert manager.post(f"/till/{till.pk}/drawer/").status_code == 302
    assert PrintJob.objects.get(kind="drawer").printer == bar
    with nothing_changes(), pytest.raises(NotPermitted):
        services.open_drawer(till_id=own.pk, actor=house.actor("cashier"))


def test_only_those_with_a_till_open_a_drawer_or_choose_a_printer(house, other_house, counter):
    till = start_till(house, "manager", shared="on")
    for role in ("host", "kitchen", "pad"):
        with nothing_changes(), pytest.raises(NotPermitted):
            services.open_drawer(till_id=till.pk, actor=house.actor(role))
        with nothing_changes(), pytest.raises(NotPermitted):
            services.choose_printer(till_id=till.pk, printer_id=None, has_drawer=True, actor=house.actor(role))
    theirs = printer_at(other_house, 9100, name="Theirs", station=None, receipts=True)
    station = printer_at(house, 9100, name="Grill")
    for printer in (theirs, station):
        with nothing_changes(), pytest.raises(NotYours):
            services.choose_printer(
                till_id=till.pk, printer_id=printer.pk, has_drawer=True, actor=house.actor("cashier")
            )
    with nothing_changes(), pytest.raises(NotYours):
        services.open_drawer(till_id=till.pk, actor=other_house.actor("cashier"))
    with nothing_changes(), pytest.raises(NotYours):
        services.choose_printer(till_id=till.pk, printer_id=None, has_drawer=True, actor=other_house.actor("cashier"))
    Till.objects.update(status="closed")
    with nothing_changes(), pytest.raises(DomainError, match="closed"):
        services.open_drawer(till_id=till.pk, actor=house.actor("cashier"))
    with nothing_changes(), pytest.raises(Exception, match="closed"):
        services.choose_printer(till_id=till.pk, printer_id=None, has_drawer=True, actor=house.actor("cashier"))
    assert TillPrinter.objects.count() == 0


def test_a_drawer_does_not_open_by_itself_later(house, counter, paper):
    Bill(house).pay()
    PrintJob.objects.update(created_at=timezone.now() - timedelta(seconds=30))
    assert serve_printer(printer_id=counter.pk) == 0
    assert (statuses(), paper.pulses) == ([("drawer", "skipped")], [])


def test_a_payment_stands_while_the_printer_is_off(house, counter, paper):
    paper.off()
    Bill(house).pay()
    serve_printer(printer_id=counter.pk)
    assert Payment.objects.get().status == "captured"


def test_a_test_slip_opens_the_drawer_too(house, counter, paper):
    print_test(printer_id=counter.pk, actor=house.actor("owner"))
    serve_printer(printer_id=counter.pk)
    assert (len(paper.slips), paper.pulses) == (1, ["pin2"])

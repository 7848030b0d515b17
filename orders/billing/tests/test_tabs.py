"""Tabs: held, charged once, released, ended. Nothing counts as paid before it is charged, and no answer is lost."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from bistro.core.kernel.errors import LostRace
from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.alarms import payment_alarms
from orders.billing.links import token_of
from orders.billing.models import DummyCharge, Payment
from orders.billing.services import capture_tab
from orders.billing.tests.online import dummy, faults, states, sweep
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def opened(bill, amount="50.00", status=201, **headers):
    answer = bill.post("/tabs", {"amount": amount}, **headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def capture(bill, tab, **body):
    return bill.api.post(f"/api/v1/payments/{tab['id']}/capture", body)


def release(bill, tab):
    return bill.api.post(f"/api/v1/payments/{tab['id']}/cancel")


def documents():
    """Return how many documents there are. Their app knows bills, not the other way round."""
    return apps.get_model("documents", "Document").objects.count()


def charges():
    return list(DummyCharge.objects.order_by("pk").values_list("state", "captured"))


def test_a_tab_takes_nothing_off_the_bill_and_is_charged_in_the_end(bill):
    tab = opened(bill)
    assert (tab["state"], tab["authorised"], tab["amount"]) == ("authorised", "50.00", "50.00")
    now = bill.read()
    assert (now["state"], now["paid"], now["reserved"], now["due"]) == ("open", "0.00", "0.00", "40.00")
    assert not documents()
    done = capture(bill, tab, tip="4.00").json()
    assert (done["state"], done["amount"], done["tip"], done["authorised"]) == ("captured", "40.00", "4.00", "50.00")
    now = bill.read()
    assert (now["state"], now["paid"], now["tips"], now["due"]) == ("settled", "40.00", "4.00", "0.00")
    assert (charges(), documents()) == ([("captured", Decimal("44.00"))], 1)
    body = {"amount": "40.00", "tip": "4.00", "reason": "cold"}
    back = bill.house.api("manager").post(f"/api/v1/payments/{tab['id']}/refunds", body)
    assert (back.json()["state"], states()) == ("refunded", ["refunded"])


def test_what_the_tab_does_not_cover_is_paid_in_another_way(bill):
    tab = opened(bill, "30.00")
    with nothing_changes():
        refused(capture(bill, tab, amount="40.00"), 422, "tab_too_small")
        refused(capture(bill, tab, amount="30.00", tip="0.01"), 422, "tab_too_small")
        refused(capture(bill, tab, tip="30.00"), 422, "tab_too_small")
        refused(capture(bill, tab, amount="41.00"), 422, "amount_above_due")
    assert capture(bill, tab, tip="3.00").json()["amount"] == "27.00"
    assert bill.due() == "13.00"
    bill.pay()
    assert bill.read()["state"] == "settled"


def test_repeated_calls_are_one_tab_and_one_charge(bill):
    first, second = (bill.post("/tabs", {"amount": "50.00"}, key="tap") for _ in range(2))
    assert (first.status_code, second.status_code, first.json()["id"]) == (201, 200, second.json()["id"])
    tab = first.json()
    with nothing_changes():
        refused(bill.post("/tabs", {"amount": "60.00"}, key="tap"), 422, "idempotency_key_reused")
        refused(bill.post("/tabs", {"amount": "10.00"}), 409, "tab_open")
    assert capture(bill, tab, amount="10.00").status_code == 200
    with nothing_changes():
        assert capture(bill, tab, amount="10.00").json()["state"] == "captured"
        refused(capture(bill, tab, amount="20.00"), 409, "tab_captured")
        refused(release(bill, tab), 409, "already_paid")
    assert (charges(), bill.due()) == ([("captured", Decimal("10.00"))], "30.00")


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_the_bank_and_the_bill_agree(bill, seed):
    """Open, charge, release, pay in cash and lose answers at random: in the end money is equal."""
    random = Random(seed)
    for _step in range(12):
        faults(lost=random.choice((0, 0, 0.5, 1)), fails=random.choice((0, 0, 0.3)), random=random)
        tabs = Payment.objects.filter(method="dummy").values_list("pk", flat=True)
        tab = {"id": random.choice(list(tabs) or [0])}
        cents = random.randrange(1, 2500)
        amount = f"{cents // 100}.{cents % 100:02}"
        random.choice(
            [
                lambda amount=amount: bill.post("/tabs", {"amount": amount}),
                lambda tab=tab, amount=amount: capture(bill, tab, amount=amount),
                lambda tab=tab: capture(bill, tab, tip="0.50"),
                lambda tab=tab: release(bill, tab),
                lambda amount=amount: bill.post("/payments", {"method": "cash", "amount": amount}),
                sweep,
            ]
        )()
        now = bill.read()
        assert Decimal(now["paid"]) + Decimal(now["reserved"]) + Decimal(now["due"]) == Decimal("40.00")
    faults()
    for tab in Payment.objects.filter(status="authorised", capture_at=None, cancel_at=None):
        assert release(bill, {"id": tab.pk}).json()["state"] == "cancelled"
    sweep(minutes=200)
    rows = Payment.objects.filter(method="dummy")
    assert {row.status for row in rows} <= {"captured", "cancelled"}
    assert sum(row.to_pay for row in rows if row.has_arrived) == sum(
        row.collected for row in DummyCharge.objects.filter(state="captured")
    )
    assert not Payment.objects.exclude(trouble="").exists()
    paid = sum(row.amount for row in Payment.objects.all() if row.has_arrived)
    assert Decimal(bill.read()["paid"]) == paid <= Decimal("40.00")


def test_who_may_and_what_is_no_tab(bill):
    paid = bill.pay(amount="10.00")
    with nothing_changes():
        refused(capture(bill, paid), 422, "not_a_tab")
        refused(bill.post("/tabs", {"amount": "0"}), 422, "validation_error")
        refused(bill.house.api("kitchen").post(bill.path("/tabs"), {"amount": "5.00"}), 403, "permission_denied")
        refused(bill.house.api("kitchen").post(f"/api/v1/payments/{paid['id']}/capture"), 403, "permission_denied")
    faults(holds=False)
    with nothing_changes():
        refused(bill.post("/tabs", {"amount": "50.00"}), 422, "no_tabs")
    Restaurant.objects.update(online_payments="")
    with nothing_changes():
        refused(bill.post("/tabs", {"amount": "50.00"}), 422, "method_not_offered")


def test_lost_answers_are_found_by_the_sweep(bill):
    faults(lost=1)
    tab = opened(bill)
    assert (tab["state"], bill.due()) == ("unknown", "40.00")
    faults()
    sweep()
    assert states() == ["authorised"]
    faults(lost=1)
    assert capture(bill, tab).json()["state"] == "authorised"
    assert (bill.read()["reserved"], bill.due()) == ("40.00", "0.00")
    with nothing_changes():
        refused(bill.post("/payments", {"method": "cash"}), 409, "amount_taken")
        refused(release(bill, tab), 409, "tab_captured")
    faults()
    sweep(minutes=2)
    assert (states(), charges(), bill.due()) == (["captured"], [("captured", Decimal("40.00"))], "0.00")


def test_a_call_that_never_arrived_is_repeated(bill):
    tab = opened(bill)
    dummy().switches.down = True
    assert capture(bill, tab, amount="25.00").json()["state"] == "authorised"
    dummy().switches.down = False
    sweep(minutes=2)
    assert (states(), charges()) == (["captured"], [("captured", Decimal("25.00"))])


def test_a_lost_release_is_repeated(bill):
    tab = opened(bill)
    dummy().switches.down = True
    assert release(bill, tab).json()["state"] == "authorised"
    with nothing_changes():
        refused(capture(bill, tab), 409, "tab_over")
    dummy().switches.down = False
    sweep(minutes=2)
    assert (states(), charges(), bill.due()) == (["cancelled"], [("cancelled", None)], "40.00")


def test_a_bank_that_let_go_frees_the_amount(bill):
    tab = opened(bill)
    DummyCharge.objects.update(amount="5.00")  # the bank holds less than it said
    refused(capture(bill, tab), 409, "capture_refused")
    assert (states(), bill.read()["reserved"], bill.due()) == (["authorised"], "0.00", "40.00")
    sweep()
    assert Payment.objects.get().trouble == "amount", "the sweep looks at it and a person is told"


def test_a_provider_that_captured_another_amount_is_parked(bill):
    tab = opened(bill)
    faults(wrong={"amount": "49.00"})
    assert capture(bill, tab).json()["state"] == "authorised"
    assert (Payment.objects.get().trouble, bill.read()["paid"]) == ("amount", "0.00")


def test_a_guest_who_does_not_go_on_has_no_tab(bill):
    faults(waits=1000)
    assert opened(bill)["state"] == "pending"
    with nothing_changes():
        refused(capture(bill, {"id": Payment.objects.get().pk}), 409, "tab_over")
    sweep(minutes=11)
    assert states() == ["cancelled"]


def test_a_bill_that_is_paid_otherwise_releases_the_tab(bill):
    opened(bill)
    bill.pay(amount="10.00")
    sweep(minutes=0)
    assert states() == ["authorised", "captured"]
    bill.pay()
    sweep(minutes=0)
    assert (states()[0], charges()) == ("cancelled", [("cancelled", None)])


def test_a_write_off_and_guests_who_leave_release_the_tab(bill, house):
    opened(bill)
    house.api("manager").post(bill.path("/write-off"), {"reason": "gone"})
    sweep(minutes=0)
    assert states() == ["cancelled"]
    opened(bill)
    for ticket in house.tickets(bill.order):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    house.done(bill.api.post(f"/api/v1/orders/{bill.order['id']}/deliver"))
    house.done(bill.api.post(f"/api/v1/tables/{house.table.pk}/clear"))
    sweep(minutes=0)
    assert states() == ["cancelled", "cancelled"]


def test_the_end_is_watched_and_nothing_is_held_again(bill, house):
    opened(bill)
    manager = house.actor("manager")
    ends = Payment.objects.get().capture_before
    with time_machine.travel(ends - timedelta(hours=13), tick=False):
        assert "about to end" not in house.browser("waiter").get("/floor/payments/").content.decode()
    with time_machine.travel(ends - timedelta(hours=11), tick=False):
        assert "about to end" in house.browser("manager").get("/floor/payments/").content.decode()
        assert len(payment_alarms(manager)) == 1
    with time_machine.travel(ends + timedelta(minutes=1), tick=False):
        with nothing_changes(), pytest.raises(LostRace, match="not open"):
            capture_tab(payment_id=Payment.objects.get().pk, actor=manager)
        sweep(minutes=0)
        assert (states(), charges()) == (["expired"], [("expired", None)])
        sweep(minutes=60)
    assert (DummyCharge.objects.count(), bill.due()) == (1, "40.00")


def test_a_bank_that_holds_on_is_told_to_let_go(bill):
    opened(bill)
    Payment.objects.update(capture_before=timezone.now() - timedelta(minutes=1), ask_at=timezone.now())
    sweep(minutes=0)
    assert (states(), charges()) == (["expired"], [("cancelled", None)])


def test_the_bill_opens_charges_and_releases_a_tab(bill, house):
    page, path = house.browser("waiter"), f"/floor/bills/{bill.party}/"
    assert "Open a tab…" in page.get(path).content.decode()
    assert page.post(f"{path}tab/", {"amount": "50,00", "key": "a"}).status_code == 302
    shown = page.get(path).content.decode()
    assert "Pay from the tab" in shown
    assert "Open a tab…" not in shown
    tab = Payment.objects.get()
    answer = page.post(f"/floor/payments/{tab.pk}/capture/", {"amount": "60", "tip": ""})
    assert (answer.status_code, "Only €40.00 is due" in answer.content.decode()) == (422, True)
    assert page.post(f"/floor/payments/{tab.pk}/capture/", {"amount": "40", "tip": "2.50"}).status_code == 302
    assert charges() == [("captured", Decimal("42.50"))]


def test_guests_open_a_tab_by_phone(bill, client):
    path = f"/pay/{token_of(Party.objects.get(pk=bill.party))}/"
    assert f"{path}tab/" in client.get(path).content.decode()
    assert client.post(f"{path}tab/", {"amount": "much", "key": "a"}).status_code == 422
    first, second = (client.post(f"{path}tab/", {"amount": "50", "key": "a"}) for _ in range(2))
    assert first.url == second.url if second.status_code == 302 else True
    shown = client.get(first.url).content.decode()
    assert "Your tab is open" in shown
    assert states() == ["authorised"]
    assert f"{path}tab/" not in client.get(path).content.decode()
    assert client.get("/pay/" + "x" * 43 + "/tab/").status_code == 404


def test_reports_name_open_tabs_and_count_nothing(bill, house):
    opened(bill)
    manager = house.browser("manager")
    day = timezone.now().astimezone(house.restaurant.tz)
    assert "Open tabs" in manager.get(f"/reports/day/{house.restaurant.business_date(day)}/").content.decode()
    closing = house.api("manager").post("/api/v1/closings", {"kind": "day"})
    assert closing.status_code == 201, closing.content
    body = closing.json()
    assert body["money"] == "0.00"
    assert [(each["is_tab"], each["table"], each["amount"]) for each in body["under_way"]] == [
        (True, house.table.name, "50.00")
    ]

"""Deposits of bookings: wanted, paid, taken off the bill, given back, kept; and money that is equal in every case."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotPermitted
from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.alarms import payment_alarms
from orders.billing.models import Deposit, DummyCharge, DummyRefund, Payment, Voucher, VoucherMove
from orders.billing.services import Tender, refund_payment, settle_deposit, start_deposit, take_payment, use_deposit
from orders.billing.statements import read_statement
from orders.billing.tests.online import dummy, faults, sweep
from orders.billing.transitions import Method
from tables.bookings import services as bookings
from tables.bookings.models import Booking, DepositRule, TableHold
from tables.bookings.representations import instant
from tables.bookings.tests.evenings import book, evening
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def rule(house):
    fields = {"name": "All", "amount": Decimal("10.00"), "online_only": False, "from_size": 2}
    return DepositRule.objects.create(restaurant=house.restaurant, **fields)


@pytest.fixture
def booked(house, rule):
    return book(house, size=2)


def pay(booking):
    start_deposit(booking_id=booking.pk, restaurant_id=booking.restaurant_id)
    return Deposit.objects.select_related("voucher").get(booking=booking)


def kinds():
    return [(move.kind, move.amount) for move in VoucherMove.objects.order_by("pk")]


def agree():
    """Check that ledgers, bank and bookings say the same."""
    for voucher in Voucher.objects.all():
        assert voucher.balance == sum(move.amount for move in voucher.moves.all())
    taken = sum(row.amount for row in DummyCharge.objects.filter(state="captured"))
    back = sum(row.amount for row in DummyRefund.objects.all())
    paid = sum(move.amount for move in VoucherMove.objects.filter(kind__in=("deposit", "back")))
    assert taken - back == paid


def queries_of(api, path):
    """Return how many queries a call costs, after one that fills what is remembered."""
    api.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert api.get(path).status_code == 200
    return len(queries)


def close(house):
    """Close the day, and return its figures."""
    return house.done(house.api("manager").post("/api/v1/closings", {"kind": "day"}))


def by_guest(booking):
    bookings.cancel_booking(booking_id=booking.pk, actor=Actor.system(booking.restaurant_id, "guest"))


def seated(house, booking, dishes):
    """Seat the guests of a booking now, let them order dishes at 10.00, and return their party."""
    Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now())
    bookings.seat_booking(booking_id=booking.pk, actor=house.actor("host"))
    if dishes:
        house.order(house.actor("waiter"), quantity=dishes, table_id=house.table.pk)
    return Party.objects.get()


def bill_of(party):
    party.refresh_from_db()
    return read_statement(party, Restaurant.objects.get())


def leave(house):
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))


@pytest.mark.parametrize(
    ("fields", "size", "wanted"),
    [
        ({}, 2, "20.00"),
        ({"per_guest": False}, 4, "10.00"),
        ({"from_size": 3}, 2, None),
        ({"online_only": True}, 2, None),
        ({"starts": "18:00", "ends": "19:00"}, 2, None),
        ({"starts": "19:00", "ends": "20:00"}, 2, "20.00"),
        ({"weekday": "other"}, 2, None),
        ({"day": "other"}, 2, None),
    ],
)
def test_which_bookings_need_a_deposit(house, rule, fields, size, wanted):
    other = evening() + timedelta(days=1)
    fields = {
        name: {"weekday": other.weekday(), "day": other.date()}[name] if value == "other" else value
        for name, value in fields.items()
    }
    DepositRule.objects.update(**fields)
    house.table.__class__.objects.update(seats=8)
    booking = book(house, size=size)
    booking.refresh_from_db()
    assert booking.deposit == (None if wanted is None else Decimal(wanted))
    assert Deposit.objects.count() == (wanted is not None)


def test_the_highest_rule_counts_and_a_house_without_payments_wants_none(house, rule):
    DepositRule.objects.create(restaurant=house.restaurant, name="Eve", amount=50, per_guest=False, online_only=False)
    assert book(house).deposit == Decimal("50.00")
    Restaurant.objects.update(online_payments="")
    assert book(house, evening(days=2)).deposit is None


def test_rules_are_added_and_removed_by_managers_only(house, other_house):
    manager, other = house.actor("manager"), other_house.actor("manager")
    rule = bookings.add_deposit_rule(name="Eve", amount=Decimal(50), actor=manager, per_guest=False, online_only=False)
    assert book(house).deposit == Decimal("50.00")
    with nothing_changes():
        for wrong in ({"amount": Decimal(0)}, {"amount": Decimal(1), "weekday": 9}, {"amount": Decimal("1.001")}):
            with pytest.raises(InvalidInput):
                bookings.add_deposit_rule(name="Eve", actor=manager, **wrong)
        with pytest.raises(NotPermitted):
            bookings.add_deposit_rule(name="Eve", amount=Decimal(1), actor=house.actor("host"))
        with pytest.raises(NotPermitted):
            bookings.remove_deposit_rule(rule_id=rule.pk, actor=house.actor("host"))
        bookings.remove_deposit_rule(rule_id=rule.pk, actor=other)
    bookings.remove_deposit_rule(rule_id=rule.pk, actor=manager)
    bookings.remove_deposit_rule(rule_id=rule.pk, actor=manager)
    assert not DepositRule.objects.exists()
    assert book(house, evening(days=2)).deposit is None


def test_an_unpaid_deposit_frees_the_table(house, booked):
    assert TableHold.objects.live().count() == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert bookings.cancel_unpaid(now=timezone.now()) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert bookings.cancel_unpaid(now=timezone.now()) == 1
        assert bookings.cancel_unpaid(now=timezone.now()) == 0
    booked.refresh_from_db()
    assert (booked.status, TableHold.objects.live().count()) == ("cancelled", 0)
    assert Deposit.objects.get().status == "lapsed"


def test_a_paid_deposit_keeps_the_table(house, booked):
    deposit = pay(booked)
    booked.refresh_from_db()
    assert (deposit.status, deposit.balance, booked.deposit_paid_at is not None) == ("paid", Decimal("20.00"), True)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert bookings.cancel_unpaid(now=timezone.now()) == 0
    assert pay(booked).pk == deposit.pk
    assert (DummyCharge.objects.count(), kinds()) == (1, [("deposit", Decimal("20.00"))])
    agree()


def test_guests_pay_on_their_page(house, booked, client):
    page = client.get(reverse("guest-booking", args=[booked.token])).content.decode()
    assert f"/deposit/{booked.token}/" in page
    assert "Deposit: €20.00" in page
    assert "€20.00" in client.get(f"/deposit/{booked.token}/").content.decode()
    assert client.post(f"/deposit/{booked.token}/").status_code == 302
    assert "€20.00 is paid" in client.get(f"/deposit/{booked.token}/").content.decode()
    for language, word in (("de", "Anzahlung"), ("fr", "Acompte"), ("es", "Depósito"), ("ar", "العربون")):
        shown = client.get(f"/deposit/{booked.token}/", headers={"accept-language": language}).content.decode()
        assert word in shown
    assert client.get("/deposit/" + "x" * 32 + "/").status_code == 404


def test_a_lost_answer_and_a_page_that_is_left(house, booked):
    faults(lost=1)
    assert pay(booked).status == "under_way"
    faults()
    sweep()
    assert pay(booked).status == "paid"
    agree()
    other = book(house, evening(days=2))
    faults(waits=1000)
    assert pay(other).status == "under_way"
    sweep(minutes=11)
    assert Deposit.objects.get(booking=other).status == "wanted", "the guest may try again"
    faults()
    assert pay(other).status == "paid"
    agree()


def test_money_for_a_booking_that_lapsed_goes_back(house, booked):
    faults(lost=1)
    pay(booked)
    faults()
    by_guest(booked)
    sweep()
    assert (Deposit.objects.get().status, Voucher.objects.get().balance) == ("returned", 0)
    agree()


@pytest.mark.parametrize(("hours", "status"), [(25, "returned"), (23, "kept")])
def test_guests_who_cancel_in_time_get_it_back(house, booked, hours, status):
    pay(booked)
    until = timezone.now() + timedelta(hours=hours - 24)  # as if it were so many hours before
    Booking.objects.update(deposit_refundable_until=until)
    by_guest(booked)
    sweep()
    assert (Deposit.objects.get().status, Voucher.objects.get().balance) == (status, 0)
    agree()


def test_the_house_that_cancels_gives_it_back(house, booked):
    pay(booked)
    Booking.objects.update(deposit_refundable_until=timezone.now() - timedelta(hours=1))
    bookings.cancel_booking(booking_id=booked.pk, actor=house.actor("host"))
    sweep()
    assert Deposit.objects.get().status == "returned"
    agree()


def test_a_no_show_keeps_it_and_its_undoing_does_not(house, booked):
    pay(booked)
    Booking.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=2))
    bookings.mark_no_show(booking_id=booked.pk, actor=house.actor("host"))
    assert (Deposit.objects.get().status, kinds()[-1]) == ("kept", ("kept", Decimal("-20.00")))
    body = close(house)
    assert (body["sale"], body["vouchers"]["deposits"], body["vouchers"]["kept"]) == ("0.00", "20.00", "20.00")
    assert body["vouchers"]["owed_after"] == "0.00"
    bookings.undo_no_show(booking_id=booked.pk, actor=house.actor("host"))
    assert (Deposit.objects.get().status, Voucher.objects.get().balance) == ("paid", Decimal("20.00"))
    agree()


def test_before_the_booked_time_nobody_keeps_a_deposit_for_a_no_show(house, booked):
    """Neither the page, nor the API, nor a batch marks guests as missing who are still to come."""
    pay(booked)
    browser, api, late = house.browser("host"), house.api("host"), {"status": "no_show"}
    room, page = f"/restaurants/{house.restaurant.uid}", f"/host/bookings/{booked.pk}/"
    assert 'value="no_show"' not in browser.get(page).content.decode()
    batch = {"updates": [{"entity": "reservation", "id": str(booked.uid), "data": late}]}
    with nothing_changes():
        assert browser.post(f"{page}act/", {"do": "no_show"}).status_code == 422
        refused(api.put(f"{room}/reservations/{booked.uid}", late), 422, "too_early")
        assert refused(api.post(f"{room}/batch-update", batch), 422, "too_early")["index"] == 0
        moved = {**late, "startsAt": evening(days=2).isoformat()}
        refused(api.put(f"{room}/reservations/{booked.uid}", moved), 422, "too_early")
    assert Deposit.objects.get().status == "paid"
    Booking.objects.update(starts_at=timezone.now())
    assert 'value="no_show"' in browser.get(page).content.decode()
    assert api.post(f"{room}/batch-update", batch).status_code == 200
    assert Deposit.objects.get().status == "kept"
    agree()


def test_programs_read_the_deposit_of_a_booking(house, booked):
    address, api = f"/restaurants/{house.restaurant.uid}/reservations", house.api("host")
    (row,) = api.get(address).json()
    wanted = Booking.objects.get()
    assert row["deposit"] == {
        "amount": "20.00",
        "payUntil": instant(wanted.deposit_until),
        "paidAt": None,
        "refundableUntil": instant(wanted.deposit_refundable_until),
    }
    pay(booked)
    (row,) = api.get(address).json()
    assert row["deposit"]["paidAt"] == instant(Booking.objects.get().deposit_paid_at)
    assert api.put(f"{address}/{row['id']}", row).json() == row, "a client may send the whole row back"
    (event,) = Event.objects.filter(type="reservation_updated", action="deposit_paid")
    assert json.loads(event.data)["deposit"] == row["deposit"]
    sync = f"/restaurants/{house.restaurant.uid}/sync?since=0"
    costs = [queries_of(api, path) for path in (address, sync)]
    for day in range(2, 5):
        book(house, evening(days=day))
    assert [queries_of(api, path) for path in (address, sync)] == costs
    snapshot = api.get(sync).json()["snapshot"]["reservations"]
    assert snapshot == api.get(address).json()
    assert [each["deposit"]["amount"] for each in snapshot] == ["20.00"] * 4


def test_it_is_taken_off_the_bill_when_the_rest_is_paid(house, booked):
    pay(booked)
    party = seated(house, booked, 5)
    statement = bill_of(party)
    assert (statement.open, statement.deposit, statement.due) == (Decimal("50.00"), Decimal("20.00"), Decimal("30.00"))
    take_payment(party_id=party.pk, tender=Tender(Method.CASH), actor=house.actor("waiter"))
    statement = bill_of(party)
    assert (statement.state, statement.open, statement.deposit) == ("settled", 0, 0)
    assert [(row.method, row.amount) for row in Payment.objects.order_by("pk")] == [
        ("cash", Decimal("30.00")),
        ("deposit", Decimal("20.00")),
    ]
    body = close(house)
    assert (body["sale"], body["money"], body["unexplained"]) == ("50.00", "50.00", "0.00")
    assert (body["vouchers"]["deposits"], body["vouchers"]["redeemed"]) == ("20.00", "20.00")
    agree()


def test_a_deposit_above_the_bill_settles_it_and_the_rest_goes_back(house, booked):
    pay(booked)
    party = seated(house, booked, 1)
    assert bill_of(party).due == 0
    use_deposit(party_id=party.pk, actor=house.actor("waiter"))
    with nothing_changes(), pytest.raises(Exception, match="Nothing is due"):
        use_deposit(party_id=party.pk, actor=house.actor("waiter"))
    assert (bill_of(party).state, Voucher.objects.get().balance) == ("settled", Decimal("10.00"))
    refund = Payment.objects.get()
    refund_payment(payment_id=refund.pk, amount=Decimal("4.00"), reason="cold", actor=house.actor("manager"))
    sweep()
    assert (Voucher.objects.get().balance, Deposit.objects.get().status) == (0, "returned")
    assert sum(row.amount for row in DummyRefund.objects.all()) == Decimal("14.00")
    agree()


def test_guests_who_leave_without_an_order_get_it_back(house, booked):
    pay(booked)
    seated(house, booked, 0)
    leave(house)
    sweep()
    assert (Deposit.objects.get().status, Voucher.objects.get().balance) == ("returned", 0)
    agree()


def test_a_provider_that_refuses_to_give_back_needs_somebody(house, booked):
    pay(booked)
    Booking.objects.update(deposit_refundable_until=timezone.now() + timedelta(hours=1))
    by_guest(booked)
    DummyCharge.objects.update(state="cancelled")
    sweep()
    row, manager = Deposit.objects.get(), house.actor("manager")
    assert (row.status, len(payment_alarms(manager))) == ("failed", 1)
    page = house.browser("manager")
    assert "refused to give it back" in page.get("/floor/payments/").content.decode()
    assert page.post(f"/floor/deposits/{row.pk}/settle/", {"reason": ""}).status_code == 422
    assert house.browser("waiter").post(f"/floor/deposits/{row.pk}/settle/", {"reason": "x"}).status_code == 403
    settle_deposit(deposit_id=row.pk, reason="Paid by transfer", actor=manager)
    assert payment_alarms(manager) == []
    with nothing_changes(), pytest.raises(LostRace, match="nobody"):
        settle_deposit(deposit_id=row.pk, reason="Again", actor=manager)


@pytest.mark.parametrize(("sent", "method"), [({"cash": ""}, "cash"), ({}, "dummy")])
def test_what_was_given_back_by_hand_is_owed_no_more(house, booked, sent, method):
    """A manager gives the money back in cash, or by transfer: the closing owes nothing, and cash left the till."""
    pay(booked)
    api = house.api("manager")
    till = house.done(api.post("/api/v1/tills", {"float": "100.00"}))
    Booking.objects.update(deposit_refundable_until=timezone.now() + timedelta(hours=1))
    by_guest(booked)
    DummyCharge.objects.update(state="cancelled")
    sweep()
    page = house.browser("manager").get("/floor/payments/").content.decode()
    assert "Given back in cash" in page
    path = f"/floor/deposits/{Deposit.objects.get().pk}/settle/"
    assert house.browser("manager").post(path, {"reason": "By hand", **sent}).status_code == 302
    row = Deposit.objects.get()
    assert (row.status, row.balance, row.settled_note, row.ask_at) == ("returned", 0, "By hand", None)
    assert kinds() == [("deposit", Decimal("20.00")), ("back", Decimal("-20.00"))]
    moves = apps.get_model("till", "TillMove").objects.filter(voucher_move__kind="back")
    assert [(move.method, move.amount) for move in moves] == [(method, Decimal("-20.00"))]
    counted = house.done(api.post(f"/api/v1/tills/{till['id']}/count", {"pieces": {"10": 8 if sent else 10}}))
    assert counted["difference"] == "0.00"
    body = close(house)
    assert (body["vouchers"]["given_back"], body["vouchers"]["owed_after"]) == ("20.00", "0.00")
    sweep(minutes=1000)
    assert not DummyRefund.objects.exists()


def test_another_amount_at_the_provider_is_parked(house, booked):
    faults(wrong={"amount": "1.00"})
    assert pay(booked).trouble == "amount"
    faults()
    sweep()
    assert (Deposit.objects.get().status, Voucher.objects.exists()) == ("under_way", False)


def test_a_deposit_is_no_voucher_that_people_see(house, booked):
    pay(booked)
    voucher = Voucher.objects.get()
    assert house.api("manager").get(f"/api/v1/vouchers/{voucher.pk}").status_code == 404
    assert house.api("manager").get("/api/v1/vouchers").json()["results"] == []
    body = {"reason": "x", "pay_back": False}
    assert house.api("manager").post(f"/api/v1/vouchers/{voucher.pk}/void", body).status_code == 404
    assert dummy().can_hold

"""Closings of days: hand-computed tables, everything in exactly one of them, and what is still open."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bistro.core.database.append_only import lift, protect
from bistro.core.kernel.errors import LostRace
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import Payment
from orders.billing.services import remove_adjustment, write_off
from orders.billing.tests.online import faults, sweep
from orders.models import Order, OrderLine
from orders.services import Once, clear_table, join_parties, separate_guests, void_lines
from orders.till.chain import breaks_of
from orders.till.models import Closing, TillMove
from orders.till.reports.periods import read_period
from orders.till.representations import closing_json
from orders.till.services import close_period, open_till
from orders.till.tests.days import CLOSINGS, amounts, close, discount, evening, party, pay, refund, set_tax_mode
from orders.till.transitions import ClosingKind
from tables.models import Party

pytestmark = pytest.mark.django_db
NAMES = ("lines", "adjustments", "refunds", "tax", "sale", "tips", "rounding", "money", "open_after")
EVENING = datetime(2026, 3, 7, 20, 0, tzinfo=timezone.get_fixed_timezone(0))


@pytest.fixture
def clock():
    with time_machine.travel(EVENING) as travelled:
        yield travelled


def leave(party_id, manager):
    Order.objects.filter(party=party_id).update(status="delivered")
    clear_table(table_id=Party.objects.get(pk=party_id).table_id, actor=manager)


def test_guests_who_left_before_an_older_day_was_closed_are_in_their_own_day(house, clock):
    pay(house, party(house, 1))
    next_day(clock)
    gone, manager = party(house, 3), house.actor("manager")
    write_off(party_id=gone, reason="left", actor=manager)
    leave(gone, manager)
    clock.shift(timedelta(minutes=15))
    close(house)  # yesterday, late

    assert amounts(close(house), "sale", "written_off") == ("30.00", "30.00")


def test_a_discount_that_is_removed_after_the_closing_is_in_the_next_one(house, clock):
    guests, manager = party(house, 2), house.actor("manager")
    adjustment = discount(house, guests, "50")
    pay(house, guests)
    leave(guests, manager)
    clock.shift(timedelta(minutes=15))
    close(house)
    next_day(clock)
    remove_adjustment(adjustment_id=adjustment.pk, actor=manager)
    pay(house, party(house, 1))

    assert amounts(close(house), "sale", "open_after") == ("20.00", "10.00")


def test_a_wrong_method_corrected_after_the_closing_changes_the_next_day_only(house, clock):
    """Cash of 10.00 with a tip of 1.00 was a card. The first closing stays as it is."""
    payment = pay(house, party(house, 1), tip="1.00").pk
    first = close(house)
    next_day(clock)
    right = {"method": "terminal", "reason": "was a card"}
    assert house.api("manager").post(f"/api/v1/payments/{payment}/method", right).status_code == 201
    second = close(house)

    assert amounts(first, "sale", "tips", "money") == ("10.00", "1.00", "11.00")
    assert amounts(second, "sale", "tips", "money") == ("0.00", "0.00", "0.00")
    assert [(each["method"], each["amount"]) for each in second["methods"]] == [
        ("cash", "-11.00"),
        ("terminal", "11.00"),
    ]


def next_day(clock, days=1):
    clock.shift(timedelta(days=days))


@pytest.mark.parametrize(
    ("mode", "table"),
    [
        # 40.00 + 30.00 + 10.00 with 10 % inside; 4.00 off; 5.00 back with 0.46 of 2.73 tax; 22.02 paid as 22.00
        ("inclusive", ("72.72", "3.63", "4.54", "6.45", "71.00", "3.00", "-0.02", "63.98", "10.00")),
        # the same with 10 % on top: 39.60 + 33.00 + 11.00; 5.00 back with 0.45 of 3.00 tax
        ("added", ("80.00", "4.00", "4.55", "7.15", "78.60", "3.00", "-0.02", "70.58", "11.00")),
    ],
)
def test_an_evening_by_hand(house, mode, table):
    set_tax_mode(house, mode)
    evening(house)
    body = close(house)
    assert amounts(body, *NAMES) == table
    assert [(each["method"], each["payments"], each["refunds"]) for each in body["methods"]] == [
        ("cash", 1, 0),
        ("terminal", 2, 1),
    ]
    assert (body["figures"]["discounts"], body["cash_without_till"]) == ("4.00", "22.00")


def test_everything_is_in_one_closing(house, clock):
    """The first day's evening; late that night the third party pays and two more dishes come, after the closing."""
    _first, second, third = evening(house)
    assert amounts(close(house), "sale", "money", "open_after", "perpetual") == ("71.00", "64.00", "10.00", "71.00")
    pay(house, third)
    late = party(house, 2)
    next_day(clock)
    pay(house, late, amount="15.00")
    refund(house, Payment.objects.filter(bill__party=second).get(), "1.00")
    body = close(house)
    assert amounts(body, "sale", "money", "open_before", "open_after", "perpetual") == (
        "19.00",
        "24.00",
        "10.00",
        "5.00",
        "90.00",
    )
    assert body["late"] == [{"day": "2026-03-07", "moves": 1, "amount": "10.00"}]
    next_day(clock)
    body = close(house)
    assert amounts(body, "sale", "money", "open_before", "open_after") == ("0.00", "0.00", "5.00", "5.00")
    assert not TillMove.objects.filter(closing=None).exists()
    numbers = list(Closing.objects.order_by("pk").values_list("number", "day"))
    assert [(number, day.isoformat()) for number, day in numbers] == [
        (1, "2026-03-07"),
        (2, "2026-03-08"),
        (3, "2026-03-09"),
    ]


def test_a_day_that_was_forgotten_is_closed_without_the_next(house, clock):
    pay(house, party(house, 2))
    next_day(clock)
    pay(house, party(house, 3))
    body = close(house)
    assert (body["day"], *amounts(body, "sale", "money")) == ("2026-03-07", "20.00", "20.00")
    body = close(house)
    assert (body["day"], *amounts(body, "sale", "money")) == ("2026-03-08", "30.00", "30.00")


def test_what_changes_after_a_closing_is_in_the_next(house, clock):
    guests = party(house, 3)
    close(house)
    lines = {line.pk: 1 for line in OrderLine.objects.filter(order__party=guests)}
    order = OrderLine.objects.get(order__party=guests).order_id
    void_lines(order_id=order, lines=lines, reason="hair", actor=house.actor("manager"))
    pay(house, guests, amount="5.00")
    write_off(party_id=guests, reason="left", actor=house.actor("manager"))
    next_day(clock)
    body = close(house)
    assert amounts(body, "sale", "money", "written_off", "open_before", "open_after") == (
        "-10.00",
        "5.00",
        "15.00",
        "30.00",
        "0.00",
    )


def test_guests_who_join_and_part_are_counted_once(house, clock):
    first, second = party(house, 1), party(house, 2)
    close(house)
    tables = dict(Party.objects.values_list("pk", "table"))
    join_parties(party_id=first, other_id=second, actor=house.actor("manager"))
    pay(house, first, amount="25.00")
    next_day(clock)
    assert amounts(close(house), "sale", "money", "open_before", "open_after") == ("0.00", "25.00", "30.00", "5.00")
    separate_guests(party_id=first, table_id=tables[second], actor=house.actor("manager"))
    next_day(clock)
    body = close(house)
    assert amounts(body, "sale", "money", "open_before", "open_after") == ("0.00", "0.00", "5.00", "5.00")
    assert sorted(each["open"] for each in body["open_bills"]) == ["-15.00", "20.00"]


def test_what_is_open_is_listed_and_stops_nothing(house):
    guests = party(house, 1)
    pay(house, guests, "terminal", "4.00")
    Payment.objects.update(status="pending")
    till, _ = open_till(opening_float=Decimal(50), actor=house.actor("waiter"))
    name = Party.objects.get(pk=guests).table.name
    closing, _ = close_period(actor=house.actor("manager"))
    body = closing_json(closing)
    assert body["open_bills"] == [{"party": guests, "name": name, "open": "10.00"}]
    assert [each["amount"] for each in body["under_way"]] == ["4.00"]
    assert [(each["id"], each["state"], each["expected"]) for each in body["tills"]] == [(till.pk, "open", None)]


def test_online_payments_are_closed_when_their_money_has_arrived(house, bill):
    faults(lost=1.0)
    bill.pay(method="dummy", amount="15.00", tip="1.00")
    body = close(house)
    assert (body["methods"], [each["amount"] for each in body["under_way"]]) == ([], ["15.00"])
    faults()
    sweep()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        body = close(house)
    assert [(each["method"], each["amount"]) for each in body["methods"]] == [("dummy", "16.00")]
    assert amounts(body, "sale", "tips", "open_before", "open_after") == ("0.00", "1.00", "40.00", "25.00")


def test_one_closing_of_a_day(house):
    api = house.api("manager")
    first = api.post(CLOSINGS, {}, key="z")
    again = api.post(CLOSINGS, {}, key="z")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == api.get(first["Location"]).json()
    day = first.json()["day"]
    before, after = (str(datetime.fromisoformat(day).date() + timedelta(days=each)) for each in (-1, 2))
    with nothing_changes():
        assert refused(api.post(CLOSINGS, {}), 409, "period_closed")["number"] == 1
        refused(api.post(CLOSINGS, {"day": before}), 409, "period_closed")
        refused(api.post(CLOSINGS, {"day": after}), 422, "day_not_begun")
        refused(api.post(CLOSINGS, {"kind": "month"}), 422, "period_not_over")
        refused(api.post(CLOSINGS, {"kind": "year", "day": "2001-01-01"}), 422, "nothing_to_close")
        refused(api.post(CLOSINGS, {"day": day}, key="z"), 422, "idempotency_key_reused")
    assert api.get(CLOSINGS).json()["count"] == 1


def test_a_month_adds_up_its_days(house, clock):
    for dishes in (2, 3):
        pay(house, party(house, dishes), tip="1.00")
        close(house)
        next_day(clock)
    next_day(clock, 30)
    pay(house, party(house, 5))
    close(house)
    body = close(house, ClosingKind.MONTH, EVENING.date())
    assert (body["day"], body["number"]) == ("2026-03-31", 1)
    assert amounts(body, "sale", "tips", "money", "perpetual") == ("50.00", "2.00", "52.00", "50.00")
    assert [each["number"] for each in body["days"]] == [1, 2]
    assert body["methods"][0]["payments"] == 2
    with pytest.raises(LostRace):
        close(house, ClosingKind.MONTH, EVENING.date())


@pytest.mark.parametrize(
    ("kind", "starts", "later"),
    [
        (ClosingKind.MONTH, datetime(2026, 3, 30, 20, tzinfo=UTC), 30),
        (ClosingKind.YEAR, datetime(2026, 12, 30, 20, tzinfo=UTC), 365),
    ],
)
def test_a_day_that_is_closed_after_its_month_or_year_is_in_the_next(house, kind, starts, later):
    with time_machine.travel(starts) as clock:
        pay(house, party(house, 1))
        close(house)
        next_day(clock)
        pay(house, party(house, 2))
        next_day(clock)
        first = close(house, kind, starts.date())
        close(house, day=starts.date() + timedelta(days=1))
        pay(house, party(house, 3))
        close(house)
        next_day(clock, later)
        second = close(house, kind, starts.date() + timedelta(days=2))
    assert [amounts(body, "sale", "perpetual") for body in (first, second)] == [("10.00", "10.00"), ("50.00", "60.00")]
    assert [[each["number"] for each in body["days"]] for body in (first, second)] == [[1], [2, 3]]


def test_closings_never_change_and_the_chain_shows_it(house, clock):
    for _ in range(3):
        pay(house, party(house, 1))
        close(house)
        next_day(clock)
    rows = Closing.objects.order_by("pk")
    assert breaks_of(rows) == []
    for change in (lambda: rows.update(sales=0), lambda: rows.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    first, second, third = rows
    with pytest.raises(IntegrityError), transaction.atomic():
        TillMove.objects.update(amount=1)
    lift(connection)
    Closing.objects.filter(pk=second.pk).update(payload=second.payload.replace("10.00", "11.00", 1))
    assert breaks_of(rows.all()) == ["day 2: its figures were changed"]
    Closing.objects.filter(pk=second.pk).update(payload=second.payload, previous_hash=third.hash)
    assert len(breaks_of(rows.all())) == 2
    protect(connection)
    assert first.previous_hash == ""


def test_a_key_of_another_request(house):
    manager = house.actor("manager")
    close_period(actor=manager, once=Once("z", "a"))
    assert close_period(actor=manager, once=Once("z", "a"))[1]


def test_queries_do_not_grow(house, django_assert_max_num_queries):
    counts = []
    for _ in range(2):
        for _ in range(3):
            evening(house)
        with django_assert_max_num_queries(100) as captured:
            period = read_period(house.restaurant, house.restaurant.business_date(timezone.now()))
            assert period.unexplained == 0
        counts.append(len(captured))
    assert counts[0] == counts[1], counts

"""The phases of a stay, and the quotes that they teach."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.models import Restaurant
from orders.billing.services import Tender, present_bill, take_payment
from orders.billing.transitions import Method
from orders.services import clear_table, deliver_order, seat_party
from tables.models import Party
from tables.phases import Phases, quantile
from tables.services import call_staff
from tables.waitlist.quoting import Quote, Room, rounded

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
BEGIN = timezone.now().replace(hour=18, minute=0, second=0, microsecond=0)


def at(minutes):
    return BEGIN + timedelta(minutes=minutes)


def test_each_phase_of_a_stay_is_noted(house):
    host, waiter, table = house.actor("host"), house.actor("waiter"), house.table.pk
    with time_machine.travel(at(0), tick=False):
        party = seat_party(table_id=table, size=2, actor=host)
        assert party.first_order_at is None
    with time_machine.travel(at(5), tick=False):
        first = house.reach("ready")
    with time_machine.travel(at(20), tick=False):
        deliver_order(order_id=first["id"], actor=waiter)
        second = house.reach("ready")
    with time_machine.travel(at(40), tick=False):
        deliver_order(order_id=second["id"], actor=waiter)
    with time_machine.travel(at(50), tick=False):
        call_staff(table_id=table, reason="bill", actor=house.pad_actor)
    with time_machine.travel(at(55), tick=False):
        present_bill(party_id=party.pk, actor=waiter)
        take_payment(party_id=party.pk, tender=Tender(Method.CASH), actor=waiter)
    with time_machine.travel(at(60), tick=False):
        clear_table(table_id=table, actor=waiter)
    stay = Party.objects.get(pk=party.pk)
    noted = [stay.seated_at, stay.first_order_at, stay.first_dish_at, stay.last_dish_at, stay.bill_asked_at]
    assert [*noted, stay.paid_at, stay.completed_at] == [at(minutes) for minutes in (0, 5, 20, 40, 50, 55, 60)]


def past_stays(house, minutes, count=25, size=2):
    """Add completed stays of about so many minutes, which ordered after ten and got a dish after twenty-five."""
    for number in range(count):
        begun = BEGIN - timedelta(days=1 + number % 20)
        stay = minutes + number % 5 - 2
        Party.objects.create(
            restaurant=house.restaurant, table=house.table, size=size, status="completed", seated_at=begun,
            first_order_at=begun + timedelta(minutes=10), first_dish_at=begun + timedelta(minutes=25),
            completed_at=begun + timedelta(minutes=stay),
        )  # fmt: skip


def phases(house, minutes=0):
    return Phases(house.restaurant.pk, at(minutes), Restaurant.objects.get(pk=house.restaurant.pk).tz)


def usual(minutes):
    return quantile(minutes, 0.5)


def seated(house, minutes=0, size=2, **noted):
    return Party(restaurant=house.restaurant, table=house.table, size=size, seated_at=at(minutes), **noted)


def test_without_stays_fixed_times_hold(house):
    assert usual(phases(house).stays_of(2, at(0))) == 85
    assert usual(phases(house, 30).left(seated(house))) == 55
    assert usual(phases(house, 200).left(seated(house))) == 5, "longer than anybody"
    assert phases(house).table() == []


def test_what_is_left_follows_from_stays_and_phases(house):
    past_stays(house, 60)
    stays = phases(house).stays_of(2, at(0))
    assert (stays[0], usual(stays), stays[-1]) == (58, 60, 62)
    assert usual(phases(house, 30).left(seated(house))) == 30
    eating = seated(house, first_order_at=at(10), first_dish_at=at(35))
    assert usual(phases(house, 40).left(eating)) == 30, "35 minutes after the first dish, of which 5 are over"
    again = seated(house, first_order_at=at(10), first_dish_at=at(25), last_dish_at=at(39))
    assert usual(phases(house, 40).left(again)) == 20, "nobody knows whether another course follows"
    assert usual(phases(house, 90).left(seated(house))) == 5, "longer than everybody before"
    whole = phases(house).table()[0]
    assert (whole.stays, whole.medians["seated_at"], whole.medians["first_dish_at"]) == (25, 60.0, 35.0)


def test_only_stays_that_were_as_far_count(house):
    past_stays(house, 60)
    slow = Party.objects.filter(pk__in=list(Party.objects.values_list("pk", flat=True)[:8]))
    slow.update(first_order_at=None, first_dish_at=None)
    for stay in slow:
        stay.completed_at += timedelta(minutes=60)
        stay.save()
    assert usual(phases(house, 5).left(seated(house))) < 60
    assert usual(phases(house, 20).left(seated(house))) == pytest.approx(100, abs=2), (
        "without an order after 20 minutes"
    )


def test_another_course_is_expected_until_it_would_be_late(house):
    """Half of the guests have one course and ask for the bill 20 minutes after it, half a second one after 30."""
    past_stays(house, 60, count=10)
    past_stays(house, 90, count=10)
    for stay in Party.objects.all():
        second = stay.completed_at - stay.first_dish_at > timedelta(minutes=50)
        stay.last_dish_at = stay.first_dish_at + timedelta(minutes=30 if second else 0)
        stay.bill_asked_at = stay.completed_at - timedelta(minutes=15)
        stay.save()
    eating = seated(house, first_order_at=at(10), first_dish_at=at(25), last_dish_at=at(25))
    assert usual(phases(house, 35).left(eating)) == pytest.approx((25 + 55) / 2, abs=3)
    assert usual(phases(house, 48).left(eating)) == pytest.approx(42, abs=3), "no bill yet: a second course comes"
    again = seated(house, first_order_at=at(10), first_dish_at=at(25), last_dish_at=at(55))
    assert usual(phases(house, 60).left(again)) == pytest.approx(30, abs=3), "that was the last one"


def test_the_fixed_numbers_follow_the_evening(house):
    tonight = phases(house, 120)
    tonight.follow([seated(house) for _party in range(8)])
    assert usual(tonight.stays_of(2, at(120))) > 85 * 1.2, "eight pairs have been here for two hours"
    assert usual(phases(house, 120).stays_of(2, at(120))) == 85, "control"
    quiet = phases(house, 10)
    quiet.follow([seated(house) for _party in range(8)])
    assert usual(quiet.stays_of(2, at(10))) == pytest.approx(85, abs=1), "they have just come"
    past_stays(house, 60)
    known = phases(house, 120)
    known.follow([seated(house) for _party in range(8)])
    assert usual(known.stays_of(2, at(120))) == 60, "what was learned stays"


def test_the_short_stays_of_an_evening_that_is_not_over_teach_nothing(house):
    past_stays(house, 60)
    for number in range(30):
        begun = at(number)
        Party.objects.create(
            restaurant=house.restaurant, table=house.table, size=2, status="completed",
            seated_at=begun, completed_at=begun + timedelta(minutes=20),
        )  # fmt: skip
    assert usual(phases(house, 60).stays_of(2, at(60))) == 60
    assert usual(phases(house, 300).stays_of(2, at(300))) < 60, "afterwards they count as all others do"


@pytest.mark.parametrize(
    ("tries", "shown"),
    [
        ((18, 20, 22), (15, 25)),
        ((15, 20, 25), (15, 25)),
        ((10, 12, 30), (0, 25)),  # around the usual wait, because few tries take much longer
        ((1, 2, 3), (0, 5)),
        ((20, 20, 20), (20, 25)),
        ((200, 239, 240), (215, 240)),
        ((240, 240, 240), (235, 240)),
    ],
)
def test_a_range_lies_around_the_usual_wait(tries, shown):
    quote = rounded(*tries)
    assert (quote.low, quote.high) == shown


def test_a_group_with_few_stays_falls_back(house):
    past_stays(house, 60)
    assert usual(phases(house).stays_of(8, at(0))) == 60, "of all sizes"
    past_stays(house, 100, count=20, size=8)
    assert usual(phases(house).stays_of(8, at(0))) == 100
    assert usual(phases(house).stays_of(2, at(0))) == 60


def test_a_quote_counts_those_before(house):
    past_stays(house, 60)
    with time_machine.travel(at(0), tick=False):
        seat_party(table_id=house.table.pk, size=2, actor=house.actor("host"))
    room = Room(house.restaurant.pk, at(30), house.restaurant.tz)
    quote = room.quote(2)
    assert quote.low <= 30 <= quote.high
    assert quote.high - quote.low <= 10
    assert (room.quote(9).low, room.quote(9).high) == (45, 90), "no table is large enough"
    assert rounded(0, 0, 0) == rounded(-1, -1, -1) == rounded(-5, 0, 40) == Quote(0, 0)
    free = house.add_table()
    room = Room(house.restaurant.pk, at(30), house.restaurant.tz)
    assert (room.quote(2).high, room.free_tables(2)) == (0, [free])

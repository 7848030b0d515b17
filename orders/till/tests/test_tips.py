"""Tips: their recipient, the pool of a day, corrections, pay-outs, and what was taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import staff_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.models import Payment, TipRule
from orders.billing.services import Tender, correct_method, start_payment
from orders.billing.tests.bills import Bill
from orders.billing.tests.online import sweep
from orders.billing.transitions import Method
from orders.till.models import TillMove, TipMove
from orders.till.services import correct_tips, share_pool
from orders.till.shift import read_shift
from orders.till.tests.days import party, pay
from orders.till.tips.book import HOUSE, POOL, Holder, read_book
from tables.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house):
    """Return the actors of a waiter, a cashier, a cook and a manager."""
    roles = ("waiter", "cashier", "kitchen", "manager")
    return {role: staff_actor(house.staff(role), house.restaurant.pk) for role in roles}


def rule(house, goes_to, **points):
    since = timezone.now() - timedelta(minutes=1)
    fields = {"goes_to": goes_to, "points": points, "since": since, "made_by": "Max"}
    return TipRule.objects.create(restaurant=house.restaurant, **fields)


def today(house):
    return house.restaurant.business_date(timezone.now())


def held(house, day=None):
    """Return the tips of the day by holder, without those who have none."""
    book = read_book(house.restaurant, day or today(house))
    return {holder.staff or holder.to: tips.total for holder, tips in book.held.items() if tips.total}


def tip(house, actor, amount="3.00", server=None, method="cash"):
    guests = party(house, 1)
    Party.objects.filter(pk=guests).update(server=server)
    return pay(house, guests, method, tip=amount, actor=actor)


# --- whose a tip is --------------------------------------------------------------------------------------------------
def test_a_tip_is_of_the_server_at_that_moment(house, people):
    """The cashier takes the payment of the waiter's table, which a colleague takes over afterwards."""
    payment = tip(house, people["cashier"], server=people["waiter"].id)
    Party.objects.update(server=people["cashier"].id)
    assert held(house) == {people["waiter"].id: 3}
    assert read_shift(people["waiter"]).tips_cash == "€3.00"
    shift = read_shift(people["cashier"])
    assert (shift.tips_cash, shift.owed) == ("€0.00", "€13.00"), "the waiter's tip is handed in"
    assert read_shift(people["waiter"]).due == "€3.00"
    body = house.api("manager").get(f"/api/v1/payments/{payment.pk}").json()
    assert (body["tip_to"], body["tip_staff"]) == ("person", people["waiter"].id)


@pytest.mark.parametrize(
    ("goes_to", "taker", "expected"),
    [("person", "cashier", "cashier"), ("pool", "cashier", "pool"), ("house", "cashier", "house")],
)
def test_the_rule_of_the_house_decides(house, people, goes_to, taker, expected):
    rule(house, goes_to)
    tip(house, people[taker])
    assert held(house) == {people[expected].id if expected in people else expected: 3}


def test_a_tip_without_a_person_goes_to_the_pool(house):
    """Guests whom nobody serves pay by phone."""
    bill = Bill(house, seats=(1,))
    Party.objects.filter(pk=bill.party).update(server=None)
    guest, tender = Actor.guest(house.restaurant.pk, bill.party), Tender(Method.DUMMY, tip=Decimal(1))
    start_payment(party_id=bill.party, tender=tender, actor=guest)
    sweep()
    assert held(house) == {"pool": 1}


def test_no_tip_has_no_recipient(house, people):
    payment = pay(house, party(house, 1), actor=people["waiter"])
    assert (payment.tip_to, payment.tip_staff_id) == ("", None)


def test_a_tip_that_goes_back_is_taken_off_its_recipient(house, people):
    """A payment by the wrong method is booked again, and another one is undone."""
    wrong = tip(house, people["cashier"], server=people["waiter"].id)
    correct_method(payment_id=wrong.pk, method="terminal", reason="card", actor=people["manager"])
    assert held(house) == {people["waiter"].id: 3}
    assert (read_shift(people["waiter"]).tips_cash, read_shift(people["waiter"]).tips_card) == ("€0.00", "€3.00")
    other = tip(house, people["waiter"], "2.00", server=people["waiter"].id)
    assert held(house) == {people["waiter"].id: 5}
    assert house.api("waiter").post(f"/api/v1/payments/{other.pk}/undo").status_code == 201
    assert held(house) == {people["waiter"].id: 3}


# --- the pool --------------------------------------------------------------------------------------------------------
def test_the_pool_is_shared_by_points_to_the_cent(house, people):
    """10.00 for a waiter with 2 points, a cashier and a cook with 1 each; later 1.00 comes, and no cook was there."""
    rule(house, "pool", waiter=2, cashier=1, kitchen=1)
    tip(house, people["waiter"], "10.00")
    staff = {role: people[role].id for role in ("waiter", "cashier", "kitchen")}
    rows = share_pool(day=today(house), staff=list(staff.values()), actor=people["manager"])
    assert len(rows) == 3
    assert held(house) == {staff["waiter"]: 5, staff["cashier"]: Decimal("2.50"), staff["kitchen"]: Decimal("2.50")}
    assert share_pool(day=today(house), staff=list(staff.values()), actor=people["manager"]) == [], "nothing is new"

    tip(house, people["waiter"], "1.00")
    assert held(house)["pool"] == 1
    share_pool(day=today(house), staff=[staff["waiter"], staff["cashier"]], actor=people["manager"])
    assert held(house) == {staff["waiter"]: Decimal("7.33"), staff["cashier"]: Decimal("3.67")}
    assert TipMove.objects.filter(giver_staff=staff["kitchen"], taker="pool").count() == 1, "taken back by a row"
    assert read_shift(people["waiter"]).tips_moved == "€7.33"


@pytest.mark.parametrize("digits", [0, 2, 3])
def test_equal_parts_lose_no_unit(house, people, digits):
    currency, amount = {0: ("JPY", "100"), 2: ("EUR", "1.00"), 3: ("KWD", "1.000")}[digits]
    house.restaurant.currency = currency
    house.restaurant.save()
    rule(house, "pool", waiter=1, cashier=1, kitchen=1)
    tip(house, people["waiter"], amount)
    ids = [people[role].id for role in ("waiter", "cashier", "kitchen")]
    share_pool(day=today(house), staff=ids, actor=people["manager"])
    assert sum(held(house).values()) == Decimal(amount)
    assert "pool" not in held(house)


def test_refused_shares_change_nothing(house, other_house, people):
    rule(house, "pool", waiter=1)
    day, boss = today(house), people["manager"]

    def code(**fields):
        given = {"day": day, "staff": [people["waiter"].id], "actor": boss, **fields}
        with pytest.raises(InvalidInput) as refusal:
            share_pool(**given)
        return refusal.value.code

    with nothing_changes():
        assert code() == "nothing_to_share"
        assert code(day=day + timedelta(days=2)) == "day_not_begun"
        assert code(staff=[]) == "nobody_shares"
        assert code(staff=[people["kitchen"].id]) == "nobody_shares"
        assert code(staff=[other_house.staff("waiter").pk]) == "not_a_colleague"


# --- corrections and pay-outs ----------------------------------------------------------------------------------------
def test_a_correction_gives_a_tip_to_somebody_else(house, people):
    tip(house, people["waiter"], server=people["waiter"].id)
    day, boss = today(house), people["manager"]
    waiter, cashier = (Holder("person", people[role].id) for role in ("waiter", "cashier"))

    def correct(amount, giver, taker, reason="mixed up"):
        given = {"amount": Decimal(amount), "giver": giver, "taker": taker, "reason": reason}
        return correct_tips(day=day, actor=boss, **given)

    correct("2.00", waiter, cashier)
    assert held(house) == {waiter.staff: 1, cashier.staff: 2}
    assert read_shift(people["cashier"]).tips_moved == "€2.00"
    for code, given in (
        ("tips_above_held", ("1.01", waiter, POOL)),
        ("tips_above_held", ("0.01", HOUSE, waiter)),
        ("validation_error", ("1.00", waiter, waiter)),
        ("validation_error", ("1.00", waiter, POOL, " ")),
        ("validation_error", ("0", waiter, POOL)),
        ("not_a_colleague", ("1.00", waiter, Holder("person", 2**40))),
    ):
        with nothing_changes(), pytest.raises(InvalidInput) as refusal:
            correct(*given)
        assert refusal.value.code == code
    assert Payment.objects.get().tip_staff_id == waiter.staff, "the payment stays as it was"


@pytest.mark.parametrize("taker", ["pool", "cashier"])
def test_a_share_of_the_pool_is_not_corrected(house, people, taker):
    """Sharing again without the waiter takes the share back; after a correction it would be taken back twice."""
    rule(house, "pool", waiter=1, kitchen=1)
    tip(house, people["waiter"], "10.00")
    day, boss, waiter, cook = today(house), people["manager"], people["waiter"].id, people["kitchen"].id
    share_pool(day=day, staff=[waiter], actor=boss)
    to = POOL if taker == "pool" else Holder("person", people[taker].id)
    with nothing_changes(), pytest.raises(InvalidInput, match="Share the pool again") as refusal:
        correct_tips(
            day=day, amount=Decimal("10.00"), giver=Holder("person", waiter), taker=to, reason="mixed up", actor=boss
        )
    assert refusal.value.code == "tips_above_held"
    share_pool(day=day, staff=[cook], actor=boss)
    assert held(house) == {cook: 10}


def test_tips_are_paid_out_to_a_colleague(house, people, till):
    tip(house, people["cashier"], server=people["kitchen"].id)
    moves = f"/api/v1/tills/{till}/moves"
    body = {"kind": "tip_out", "amount": "3.00", "to": people["kitchen"].id}
    with nothing_changes():
        refused(house.api("waiter").post(moves, {**body, "to": 2**40}), 422, "not_a_colleague")
        refused(house.api("waiter").post(moves, {**body, "kind": "pay_in", "reason": "x"}), 422, "validation_error")
    assert house.api("waiter").post(moves, body).status_code == 201
    assert TillMove.objects.get(kind="tip_out").recipient_id == people["kitchen"].id
    assert read_book(house.restaurant, today(house)).paid_out == {people["kitchen"].id: 3}


def test_the_page_shows_shares_and_corrects(house, people):
    rule(house, "pool", waiter=1, cashier=1)
    tip(house, people["waiter"], "5.00")
    boss, waiter = house.browser("manager"), house.browser("waiter")
    assert waiter.get("/till/tips/").status_code == 403
    for path in ("share", "correct"):
        assert waiter.post(f"/till/tips/{path}/").status_code == 403
    page = boss.get("/till/tips/").content.decode()
    assert f'value="{people["waiter"].id}" checked' in page
    assert f'value="{people["kitchen"].id}" checked' not in page
    answer = boss.post("/till/tips/share/", {"staff": [people["kitchen"].id]})
    assert answer.status_code == 422
    assert "roles have points" in answer.content.decode()
    boss.post("/till/tips/share/", {"staff": [people["waiter"].id, people["cashier"].id]})
    tip(house, people["waiter"], "0.50")
    sent = {"amount": "0,50", "from": "pool", "to": "house", "reason": "glass", "key": "k"}
    for _tap in range(2):
        assert boss.post("/till/tips/correct/", sent).status_code == 302
    half = Decimal("2.50")
    assert held(house) == {people["waiter"].id: half, people["cashier"].id: half, "house": Decimal("0.50")}
    assert boss.post("/till/tips/correct/", {**sent, "key": "l", "from": "x"}).status_code == 422
    shown = boss.get("/till/tips/").content.decode()
    assert "glass" in shown
    assert "€2.50" in shown
    report = boss.get(reverse("reports:today")).content.decode()
    assert "Tips: shares of the pool and corrections" in report

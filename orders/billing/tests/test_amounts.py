"""The pure computations of bills: reductions and shares add up to the cent, for random bills."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.money import Rounding, divide
from orders.billing.amounts import Reduction, levy, reduce
from orders.billing.splitting import Part, totals
from orders.billing.transitions import ShareKind

pytestmark = pytest.mark.database_agnostic
EURO = Rounding(2)
PRICES = st.lists(st.decimals("0.00", "500.00", places=2), min_size=1, max_size=12)


def lines_of(prices):
    return dict(enumerate(prices, 1))


# --- reductions ------------------------------------------------------------------------------------------------------
@st.composite
def reductions(draw, lines):
    """Return reductions of lines and of the whole bill, in the order in which they were made."""
    found = []
    for key in range(draw(st.integers(0, 6))):
        line = draw(st.sampled_from([None, *lines, 99]))
        amount = draw(st.one_of(st.none(), st.decimals("0.01", "300.00", places=2)))
        percent = None if amount is not None else draw(st.decimals("0.01", "100", places=4).filter(bool))
        found.append(Reduction(key, line, amount, percent))
    return found


@given(st.data(), PRICES)
def test_what_is_taken_and_what_is_left_add_up(data, prices):
    lines = lines_of(prices)
    answer = reduce(lines, data.draw(reductions(list(lines))), EURO)
    assert sum(answer.lines.values()) + sum(answer.taken.values()) == sum(prices)
    assert all(0 <= answer.lines[line] <= lines[line] for line in lines)


def test_reductions_of_lines_come_before_those_of_the_bill():
    whole, dish = Reduction(1, None, None, Decimal(50)), Reduction(2, 1, Decimal("4.00"), None)
    answer = reduce(lines_of([Decimal("10.00"), Decimal("5.01")]), [whole, dish], EURO)
    assert answer.taken == {2: Decimal("4.00"), 1: Decimal("5.51")}, "half of 11.01, half up"
    assert answer.lines == {1: Decimal("3.00"), 2: Decimal("2.50")}


def test_nothing_falls_below_zero():
    answer = reduce(lines_of([Decimal("3.00")]), [Reduction(1, 1, Decimal("2.00"), None)] * 2, EURO)
    assert answer.lines == {1: Decimal("0.00")}


# --- the service charge ---------------------------------------------------------------------------------------------
@given(
    st.lists(st.integers(0, 10**6), max_size=12),
    st.decimals("0.0001", "50", places=4),
    st.lists(st.decimals("0.01", "100", places=2), max_size=3),
    st.sampled_from([0, 2, 3]),
)
def test_a_service_charge_is_exact_in_every_currency(units, percent, waived, digits):
    rounding = Rounding(digits)
    lines = lines_of([rounding.amount(each) for each in units])
    waivers = [Reduction(key, None, None, each) for key, each in enumerate(waived)]
    answer = levy(lines, percent, waivers, rounding)
    whole = rounding.amount(rounding.units(sum(units) * int(percent * 10_000), 1_000_000))
    assert sum(answer.lines.values()) + sum(answer.taken.values()) == whole
    assert all(0 <= part <= lines[line] for line, part in answer.lines.items())
    assert all(part.as_tuple().exponent == -digits for part in answer.lines.values())


# --- shares ----------------------------------------------------------------------------------------------------------
@st.composite
def shares(draw, lines):
    """Return shares of one kind, some of them locked at any total."""
    kind = draw(st.sampled_from([ShareKind.EQUAL, ShareKind.SEAT, ShareKind.ITEMS, ShareKind.AMOUNT]))
    found = []
    for key in range(1, draw(st.integers(1, 5)) + 1):
        claims = {line: Fraction(1, draw(st.integers(5, 9))) for line in draw(st.sets(st.sampled_from(lines)))}
        amount = draw(st.decimals("0.01", "100.00", places=2))
        found.append(Part(key, kind, seat=key, amount=amount, claims=claims if kind == ShareKind.ITEMS else None))
    return [*found, Part(0, ShareKind.REST)] if kind in (ShareKind.ITEMS, ShareKind.AMOUNT) else found


@given(st.data(), PRICES)
def test_shares_add_up_to_the_bill(data, prices):
    lines = lines_of(prices)
    seats = {line: data.draw(st.one_of(st.none(), st.integers(1, 6))) for line in lines}
    found = totals(data.draw(shares(list(lines))), lines, seats, EURO)
    assert sum(found.values()) == sum(prices)
    assert all(total >= 0 for total in found.values())


@given(st.data(), PRICES, st.lists(st.decimals("0.00", "50.00", places=2), max_size=3))
def test_a_locked_share_keeps_its_total_when_others_order(data, prices, added):
    """The first share pays, then dishes of other guests come: the shares still add up, the paid one is the same."""
    lines = lines_of(prices)
    parts = data.draw(shares(list(lines)))
    seats = {line: data.draw(st.integers(1, len(parts))) for line in lines}
    before = totals(parts, lines, seats, EURO)
    mine = {line: Fraction(1) for line, seat in seats.items() if seat == parts[0].seat}
    claims = mine if parts[0].kind == ShareKind.SEAT else parts[0].claims
    locked = Part(parts[0].id, parts[0].kind, parts[0].seat, parts[0].amount, claims, before[parts[0].id])
    if len(parts) == 1:
        return
    more = dict(enumerate(added, len(lines) + 1))
    after = totals([locked, *parts[1:]], lines | more, seats | dict.fromkeys(more, 2), EURO)
    assert after[locked.id] == before[locked.id]
    assert sum(after.values()) == sum(prices) + sum(added)


def test_the_bottle_is_divided_among_the_seats():
    parts = [Part(seat, ShareKind.SEAT, seat=seat) for seat in (1, 2, 3)]
    lines = lines_of([Decimal("10.00"), Decimal("20.00"), Decimal("1.00")])
    found = totals(parts, lines, {1: 1, 2: 2, 3: None}, EURO)
    assert found == {1: Decimal("10.34"), 2: Decimal("20.33"), 3: Decimal("0.33")}


def test_who_has_paid_and_orders_again_owes_again():
    paid = Part(1, ShareKind.SEAT, seat=1, claims={1: Fraction(1)}, locked=Decimal("10.00"))
    other = Part(2, ShareKind.SEAT, seat=2)
    lines = lines_of([Decimal("10.00"), Decimal("20.00"), Decimal("3.00")])
    assert totals([paid, other], lines, {1: 1, 2: 2, 3: 1}, EURO) == {1: Decimal("13.00"), 2: Decimal("20.00")}


def test_a_pizza_by_three_is_exact():
    parts = [Part(key, ShareKind.ITEMS, claims={1: Fraction(1, 3)}) for key in (1, 2, 3)]
    found = totals([*parts, Part(4, ShareKind.REST)], lines_of([Decimal("10.00")]), {1: None}, EURO)
    assert sorted(found.values()) == [Decimal("0.00"), Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1))
def test_no_unit_is_lost(units, weights):
    assert sum(divide(units, weights)) == units

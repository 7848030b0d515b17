"""Random bills, payments and refunds: the documents of a bill add up to the bill, and never take a dish twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bistro.core.kernel.money import Rounding
from orders.documents.coverage import PAID_TOO_MUCH, Covered, Dish, add_up, all_back, cover, take_back

pytestmark = pytest.mark.database_agnostic

THOROUGH = settings.default.max_examples > 100
EXAMPLES = 10_000 if THOROUGH else 300
ROUNDING = Rounding(2)
NAMES = [("Food", "10"), ("Drinks", "20"), ("City", "1.5")]


@st.composite
def dishes(draw):
    found = {}
    for line in range(1, draw(st.integers(1, 6)) + 1):
        amount = draw(st.integers(0, 5000))
        names = draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
        found[line] = Dish(amount, {name: draw(st.integers(0, amount // 4)) for name in names})
    for line, name in enumerate(draw(st.sampled_from([[], NAMES[:1], NAMES[:2]])), 1):  # a service charge, by tax
        amount = draw(st.integers(0, 800))
        found[-line] = Dish(amount, {name: draw(st.integers(0, amount // 4))})
    return found


@settings(max_examples=EXAMPLES)
@given(dishes(), st.lists(st.fractions(0, 1), min_size=1, max_size=8), st.data())
def test_payments_of_any_size_and_claim_cover_the_bill_to_the_cent(bill, sizes, data):
    entries, total = [], sum(dish.amount for dish in bill.values())
    left = total
    for size in sizes:
        units = min(left, int(total * size))
        claims = data.draw(st.dictionaries(st.sampled_from(sorted(bill)), st.fractions(0, 1), max_size=3))
        new = cover(units, bill, add_up(entries), claims, ROUNDING)
        assert sum(entry.amount for entry in new) == units
        entries += new
        left -= units
    entries += cover(left, bill, add_up(entries), {}, ROUNDING)

    sums = add_up(entries)

    assert {line: each.amount for line, each in sums.items()} == {
        line: dish.amount for line, dish in bill.items() if dish.amount
    }
    for line, each in sums.items():
        assert each.taxes == dict(bill[line].taxes)


@settings(max_examples=EXAMPLES)
@given(dishes(), st.lists(st.fractions(0, 1), max_size=4), st.data())
def test_refunds_of_any_size_give_back_exactly_what_was_taken(bill, sizes, data):
    total = sum(dish.amount for dish in bill.values())
    entries, left = cover(total, bill, {}, {}, ROUNDING), total
    for size in [*sizes, 1]:
        units = min(left, int(total * size))
        lines = data.draw(st.lists(st.sampled_from(sorted(bill)), max_size=2, unique=True))
        service = {line: each.amount // 2 for line, each in bill.items() if line < 0}
        new = take_back(units, units, bill, add_up(entries), lines, service, ROUNDING)
        assert sum(entry.amount for entry in new) == -units
        entries += new
        left -= units

    for each in add_up(entries).values():
        assert each.amount == 0
        assert set(each.taxes.values()) <= {0}
    assert cover(0, bill, add_up(entries), {}, ROUNDING) == []


def test_a_dish_that_left_the_bill_goes_back_before_any_other():
    bill = {1: Dish(1000, {NAMES[0]: 91})}
    covered = {1: Covered(1000, 0, {NAMES[0]: 91}), 2: Covered(500, 0, {NAMES[1]: 83})}

    [back, sold] = take_back(700, 200, bill, covered, [], {}, ROUNDING)

    assert (back.line, back.amount, back.taxes, back.given_back) == (2, -500, {NAMES[1]: -83}, False)
    assert (sold.line, sold.amount, sold.given_back) == (1, -200, True)


def test_a_dish_that_was_refunded_is_not_covered_again():
    bill = {1: Dish(1000, {}), 2: Dish(500, {})}
    entries = cover(1000, {1: bill[1]}, {}, {}, ROUNDING)
    entries += take_back(1000, 1000, bill, add_up(entries), [1], {}, ROUNDING)

    [new] = cover(500, bill, add_up(entries), {}, ROUNDING)

    assert (new.line, new.amount) == (2, 500)


def test_a_refund_of_a_dish_takes_its_service_charge_before_another_dish():
    bill = {1: Dish(1000, {NAMES[0]: 91}), 2: Dish(1000, {NAMES[0]: 91}), -7: Dish(200, {NAMES[0]: 18})}
    entries = cover(2200, bill, {}, {}, ROUNDING)

    back = take_back(1100, 1100, bill, add_up(entries), [1], {}, ROUNDING)

    assert [(entry.line, entry.amount, entry.taxes) for entry in back] == [
        (1, -1000, {NAMES[0]: -91}),
        (-7, -100, {NAMES[0]: -9}),
    ]


def test_a_refund_of_a_dish_takes_the_service_charge_of_its_own_tax():
    food, drinks = NAMES[:2]
    bill = {
        1: Dish(1000, {food: 91}),
        2: Dish(3000, {drinks: 500}),
        -7: Dish(100, {food: 9}),
        -8: Dish(300, {drinks: 50}),
    }
    entries = cover(4400, bill, {}, {}, ROUNDING)

    back = take_back(1150, 1150, bill, add_up(entries), [1], {-7: 100}, ROUNDING)

    assert [(entry.line, entry.amount, entry.taxes) for entry in back] == [
        (1, -1000, {food: -91}),
        (-7, -100, {food: -9}),
        (-8, -50, {drinks: -8}),
    ]


def test_a_cancelled_receipt_leaves_nothing():
    entries = cover(700, {1: Dish(1000, {NAMES[0]: 91})}, {}, {}, ROUNDING)

    sums = add_up([*entries, *all_back(entries)])

    assert (sums[1].amount, sums[1].taxes) == (0, {NAMES[0]: 0})


def test_money_beyond_the_bill_has_an_entry_of_its_own_and_goes_back_from_there():
    bill = {1: Dish(1000, {NAMES[0]: 91})}
    entries = cover(1500, bill, {}, {}, ROUNDING)
    assert [(entry.line, entry.amount) for entry in entries] == [(1, 1000), (PAID_TOO_MUCH, 500)]

    entries += take_back(500, 0, bill, add_up(entries), [], {}, ROUNDING)

    assert {line: each.amount for line, each in add_up(entries).items()} == {1: 1000, PAID_TOO_MUCH: 0}


def test_the_last_payment_moves_what_a_comp_took_off_a_dish_that_was_paid_in_part():
    entries = cover(1500, {line: Dish(1000, {NAMES[0]: 91}) for line in (1, 2, 3)}, {}, {}, ROUNDING)
    bill = {1: Dish(0, {}), 2: Dish(1000, {NAMES[0]: 91}), 3: Dish(1000, {NAMES[0]: 91})}

    sums = add_up([*entries, *cover(500, bill, add_up(entries), {}, ROUNDING)])

    assert {line: each.amount for line, each in sums.items()} == {1: 0, 2: 1000, 3: 1000}
    assert [sums[line].taxes for line in (1, 2, 3)] == [{NAMES[0]: 0}, {NAMES[0]: 91}, {NAMES[0]: 91}]

"""The shares of a bill as columns, and dishes that are moved between them on the page."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.tests.http import nothing_changes
from orders.billing.models import Share
from orders.billing.tests.bills import Bill

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def columns(house):
    return Columns(Bill(house, seats=(1, 1, 2, 3, None)))


class Columns:
    """The bill's page of a waiter, split by seat."""

    def __init__(self, bill):
        self.bill, self.browser = bill, bill.house.browser("waiter")
        self.path = f"/floor/bills/{bill.party}/"
        self.split(by="seat")

    def read(self):
        return self.browser.get(self.path).content.decode()

    def split(self, status=302, **fields):
        answer = self.browser.post(f"{self.path}split/", fields)
        assert answer.status_code == status, answer.content
        return answer.content.decode()

    def move(self, *places, to, status=302):
        return self.split(status, by="items", to=to, line=[str(self.bill.lines[place]) for place in places])

    def heads(self):
        """Return {label: (seats, total)} of the columns."""
        heads = re.findall(r'class="bill__column-head".*?</h2>', self.read(), re.DOTALL)
        return {
            words[0]: (*words[1:-1], words[-1])
            for words in (re.findall(r">\s*([^<>\s][^<>]*?)\s*<", each) for each in heads)
        }

    def share(self, label):
        return next(share["id"] for share in self.bill.read()["shares"] if share["label"] == label)


def test_a_column_has_its_total_and_the_sums_of_its_seats(columns):
    text = columns.read()
    assert columns.heads() == {"Seat 1": ("€23.34",), "Seat 2": ("€13.33",), "Seat 3": ("€13.33",)}
    assert text.count("1/3") == 3, "what is for the table is divided"
    assert re.search(r"Seat 1\s*</label>\s*<span class=\"bill__money\">€20.00", text)


def test_a_guest_s_dishes_move_to_another_bill_with_the_part_of_what_is_shared(columns):
    columns.move(2, to=columns.share("Seat 1"))
    assert columns.heads() == {"Bill 1": ("seats 1, 2", "€36.67"), "Bill 2": ("seat 3", "€13.33")}
    columns.move(0, to="new")
    assert columns.heads()["Bill 3"] == ("seat 1", "€10.00")
    assert "The rest" not in columns.heads()
    assert sum(Decimal(share["total"]) for share in columns.bill.read()["shares"]) == 50


def test_the_box_of_a_seat_moves_all_its_dishes(columns):
    both = ",".join(str(line) for line in columns.bill.lines[:2])
    columns.split(by="items", to=str(columns.share("Seat 3")), line=both)
    assert [seats for seats, _total in columns.heads().values()] == ["seat 2", "seats 1, 3"]


def test_a_dish_is_shared_by_all_bills(columns):
    columns.move(3, to="all")
    assert [total for *_seats, total in columns.heads().values()] == ["€26.67", "€16.67", "€6.66"]


def test_a_moved_part_of_a_shared_dish_leaves_the_other_parts_alone(columns):
    own, first, second = columns.bill.lines[:3]
    halves = [{"line": first, "part": "1/2"}, {"line": second, "part": "1/2"}]
    shares = [{"label": "Ana", "lines": [{"line": own}, *halves]}, {"label": "Ben", "lines": halves}]
    assert columns.bill.post("/split", {"by": "items", "shares": shares}).status_code == 200
    columns.move(1, to=columns.share("Ana"))
    assert columns.heads()["Ana"][-1] == "€25.00"
    assert columns.heads()["Ben"][-1] == "€5.00"


def test_a_dish_leaves_the_bills_that_share_all_dishes_without_the_others(columns):
    columns.move(0, 1, 2, 3, 4, to="all")
    columns.move(0, to=columns.share("Bill 1"))
    assert [total for *_seats, total in columns.heads().values()] == ["€23.34", "€13.33", "€13.33"]


def test_the_rest_gets_what_leaves_the_bills(columns):
    columns.split(by="none")
    columns.move(0, to="new")
    columns.move(0, to=columns.share("The rest"))
    assert columns.bill.read()["shares"] == [], "one bill again"


def test_a_share_with_a_payment_is_locked_and_says_what_was_paid(columns):
    first = columns.share("Seat 1")
    columns.bill.pay(share=first, amount="5.00")
    text = columns.read()
    assert "Part paid" in text
    assert re.search(r"Cash €5.00 · \d\d:\d\d", text)
    assert f'data-column="{first}"' not in text
    assert f'name="to" value="{first}"' not in text
    columns.move(0, to=columns.share("Seat 2"))
    assert Share.objects.get(pk=first).parts[columns.bill.lines[0]] == 1, "it stays there"


def test_refused_moves_change_nothing(columns):
    other = Bill(columns.bill.house, seats=(1,), table=columns.bill.house.add_table())
    first = columns.share("Seat 1")
    columns.bill.pay(share=first, amount="5.00")
    with nothing_changes():
        for to in ("0", str(2**40), "x", str(first)):
            assert "There is no such share" in columns.move(2, to=to, status=404)
        assert "Tick the dishes first." in columns.split(422, by="items", to="new", line="x,")
        columns.split(404, by="items", to="new", line=str(other.lines[0]))


@pytest.mark.parametrize("other", [{"by": "equal", "ways": "2"}, {"by": "amount", "amount": "5"}])
def test_dishes_are_not_moved_where_equal_parts_or_amounts_would_be_lost(columns, other):
    columns.move(0, 1, to="new")
    columns.bill.pay(share=columns.share("Bill 3"), amount="5.00")
    rest = columns.bill.lines[2]
    columns.split(**other)
    text = columns.read()
    assert "bill__column-head" in text
    for part in ("data-column", "split-items", "data-drag-line", 'type="checkbox"'):
        assert part not in text
    open_share = Share.objects.filter(total=None).latest("pk").pk
    with nothing_changes():
        for to in ("new", "all", str(open_share)):
            assert "Remove the split first." in columns.split(422, by="items", to=to, line=str(rest))
    columns.split(by="none")
    assert 'name="to" value="all"' not in columns.read(), "no other bill to share with"
    with nothing_changes():
        assert "at least two open bills" in columns.split(422, by="items", to="all", line=str(rest))
    columns.split(by="items", to="new", line=str(rest))
    assert columns.heads()["Bill 1"][-1] == "€10.00"


def test_a_closed_column_has_no_label_without_a_box(columns):
    columns.bill.pay(share=columns.share("Seat 1"), amount="5.00")
    labels = re.findall(r'<label class="bill__pick">.*?</label>', columns.read(), re.DOTALL)
    assert len(labels) == 8
    assert all("<input" in label for label in labels)
    columns.bill.pay()
    assert "split-items" not in columns.read(), "nothing is due"


def test_the_first_nine_columns_have_keys(house):
    text = Columns(Bill(house, seats=range(1, 12))).read()
    assert re.findall(r'aria-keyshortcuts="(\w+)"', text) == [*"123456789", "S", "N"]
    assert re.findall(r"<kbd>(\w+)</kbd>", text) == [*"123456789", "S", "N"]


def test_a_bill_in_equal_parts_has_no_columns(columns):
    columns.split(by="equal", ways="2")
    assert columns.heads() == {}


def test_columns_cost_no_query_for_each_dish(columns):
    def count():
        with CaptureQueriesContext(connection) as queries:
            columns.read()
        return len(queries)

    columns.read()
    before = count()
    house = columns.bill.house
    house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1, "seat": seat} for seat in (1, 2, 3, None) * 10])
    assert columns.read().count('class="bill__line"') > 40
    assert count() <= before

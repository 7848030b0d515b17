"""Numbers of slips: the number of a card is refused wherever a slip is typed, and nothing of it is stored."""

import pytest

from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.http import nothing_changes, refused
from orders.billing.slips import slip_number
from orders.billing.tests.bills import Bill

CARDS = ["4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005", "6011111111111117"]
SLIPS = ["", "004711", "4242", "4242424242424241", "123456789012", "1234567890123452", "A4242424242424242", "x" * 60]


@pytest.mark.parametrize("text", CARDS)
def test_the_number_of_a_card_is_refused(text):
    with pytest.raises(InvalidInput) as refusal:
        slip_number(text)
    assert refusal.value.code == "card_number"
    assert not any(character.isdigit() for character in refusal.value.message), "the refusal does not repeat it"


@pytest.mark.parametrize("text", SLIPS)
def test_the_number_of_a_slip_is_kept(text):
    assert slip_number(text) == text[:40]


@pytest.mark.django_db
def test_no_payment_is_taken_with_it(house):
    bill = Bill(house)
    with nothing_changes():
        answer = bill.post("/payments", {"method": "card", "slip": CARDS[0]})
        refused(answer, 422, "card_number")
    assert CARDS[0] not in answer.content.decode()

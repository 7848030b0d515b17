"""Checks of one bill after each action, and of its JSON."""

from collections import defaultdict
from decimal import Decimal

from orders.billing.statements import Statement
from orders.billing.transitions import AdjustmentKind, PaymentState

ZERO = Decimal(0)
OPEN = {PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN}


def check_bill(bill: Statement) -> None:
    """Check that a bill is never negative, and that lines, taxes and shares each add up to it."""
    owed, house = bill.owed, bill.restaurant
    assert min(owed.total, owed.tax, bill.sale, bill.due, bill.excess, *owed.with_service.values(), ZERO) >= 0
    assert sum(owed.lines.values(), ZERO) == sum(owed.with_service.values(), ZERO) == owed.total
    assert sum(owed.shares.values(), ZERO) + owed.service.amount == owed.total
    by_name: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for taxes in owed.line_taxes.values():
        for tax in taxes:
            by_name[tax.name, tax.percent] += tax.amount
    assert {name: amount for name, amount in by_name.items() if amount} == {
        (tax.name, tax.percent): tax.amount for tax in owed.taxes if tax.amount
    }
    prices = sum((line.total for line in bill.lines), ZERO)
    off = sum((bill.taken[row.pk] for row in bill.adjustments if row.kind != AdjustmentKind.SERVICE), ZERO)
    service = owed.service.amount if house.tax_mode == "inclusive" else owed.service.net
    assert prices - off + service + (ZERO if house.tax_mode == "inclusive" else owed.tax) == owed.total
    check_shares(bill)


def check_shares(bill: Statement) -> None:
    """Check that shares and payments without a share add up to the bill, as long as a share is not locked."""
    free = [each for each in bill.shares if not each.share.is_locked]
    locked = sum((each.total for each in bill.shares if each.share.is_locked), ZERO)
    assert all(each.total >= 0 for each in bill.shares)
    if free:
        rest = sum((each.total for each in free), ZERO)
        assert rest == max(bill.total - locked - bill.for_no_share, ZERO), "the shares are not the bill"


def reserving(bill: Statement) -> Decimal:
    """Return the sum that payments under way reserve, computed from their rows alone."""
    held = [each for each in bill.payments if each.authorised is None and each.status in {*OPEN, "authorised"}]
    tabs = [each for each in bill.payments if each.authorised is not None and each.capture_at is not None]
    going = [each for each in tabs if each.status in {*OPEN, "authorised"}]
    return sum((each.amount for each in (*held, *going)), ZERO)


def left(bill: Statement) -> Decimal:
    """Return the unpaid rest, less reservations and deposits; negative if too much was taken."""
    return bill.open - reserving(bill) - bill.deposit


def check_api(bill: Statement, said: dict[str, object]) -> None:
    """Check the amounts of a bill's JSON."""
    names = "total", "tax", "tips", "paid", "reserved", "written_off", "deposit", "due", "excess"
    for name in names:
        value = bill.owed.tax if name == "tax" else getattr(bill, name)
        assert said[name] == f"{value:.2f}", name
    assert [share["total"] for share in said["shares"]] == [f"{each.total:.2f}" for each in bill.shares]
    assert sum((Decimal(line["due"]) for line in said["lines"]), Decimal(said["service"])) == bill.total
    assert said["reserved"] == f"{reserving(bill):.2f}", "a payment under way holds nothing"

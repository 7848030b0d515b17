"""The conditions that hold for a bill after each action, and for what the API says of it."""

from collections import defaultdict
from decimal import Decimal

from orders.billing.statements import Statement
from orders.billing.transitions import AdjustmentKind, PaymentState

ZERO = Decimal(0)
OPEN = {PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN}


def check_bill(book: Statement) -> None:
    """Check that a bill is never negative, and that lines, taxes and shares each add up to it."""
    owed, house = book.owed, book.restaurant
    assert min(owed.total, owed.tax, book.sale, book.due, book.excess, *owed.with_service.values(), ZERO) >= 0
    assert sum(owed.lines.values(), ZERO) == sum(owed.with_service.values(), ZERO) == owed.total
    assert sum(owed.shares.values(), ZERO) + owed.service.amount == owed.total
    by_name: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for taxes in owed.line_taxes.values():
        for tax in taxes:
            by_name[tax.name, tax.percent] += tax.amount
    assert {name: amount for name, amount in by_name.items() if amount} == {
        (tax.name, tax.percent): tax.amount for tax in owed.taxes if tax.amount
    }
    prices = sum((line.total for line in book.lines), ZERO)
    off = sum((book.taken[row.pk] for row in book.adjustments if row.kind != AdjustmentKind.SERVICE), ZERO)
    service = owed.service.amount if house.tax_mode == "inclusive" else owed.service.net
    assert prices - off + service + (ZERO if house.tax_mode == "inclusive" else owed.tax) == owed.total
    check_shares(book)


def check_shares(book: Statement) -> None:
    """Check that the shares and what was paid for none of them are the bill, while one of them can still follow it."""
    free = [each for each in book.shares if not each.share.is_locked]
    locked = sum((each.total for each in book.shares if each.share.is_locked), ZERO)
    assert all(each.total >= 0 for each in book.shares)
    if free:
        rest = sum((each.total for each in free), ZERO)
        assert rest == max(book.total - locked - book.for_no_share, ZERO), "the shares are not the bill"


def reserving(book: Statement) -> Decimal:
    """Return what payments under way hold, from their rows alone."""
    held = [each for each in book.payments if each.authorised is None and each.status in {*OPEN, "authorised"}]
    tabs = [each for each in book.payments if each.authorised is not None and each.capture_at is not None]
    going = [each for each in tabs if each.status in {*OPEN, "authorised"}]
    return sum((each.amount for each in (*held, *going)), ZERO)


def left(book: Statement) -> Decimal:
    """Return what nobody has paid, promised or begun to pay; negative if it is too much."""
    return book.open - reserving(book) - book.deposit


def check_api(book: Statement, said: dict[str, object]) -> None:
    """Check that the API says what the bill is."""
    names = "total", "tax", "tips", "paid", "reserved", "written_off", "deposit", "due", "excess"
    for name in names:
        value = book.owed.tax if name == "tax" else getattr(book, name)
        assert said[name] == f"{value:.2f}", name
    assert [share["total"] for share in said["shares"]] == [f"{each.total:.2f}" for each in book.shares]
    assert sum((Decimal(line["due"]) for line in said["lines"]), Decimal(said["service"])) == book.total
    assert said["reserved"] == f"{reserving(book):.2f}", "a payment under way holds nothing"

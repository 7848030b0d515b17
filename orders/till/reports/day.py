"""The report of a business day, computed from its orders, payments and refunds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.money import ZERO
from bistro.core.models import Restaurant
from orders.billing.models import Payment, Refund
from orders.billing.statements import Statement
from orders.billing.transitions import Method
from orders.models import Order, OrderLine
from orders.till.reports.books import parties_of_days, read_books, sale_taken_back
from orders.till.reports.figures import NOTHING, Figures, before_adjustments, net_of, refund_figures, tax_sums
from orders.till.reports.rows import Row

WEEK = timedelta(days=7)


@dataclass
class Sums:
    """The amounts of a business day. `owed` is what guests owe for the day; `money` is what they paid on the day."""

    orders: int = 0
    guests: int = 0
    figures: Figures = NOTHING
    tips: Decimal = ZERO
    rounding: Decimal = ZERO
    received: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    given_back: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    @property
    def money(self) -> Decimal:
        """Return payments without refunds."""
        return sum(self.received.values(), ZERO) - sum(self.given_back.values(), ZERO)

    @property
    def owed(self) -> Decimal:
        return self.figures.sale + self.tips + self.rounding

    @property
    def elsewhere(self) -> Decimal:
        """Return what is still open, was paid on another day, or was paid today for another day (negative)."""
        return self.owed - self.figures.written_off - self.money


@dataclass
class Day:
    """A business day: its sums, its rows by hour, dish and so on, and its bills."""

    restaurant: Restaurant
    day: date
    books: Sequence[Statement]
    sums: Sums = field(default_factory=Sums)
    sales: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    payments: list[Payment] = field(default_factory=list)
    refunds: list[tuple[Refund, Decimal]] = field(default_factory=list)

    @property
    def open_bills(self) -> list[Statement]:
        """Return the bills that are not settled now."""
        return [book for book in self.books if book.open]


def read_day(restaurant: Restaurant, day: date) -> Day:
    """Read a business day. A constant number of queries."""
    found = Day(restaurant, day, read_books(restaurant, parties_of_days(restaurant, day, day)))
    for book in found.books:
        _add_sales(found, book)
        _add_money(found, book)
    return found


def _add_sales(found: Day, book: Statement) -> None:
    """Add what was ordered on the day, and what refunds of the day took off."""
    orders = [order for order in book.orders if order.business_date == found.day]
    lines = [line.pk for order in orders for line in order.lines.all()]
    before, sums = before_adjustments(book), found.sums
    whole = net_of(before, lines)
    sums.figures += Figures(lines=whole, adjustments=whole - net_of(book.owed, lines))
    newest = max((order.business_date for order in book.orders), default=None)
    charged: list[int] = []
    if newest == found.day:  # the service charge of a bill over midnight is of its last day
        charged = list(book.service.lines)
        sums.figures += Figures(service=book.service.net, written_off=book.written_off)
    taxes = tax_sums(book.owed, [*lines, *charged])
    sums.figures += Figures(tax=sum((each.tax for each in taxes.values()), ZERO), taxes=taxes)
    sums.orders += len(orders)
    sums.guests += (book.party.size or 0) if orders else 0
    for order in orders:
        for line in order.lines.all():
            _add_line(found, book, order, line)


def _add_line(found: Day, book: Statement, order: Order, line: OrderLine) -> None:
    tax = sum((part.amount for part in book.owed.line_taxes[line.pk]), ZERO)
    net = book.owed.lines[line.pk] - tax
    hour = order.placed_at.astimezone(found.restaurant.tz)
    section = str(order.table.section.name) if order.table else order.kind_word
    server = book.party.server or order.placed_by_staff
    keys = {
        "hours": f"{hour:%Y-%m-%d %H}",
        "dishes": line.name,
        "categories": str(line.item.category.name),
        "sections": section,
        "waiters": str(server) if server else order.placed_by,
    }
    for table, key in keys.items():
        label = f"{hour:%H}:00" if table == "hours" else key
        row = found.sales[table].setdefault(key, Row(label))
        row.add(line.quantity, net, tax)


def _add_money(found: Day, book: Statement) -> None:
    """Add the payments and refunds of the day."""
    sums = found.sums
    for payment in book.payments:
        if payment.business_date == found.day and payment.has_arrived:
            found.payments.append(payment)
            sums.tips += payment.tip
            sums.rounding += payment.rounding
            sums.received[payment.method] += payment.amount + payment.tip + payment.rounding
    amounts = sale_taken_back(book)
    for refund in book.refunds:
        if refund.business_date == found.day:
            found.refunds.append((refund, amounts[refund.pk]))
            sums.figures += refund_figures(book, refund, amounts[refund.pk])
            sums.given_back[refund.payment.method] += refund.money
            sums.tips -= refund.tip
            sums.rounding -= refund.rounding


def method_word(method: str) -> str:
    """Return a method of payment in words."""
    return str(Method(method).label) if method in Method.values else _("Other")

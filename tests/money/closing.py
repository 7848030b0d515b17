"""The end of an evening: settle all bills, compare with the provider, and add up the days to the cent."""

from decimal import Decimal

from bistro.core.models import Restaurant
from orders.billing.models import Deposit, DummyCharge, DummyRefund, Payment, Refund, Voucher
from orders.billing.services import Tender, give_unassigned_back, refund_payment, take_payment, use_deposit
from orders.billing.tests.online import faults
from orders.billing.transitions import Method
from orders.documents.models import Document
from orders.documents.verification import verify
from orders.till.reports.books import read_books
from orders.till.representations import closing_json
from orders.till.services import close_period
from orders.till.tests.days import checked
from tables.bookings import services as bookings
from tables.bookings.models import Booking
from tests.money.house import House
from tests.money.ledgers import Ledgers

ZERO = Decimal(0)


class Closing(House):
    """The close of a day, and of the evening."""

    def close(self):
        """Close the day, and check the closing from its JSON alone."""
        closing, _replayed = close_period(actor=self.room.manager)
        body = checked(closing_json(closing))
        vouchers = Voucher.objects.filter(restaurant=self.room.pk)
        assert Decimal(body["vouchers"]["owed_after"]) == total(vouchers, "balance"), "the house owes something else"
        self.days.append(body)

    def teardown(self):
        try:
            if self.playing:
                self.settle()
        finally:
            super().teardown()

    def settle(self):
        """Wait for the provider, pay or refund the rest of each bill, and close the last day."""
        faults()
        for row in Booking.objects.filter(restaurant=self.room.pk, status__in=("booked", "confirmed")):
            bookings.cancel_booking(booking_id=row.pk, actor=self.room.host)
        self.wait_for_bank()
        parties = self.parties()
        for bill in self.books(parties):
            if bill.open and bill.payments:
                self.settle_bill(self.statement(bill.party.pk))
        self.wait_for_bank()
        books = self.books(parties)
        assert not [bill for bill in books if bill.open and bill.payments], "a bill is not settled"
        self.bank_agrees()
        self.documents_agree(books)
        self.close()
        self.days_add_up(sum((bill.open for bill in books), ZERO))

    def wait_for_bank(self):
        """Let the sweeps finish what is under way, and refund payments that arrived too late."""
        for _try in range(4):
            self.wait(minutes=15)
            self.ask()
            if not (self.payments(*OPEN).exists() or self.deposits("under_way", "returning").exists()):
                break
        assert not self.payments(*OPEN).exists(), "a payment has no end"
        assert not self.deposits("under_way", "returning", "failed").exists(), "a deposit has no end"
        for row in Payment.objects.filter(restaurant=self.room.pk, settled_by="").exclude(trouble=""):
            give_unassigned_back(payment_id=row.pk, actor=self.room.manager)

    def settle_bill(self, bill):
        """Pay the rest of a bill by card or from a deposit, or refund what was paid too much."""
        told = {"party_id": bill.party.pk, "actor": self.room.manager}
        if bill.due:
            take_payment(tender=Tender(Method.TERMINAL), **told)
        elif bill.open > 0:
            use_deposit(**told)
        excess = bill.excess
        for payment in bill.captured:
            amount = min(excess, bill.left_of(payment))
            if amount > 0:
                refund_payment(payment_id=payment.pk, amount=amount, reason="too much", actor=self.room.manager)
                excess -= amount

    def books(self, parties):
        """Return all bills, without their shares and deposits."""
        return read_books(Restaurant.objects.get(pk=self.room.pk), parties)

    def bank_agrees(self):
        """Check that the provider collected exactly the payments and deposits: none is lost or charged twice."""
        charges = DummyCharge.objects.filter(restaurant=self.room.pk, state="captured")
        has = sum((row.collected for row in charges), ZERO) - total(DummyRefund.objects.filter(charge__in=charges))
        ledgers = Ledgers(self.room.pk)
        deposits = ledgers.of_vouchers("deposit", "back")
        assert has == ledgers.bills[Method.DUMMY] + deposits, "the bank has other money"
        assert not Refund.objects.filter(restaurant=self.room.pk, status__in=("pending", "unknown", "failed")).exists()

    def documents_agree(self, books):
        """Check the chain of documents, and that their sum is what was paid."""
        assert verify(self.room.pk).breaks == []
        rows = Document.objects.filter(restaurant=self.room.pk).exclude(kind="invoice")
        assert total(rows, "total") == sum((bill.paid for bill in books), ZERO), "the documents are not what was paid"

    def days_add_up(self, left):
        """Check net lines − net adjustments + net service + tax + tips + coins = payments − refunds = by method.

        What was written off, and `left` of bills of which nobody has paid anything, are no money yet.
        """
        figures = [{name: Decimal(day["figures"][name]) for name in FIGURES} for day in self.days]
        sums = {name: sum(day[name] for day in figures) for name in FIGURES}
        tips, coins, money = (sum(Decimal(day[name]) for day in self.days) for name in ("tips", "rounding", "money"))
        net = sums["lines"] - sums["adjustments"] - sums["refunds"] + sums["service"]
        assert net + sums["tax"] + tips + coins - sums["written_off"] - left == money, "sales and money differ"
        bills = Ledgers(self.room.pk).bills
        methods = [each for day in self.days for each in day["methods"]]
        for method in Method.values:
            by_method = sum((Decimal(each["amount"]) for each in methods if each["method"] == method), ZERO)
            assert by_method == bills[method], method
        assert Decimal(self.days[-1]["open_after"]) == left

    def payments(self, *states):
        return Payment.objects.filter(restaurant=self.room.pk, status__in=states)

    def deposits(self, *states):
        return Deposit.objects.filter(restaurant=self.room.pk, status__in=states)


OPEN = ("created", "pending", "unknown")
FIGURES = ("lines", "adjustments", "refunds", "service", "tax", "written_off")


def total(rows, column="amount"):
    """Return the sum of a column, added here, because SQLite adds decimals as floats."""
    return sum(rows.values_list(column, flat=True), ZERO)

"""The actions of the machine of money, in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from orders import services as orders
from orders.billing import services
from orders.billing.models import Deposit as DepositRow
from orders.billing.models import DummyCharge, Payment
from orders.billing.services import Tender
from orders.billing.transitions import AdjustmentKind, Method
from orders.models import Order
from orders.order_commands import LineRequest, OrderRequest
from orders.till.services import close_period
from orders.till.transitions import ClosingKind
from tables.bookings import services as bookings
from tables.bookings.models import Booking
from tables.bookings.tests.evenings import book
from tables.models import Occupancy
from tests.money.house import MODES, MoneyHouse, cents, euros
from tests.money.ledger import Deposit, Guests, Paid

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PRICES = (1000, 335)
HOLD_HOURS = 7 * 24

picks = st.integers(0, 99)
modes = st.sampled_from(["well", "well", *MODES])
parts = st.one_of(st.none(), st.integers(1, 3000))
tips = st.sampled_from([0, 0, 1, 250])


class Evening(MoneyHouse):
    """Guests order, pay, hold money, give it back; bookings have deposits; the clock runs on."""

    def __init__(self) -> None:
        self.hours, self.keys, self.nights = 0.0, 0, 0
        self.clock = time_machine.travel(NOON, tick=False)
        self.clock.start()
        super().__init__()

    # --- bills ----------------------------------------------------------------------------------------------------
    @initialize(dishes=st.integers(1, 6))
    def begin(self, dishes):
        self.order(0, 0, dishes)

    @rule(table=st.integers(0, 2), what=st.integers(0, 1), dishes=st.integers(1, 6))
    def order(self, table, what, dishes):
        self.keys += 1
        request = OrderRequest(
            actor=self.waiter,
            lines=(LineRequest(item=self.items[what].pk, quantity=dishes),),
            table_id=self.tables[table],
            key=f"order-{self.keys}",
        )
        placed = self.act("order", True, lambda: orders.place_order(request))
        self.ledger.guests.setdefault(placed.json["party"], Guests()).net += PRICES[what] * dishes

    @precondition(lambda self: self.here())
    @rule(pick=picks, amount=st.integers(1, 1500))
    def discount(self, pick, amount):
        head, books = self.one_of(self.here(), pick), self.ledger
        net = sum(each.net for pk, each in books.guests.items() if books.head(pk) == head)
        taken = min(amount, net)
        less = books.price(net) - books.price(net - taken)
        size = {"kind": AdjustmentKind.DISCOUNT, "amount": euros(amount), "reason": "late"}
        allowed = 0 < less <= books.due(head)
        if self.act("discount", allowed, lambda: services.add_adjustment(party_id=head, actor=self.manager, **size)):
            books.guests[head].net -= taken

    @precondition(lambda self: self.here())
    @rule(pick=picks, ways=st.integers(2, 4))
    def split(self, pick, ways):
        head = self.one_of(self.here(), pick)
        self.act("split", True, lambda: services.split_bill(party_id=head, by="equal", ways=ways, actor=self.waiter))

    @precondition(lambda self: len(self.here()) > 1)
    @rule(pick=picks, other=picks)
    def join(self, pick, other):
        first = self.one_of(self.here(), pick)
        second = self.one_of([pk for pk in self.here() if pk != first], other)
        self.act("join", True, lambda: orders.join_parties(party_id=first, other_id=second, actor=self.waiter))
        self.ledger.guests[second].joined = first

    @precondition(lambda self: self.here())
    @rule(pick=picks)
    def leave(self, pick):
        """Clear the table: tabs are released, and the deposit is taken off the bill or goes back."""
        head, books = self.one_of(self.here(), pick), self.ledger
        Order.objects.open().filter(party=head).update(status="delivered")
        table = Occupancy.objects.filter(party=head, until=None).values_list("table", flat=True)[0]
        self.act("leave", True, lambda: orders.clear_table(table_id=table, actor=self.waiter))
        books.guests[head].left = True
        books.release_tabs(head)
        self.spend(head)
        for deposit in books.deposits.values():
            if books.head(deposit.guests) == head and deposit.state == "paid":
                books.give_back(deposit)

    # --- payments -------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.here())
    @rule(pick=picks, method=st.sampled_from(["cash", "terminal", "dummy", "dummy"]), part=parts, tip=tips, mode=modes)
    def pay(self, pick, method, part, tip, mode):
        head = self.one_of(self.here(), pick)
        due = self.ledger.due(head)
        amount = due if part is None or (method == "cash" and part > due) else part
        tender = Tender(Method(method), None if part is None else euros(part), euros(tip))
        taken = self.act(
            f"pay {method} {mode}",
            0 < amount <= due,
            lambda: services.take_payment(party_id=head, tender=tender, actor=self.waiter),
            mode if method == "dummy" else "well",
        )
        if taken is not None:
            state = "asked" if method == "dummy" and mode != "well" else "paid"
            self.ledger.payments[taken.payment.pk] = Paid(head, method, amount, tip, state)
            self.bill_paid(head)

    @precondition(lambda self: self.here())
    @rule(pick=picks, place=picks)
    def pay_share(self, pick, place):
        head = self.one_of(self.here(), pick)
        shares, due = self.statement(head).shares, self.ledger.due(head)
        if not shares:
            return
        share = shares[place % len(shares)]
        amount = min(cents(share.due), due)
        tender = Tender(Method.TERMINAL, share_id=share.share.pk)
        pay = lambda: services.take_payment(party_id=head, tender=tender, actor=self.waiter)  # noqa: E731
        if (taken := self.act("pay a share", amount > 0, pay)) is not None:
            self.ledger.payments[taken.payment.pk] = Paid(head, "terminal", amount)
            self.bill_paid(head)

    @precondition(lambda self: self.ledger.payments)
    @rule(pick=picks, amount=st.integers(1, 2500), mode=modes)
    def refund(self, pick, amount, mode):
        pk = self.one_of(sorted(self.ledger.payments), pick)
        paid = self.ledger.payments[pk]
        amount = min(amount, max(1, paid.amount - paid.back)) if amount % 3 else amount
        back = {"payment_id": pk, "amount": euros(amount), "reason": "cold", "actor": self.manager}
        allowed = paid.state == "paid" and amount <= paid.amount - paid.back
        if self.act(f"refund {mode}", allowed, lambda: services.refund_payment(**back), mode) is None:
            return
        head = self.ledger.head(paid.guests)
        self.ledger.refund(paid, amount)
        if paid.method == "deposit":
            [row] = DepositRow.objects.filter(voucher__moves__payment=pk)
            deposit = self.ledger.deposits[row.booking_id]
            deposit.balance += amount
            self.ledger.give_back(deposit)
        self.bill_paid(head)

    @precondition(lambda self: self.here())
    @rule(pick=picks)
    def write_off(self, pick):
        head, books = self.one_of(self.here(), pick), self.ledger
        left = books.open(head)
        allowed = left > 0 and not books.reserved(head)
        off = lambda: services.write_off(party_id=head, reason="gone", actor=self.manager)  # noqa: E731
        if self.act("write off", allowed, off) is not None:
            books.guests[head].written_off += left
            books.release_tabs(head)

    # --- tabs -----------------------------------------------------------------------------------------------------
    @precondition(lambda self: self.here())
    @rule(pick=picks, amount=st.integers(1, 6000), mode=modes)
    def open_tab(self, pick, amount, mode):
        head, books = self.one_of(self.here(), pick), self.ledger
        allowed = not any(each.is_open_tab for each in books.of(head))
        tab = {"party_id": head, "amount": euros(amount), "actor": self.waiter}
        if (taken := self.act(f"open a tab {mode}", allowed, lambda: services.open_tab(**tab), mode)) is not None:
            ends = self.hours + HOLD_HOURS
            state = "open" if mode == "well" else "asked"
            books.payments[taken.payment.pk] = Paid(head, "dummy", state=state, held=amount, ends=ends)
            self.bill_paid(head)

    def tabs(self) -> list[int]:
        return sorted(pk for pk, each in self.ledger.payments.items() if each.held)

    @precondition(lambda self: self.tabs())
    @rule(pick=picks, part=parts, tip=tips, mode=modes)
    def capture(self, pick, part, tip, mode):
        """Charge a tab. A second charge of the same amount is the first one."""
        pk = self.one_of(self.tabs()[::-1], pick)
        tab = self.ledger.payments[pk]
        head = self.ledger.head(tab.guests)
        due = self.ledger.due(head)
        amount = min(due, tab.held - tip) if part is None else part
        again = tab.state in ("charging", "paid") and tip == tab.tip and part in (None, tab.amount)
        fits = 0 < amount <= due and amount + tip <= tab.held
        given = {"payment_id": pk, "amount": None if part is None else euros(part), "tip": euros(tip)}
        charge = lambda: services.capture_tab(actor=self.waiter, **given)  # noqa: E731
        done = self.act(f"charge a tab {mode}", again or (tab.state == "open" and fits), charge, mode)
        if done is None or again:
            return
        tab.amount, tab.tip = amount, tip
        tab.state = "charging" if mode != "well" else "ended" if tab.withdrawn else "paid"
        self.bill_paid(head)

    @precondition(lambda self: self.tabs())
    @rule(pick=picks, mode=modes)
    def release(self, pick, mode):
        pk = self.one_of(self.tabs()[::-1], pick)
        tab = self.ledger.payments[pk]
        free = lambda: services.release_tab(payment_id=pk, actor=self.waiter)  # noqa: E731
        self.act(f"release a tab {mode}", tab.state not in ("paid", "charging"), free, mode)
        if tab.is_open_tab:
            tab.state = "ended" if mode == "well" else "releasing"
            self.bill_paid(self.ledger.head(tab.guests))

    @precondition(lambda self: any(self.ledger.payments[pk].state == "open" for pk in self.tabs()))
    @rule()
    def bank_withdraws(self):
        """The bank holds a tab no more, and tells nobody."""
        pk = next(pk for pk in self.tabs() if self.ledger.payments[pk].state == "open")
        key = Payment.objects.get(pk=pk).attempts.get().key
        DummyCharge.objects.filter(key=key).update(state="cancelled")
        self.ledger.payments[pk].withdrawn = True

    # --- deposits -------------------------------------------------------------------------------------------------
    @rule()
    def book(self):
        self.nights += 1
        starts = (timezone.now() + timedelta(days=20 + self.nights)).replace(hour=19, minute=0)
        booking = self.act("book", True, lambda: book(self.house, starts, 2))
        self.ledger.deposits[booking.pk] = Deposit(1000)

    def booked(self, *states: str) -> list[int]:
        return [
            pk for pk, each in self.ledger.deposits.items() if each.expected and (each.state in states or not states)
        ]

    @precondition(lambda self: self.booked("wanted"))
    @rule(pick=picks, mode=modes)
    def pay_deposit(self, pick, mode):
        pk = self.one_of(self.booked("wanted"), pick)
        start = {"booking_id": pk, "restaurant_id": self.house.restaurant.pk}
        self.act(f"pay a deposit {mode}", True, lambda: services.start_deposit(**start), mode)
        deposit = self.ledger.deposits[pk]
        deposit.state = "under_way" if mode != "well" else "paid"
        deposit.balance = deposit.amount if mode == "well" else 0

    @precondition(lambda self: self.booked())
    @rule(pick=picks, late=st.booleans(), by_guest=st.booleans())
    def cancel_booking(self, pick, late, by_guest):
        pk = self.one_of(self.booked(), pick)
        until = timezone.now() + timedelta(hours=-1 if late else 1)
        Booking.objects.filter(pk=pk).update(deposit_refundable_until=until)
        actor = Actor.system(self.house.restaurant.pk, "guest") if by_guest else self.host
        self.act("cancel a booking", True, lambda: bookings.cancel_booking(booking_id=pk, actor=actor))
        self.expected_no_more(pk, keeps=late and by_guest)

    @precondition(lambda self: self.booked())
    @rule(pick=picks)
    def no_show(self, pick):
        pk = self.one_of(self.booked(), pick)
        self.act("no-show", True, lambda: bookings.mark_no_show(booking_id=pk, actor=self.host))
        self.expected_no_more(pk, keeps=True)

    def expected_no_more(self, pk: int, *, keeps: bool) -> None:
        deposit = self.ledger.deposits[pk]
        deposit.expected = False
        if deposit.state == "paid" and keeps:
            deposit.state, deposit.kept, deposit.balance = "kept", deposit.kept + deposit.balance, 0
        elif deposit.state == "paid":
            self.ledger.give_back(deposit)
        elif deposit.state == "wanted":
            deposit.state = "lapsed"

    @precondition(lambda self: self.rows(Booking).filter(status="no_show").exists())
    @rule(pick=picks)
    def undo_no_show(self, pick):
        pk = self.one_of(sorted(self.rows(Booking).filter(status="no_show").values_list("pk", flat=True)), pick)
        Booking.objects.filter(pk=pk).update(starts_at=timezone.now() + timedelta(minutes=1))
        try:
            self.act("undo a no-show", True, lambda: bookings.undo_no_show(booking_id=pk, actor=self.host))
        except LostRace:  # others have the table
            return
        deposit = self.ledger.deposits[pk]
        deposit.expected = True
        if deposit.state == "kept":
            deposit.state, deposit.balance, deposit.kept = "paid", deposit.kept, 0

    @precondition(lambda self: self.booked())
    @rule(pick=picks, table=st.integers(0, 2))
    def seat(self, pick, table):
        """Seat the guests of a booking at a free table. Those who have not paid owe no deposit any more."""
        pk, chosen = self.one_of(self.booked(), pick), self.tables[table]
        if Occupancy.objects.filter(table=chosen, until=None).exists():
            return
        Booking.objects.filter(pk=pk).update(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=2))
        seat: Any = {"booking_id": pk, "actor": self.host, "tables": [chosen], "insist": True}
        try:
            self.act("seat a booking", True, lambda: bookings.seat_booking(**seat))
        except LostRace:  # the table is kept for others
            return
        party, deposit = Booking.objects.get(pk=pk).party_id, self.ledger.deposits[pk]
        self.ledger.guests.setdefault(party, Guests())
        deposit.guests, deposit.expected = party, False
        deposit.state = "lapsed" if deposit.state == "wanted" else deposit.state

    @precondition(lambda self: self.here())
    @rule(pick=picks)
    def use_deposit(self, pick):
        head, books = self.one_of(self.here(), pick), self.ledger
        allowed = books.deposit(head) > 0 and books.open(head) - books.reserved(head) > 0
        use = lambda: services.use_deposit(party_id=head, actor=self.waiter)  # noqa: E731
        if self.act("use a deposit", allowed, use) is not None:
            self.spend(head)

    # --- the clock ------------------------------------------------------------------------------------------------
    @rule()
    def ask(self):
        """Sweep: after it, product and bank agree."""
        self.sweep()
        self.bank_agrees()

    @rule(hours=st.sampled_from([13, 24, 8 * 24]))
    def wait(self, hours):
        """Let hours pass, and sweep: tabs end, and tables without their deposit are free."""
        self.set_clock(self.hours + hours)
        bookings.cancel_unpaid(now=timezone.now())
        for pk in self.rows(Booking).filter(status="cancelled").values_list("pk", flat=True):
            if self.ledger.deposits[pk].expected:
                self.expected_no_more(pk, keeps=False)
        for tab in self.ledger.payments.values():
            if tab.is_open_tab and tab.ends <= self.hours:
                tab.state = "releasing"
        self.ask()

    def set_clock(self, hours: float) -> None:
        self.hours = hours
        self.clock.stop()
        self.clock = time_machine.travel(NOON + timedelta(hours=hours), tick=False)
        self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        super().teardown()

    def close_day(self) -> Any:
        """Close today with all that no closing has had."""
        today = self.house.restaurant.business_date(timezone.now())
        return close_period(kind=ClosingKind.DAY, day=today, actor=self.manager)[0]

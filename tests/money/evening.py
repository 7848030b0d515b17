"""Actions with deposits, vouchers, the house account, tills and closings; and the checks after each action."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bistro.core.kernel.actors import Actor
from orders.billing.models import HouseAccount, Payment, Voucher
from orders.billing.services import (
    Sale,
    Settlement,
    ask_next,
    sell_voucher,
    settle_account,
    start_deposit,
    use_deposit,
    void_voucher,
)
from orders.billing.tests.online import faults
from orders.billing.transitions import Method
from orders.till.models import Till
from orders.till.services import close_till, count_till, move_money, open_till, reopen_till
from orders.till.services.counting import expected_in
from orders.till.transitions import Cause, MoveKind
from tables.bookings import services as bookings
from tables.bookings.models import Booking
from tables.bookings.placing import Wish
from tests.money.books import check_api, check_bill, left
from tests.money.closing import Closing
from tests.money.guests import FATES, Guests, fates
from tests.money.house import picks, wishes
from tests.money.ledgers import Ledgers

SOON = timedelta(minutes=20)
BY_HAND = st.sampled_from([Method.CASH, Method.TERMINAL])


class Evening(Closing, Guests):
    """All actions that move money in a restaurant."""

    # --- deposits of bookings -----------------------------------------------------------------------------
    @rule(table=picks, fate=fates, wish=wishes, come=st.booleans())
    def book_with_deposit(self, table, fate, wish, come):
        """Book a table and pay the deposit; the provider's answer may be lost. Some guests come at once and order."""
        told = {"guest": bookings.Guest(name="Moreau"), "actor": self.room.host}
        table = 2 + table % 2  # not where the first guests sit
        told["wish"] = Wish(starts_at=self.now + SOON, size=2, tables=(self.table(table),), insist=True)
        booked = self.act("book", bookings.take_booking, **told)
        if booked is None:
            return
        self.pay_deposit(booked[0].pk, fate)
        if come:
            self.guests_come(booked[0].pk)
            self.order_at(table, wish)
            self.touched = None

    def pay_deposit(self, booking, fate="answers"):
        faults(**FATES[fate])
        self.act("pay deposit", start_deposit, booking_id=booking, restaurant_id=self.room.pk)
        faults()

    @precondition(lambda self: self.booking(0))
    @rule(what=st.sampled_from(["come", "pay", "cancel", "stay away", "undo"]), pick=picks, by_guest=st.booleans())
    def end_booking(self, what, pick, by_guest):
        """Let the guests of a booking come, pay the deposit again, cancel, or stay away; or take a no-show back."""
        booking = self.booking(pick)
        if what == "come":
            self.guests_come(booking)
        elif what == "pay":
            self.pay_deposit(booking)
        elif what == "cancel":
            self.guests_cancel(booking, by_guest=by_guest, late=pick % 2)
        elif what == "undo":
            self.act("undo no-show", bookings.undo_no_show, booking_id=booking, actor=self.room.host)
        else:
            self.guests_stay_away(booking)

    def guests_come(self, booking):
        self.may_owe_less = True
        self.act("seat booking", bookings.seat_booking, booking_id=booking, actor=self.room.host)

    def guests_cancel(self, booking, *, by_guest, late):
        """Cancel a booking, in time or too late, by its guest or by the house."""
        until = self.now + timedelta(hours=-1 if late else 1)
        Booking.objects.filter(pk=booking).update(deposit_refundable_until=until)
        actor = Actor.system(self.room.pk, "guest") if by_guest else self.room.host
        self.act("cancel booking", bookings.cancel_booking, booking_id=booking, actor=actor)

    def guests_stay_away(self, booking):
        """Note a no-show, which is refused before the booked time."""
        starts = Booking.objects.get(pk=booking).starts_at
        told = {"booking_id": booking, "actor": self.room.host}
        if self.now < starts:
            assert self.act("no-show too early", bookings.mark_no_show, **told) is None
            self.wait(seconds=(starts - self.now).total_seconds())
        self.act("no-show", bookings.mark_no_show, **told)

    @rule(party=picks, wish=wishes)
    def settle_with_deposit(self, party, wish):
        """Pay a bill from a deposit; where there is none, guests with one come first."""
        if not self.deposits("paid").exists():
            self.book_with_deposit(party, "answers", wish, True)
        self.act("use deposit", use_deposit, party_id=self.party(party), actor=self.room.waiter)

    def ask(self):
        """Run the sweeps until nothing is due. A payment that was declined before may pay too much."""
        self.may_owe_less |= Payment.objects.filter(restaurant=self.room.pk, status="declined").exists()
        bookings.cancel_unpaid(now=self.now)
        for _each in range(200):
            if not ask_next(clock=timezone.now):
                return
        raise AssertionError("the sweep does not come to an end")

    # --- vouchers and the account -------------------------------------------------------------------------
    @rule(value=st.sampled_from(["5.00", "20.00", "100.00"]), method=BY_HAND, pick=picks, ends=st.booleans())
    def vouchers(self, value, method, pick, ends):
        """Sell a voucher, or cancel one and pay it back or not."""
        row, self.touched = self.pick_row(Voucher.objects.filter(deposit=None), pick), set()
        if row is None or not ends:
            self.act("sell voucher", sell_voucher, sale=Sale(Decimal(value), method), actor=self.room.waiter)
        else:
            told = {"reason": "lost", "pay_back": pick % 2 == 0, "actor": self.room.manager}
            self.act("void voucher", void_voucher, voucher_id=row.pk, **told)

    def code(self, pick):
        if self.pick_row(Voucher.objects.all(), pick) is None:
            self.vouchers("20.00", Method.TERMINAL, 0, False)
        return self.pick_row(Voucher.objects.all(), pick).code

    @precondition(lambda self: HouseAccount.objects.get(pk=self.room.account).balance)
    @rule(method=BY_HAND, amount=st.sampled_from([None, "1.00"]))
    def settle_firm(self, method, amount):
        """Settle the account, as a whole or in part."""
        self.touched = set()
        paid = Settlement(method, None if amount is None else Decimal(amount))
        told = {"account_id": self.room.account, "settlement": paid, "actor": self.room.waiter}
        self.act("settle account", settle_account, **told)

    # --- tills and days -------------------------------------------------------------------------------------
    @rule(pick=picks, kind=st.sampled_from([*MoveKind]), what=st.sampled_from(["move", "again", "close"]))
    def use_till(self, pick, kind, what):
        """Move money by hand; or count a till with or without a difference, and open it again or close it."""
        till, self.touched = self.pick_row(Till.objects.all(), pick), set()
        told = {"till_id": till.pk, "actor": self.room.waiter}
        if what == "move":
            self.act("move money", move_money, kind=kind, amount=Decimal("3.00"), reason="ice", **told)
            return
        there = max(expected_in(till) - pick % 2, Decimal(0))
        counted = self.act("count till", count_till, pieces={Decimal("0.01"): int(there * 100)}, **told)
        if counted is None:
            return
        assert counted[0].difference == there - expected_in(till)
        if what == "again":
            self.act("reopen till", reopen_till, **told)
        else:
            self.act("close till", close_till, cause=Cause.UNKNOWN, **told)
            self.act("open till", open_till, opening_float=Decimal(50), actor=self.room.waiter)

    @precondition(lambda self: len(self.days) < 2)
    @rule()
    def close_the_day(self):
        """Close the day, whatever is open, and come again the next noon."""
        self.close()
        self.wait(days=1)

    # --- checks -------------------------------------------------------------------------------------------
    @invariant()
    def the_books_are_right(self):
        """Check the bills that the step may have changed, all ledgers and tills, and the JSON of one bill."""
        if self.changed():
            there = self.parties() if self.touched is None else sorted(self.touched & set(self.parties()))
            self.look_at(there)
            Ledgers(self.room.pk).check()
            self.turn += 1
            if there and self.turn % 2:
                bill = self.statements[there[self.turn % len(there)]]
                check_api(bill, self.room.house.done(self.room.api.get(f"/api/v1/bills/{bill.party.pk}")))
        self.may_owe_less, self.touched = False, None
        self.wait(seconds=5)
        self.playing = True

    def look_at(self, parties):
        """Check the bills of these parties."""
        for party in parties:
            self.statements[party] = bill = self.statement(party)
            check_bill(bill)
            self.check_taken(bill)

    def check_taken(self, bill):
        """Check that payments and reservations are never more than is owed."""
        now, before = left(bill), self.left_before.get(bill.party.pk, Decimal(0))
        assert self.may_owe_less or now >= min(before, 0), "more was taken, or begun to be taken, than is owed"
        self.left_before[bill.party.pk] = now

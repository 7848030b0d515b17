"""Actions of guests and their waiter: order, void, discount, split, pay, refund, tabs."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bistro.core.kernel.once import Once
from orders import services
from orders.billing.access import holder_of
from orders.billing.models import Adjustment, DummyCharge, Payment
from orders.billing.providers.dummy import bell_for
from orders.billing.services import (
    Claim,
    Tender,
    add_adjustment,
    cancel_payment,
    capture_tab,
    correct_method,
    open_tab,
    present_bill,
    receive_event,
    refund_payment,
    release_tab,
    remove_adjustment,
    split_bill,
    start_payment,
    take_payment,
    undo_payment,
    write_off,
)
from orders.billing.tests.online import faults
from orders.billing.transitions import ARRIVED, AdjustmentKind, Method
from orders.models import Order
from orders.order_commands import LineRequest, OrderRequest
from tables.models import Party
from tests.money.house import MODES, House, part_of, parts, picks, seeded, tips, wishes

# The provider answers, charges and loses its answer, answers 500, waits for the guest, or declines the first card.
FATES = {"answers": {}, "loses": {"lost": 1}, "fails": {"fails": 1}, "waits": {"waits": 2}, "declines": {"declines": 1}}
fates = st.sampled_from(["answers", "loses", "fails", "waits", "declines", "loses", "waits"])


class Guests(House):
    """All actions on bills."""

    @initialize(mode=st.sampled_from(MODES), wish=wishes, more=wishes, by_line=st.booleans(), serves=st.booleans())
    def begin(self, mode, wish, more, by_line, serves):
        """Choose a restaurant, and let two parties order, so that no evening is empty."""
        self.configure(mode, by_line=by_line, serves=serves)
        services.place_orders([self.request(0, wish), self.request(1, more)])

    # --- the bill ---------------------------------------------------------------------------------------
    @rule(table=picks, wish=wishes)
    def order(self, table, wish):
        self.order_at(table, wish)

    def order_at(self, table, wish):
        placed = self.act("order", services.place_order, request=self.request(table, wish))
        self.touched = set() if placed is None else {Order.objects.get(pk=placed.id).party_id}

    def request(self, table, wish):
        lines = tuple(LineRequest(item=self.room.items[name], quantity=many, seat=seat) for name, many, seat in wish)
        return OrderRequest(actor=self.room.waiter, lines=lines, table_id=self.table(table))

    @rule(order=picks, line=picks, whole=st.booleans())
    def void(self, order, line, whole):
        """Take a dish off an order, or cancel the order."""
        row = self.pick_row(Order.objects.open(), order)
        if row is None:
            return
        self.may_owe_less, self.touched = True, {row.party_id}
        told = {"order_id": row.pk, "reason": "wrong", "actor": self.room.manager}
        ids = list(row.lines.values_list("pk", flat=True))
        if whole:
            self.act("cancel order", services.cancel_order, **told)
        else:
            self.act("void", services.void_lines, lines={ids[line % len(ids)]: 1}, **told)

    @rule(party=picks, line=picks, kind=st.sampled_from([*AdjustmentKind]), size=st.sampled_from(["7.5", "100", None]))
    def adjust(self, party, line, kind, size):
        """Take a percentage or 1.23 off a dish, or off the bill; or take that back."""
        if line == 0:
            self.take_back(party)
            return
        bill = self.last_statement(party)
        self.touched = {bill.party.pk}
        on_line = kind != AdjustmentKind.SERVICE and line % 2 and bill.lines
        of = {"amount": Decimal("1.23")} if size is None else {"percent": Decimal(size)}
        line_id = bill.lines[line % len(bill.lines)].pk if on_line else None
        told = {"kind": kind, "reason": "late", "actor": self.room.manager, "line_id": line_id, **of}
        self.act("adjust", add_adjustment, party_id=bill.party.pk, **told)

    def take_back(self, pick):
        """Take an adjustment back."""
        row = self.pick_row(Adjustment.objects.filter(removed_at=None), pick)
        if row is not None:
            self.act("take back", remove_adjustment, adjustment_id=row.pk, actor=self.room.manager)

    @rule(party=picks, by=st.sampled_from(["equal", "seat", "amount", "items", "none", "look"]), ways=st.integers(2, 4))
    def split(self, party, by, ways):
        """Divide a bill, or only show it."""
        bill = self.last_statement(party)
        self.touched = {bill.party.pk}
        told = {"party_id": bill.party.pk, "actor": self.room.waiter}
        if by == "look":
            self.act("present", present_bill, **told)
            return
        if by == "amount":
            told["amounts"] = [part_of(bill.total, Fraction(1, ways + 1))]
        if by == "items":
            claimed = {line.pk: Fraction(1, ways) for line in bill.lines[:ways]}
            told["claims"] = [Claim("a", claimed), Claim("b", claimed)]
        self.act(f"split {by}", split_bill, by=by, ways=ways, **told)

    @rule(what=st.sampled_from(["join", "move", "separate", "leave", "write off"]), party=picks, other=picks)
    def regroup(self, what, party, other):
        """Let guests join others, move, be guests of their own again, leave if they have paid, or leave without."""
        self.may_owe_less = True
        row = Party.objects.get(pk=self.party(party))
        told = {"party_id": row.pk, "actor": self.room.waiter}
        if what == "join":
            self.act(what, services.join_parties, other_id=self.party(other), **told)
        elif what in ("move", "separate"):
            service = services.move_party if what == "move" else services.separate_guests
            self.act(what, service, table_id=self.table(other), **told)
        elif what == "write off":
            self.act(what, write_off, party_id=row.pk, reason="gone", actor=self.room.manager)
        elif row.table_id is not None:
            Order.objects.open().filter(party=row).update(status="delivered")
            self.act(what, services.clear_table, table_id=row.table_id, actor=self.room.waiter)

    # --- payments ---------------------------------------------------------------------------------------
    @rule(
        party=picks,
        method=st.sampled_from([Method.CASH, Method.CASH, Method.TERMINAL, Method.VOUCHER, Method.ACCOUNT]),
        part=parts,
        tip=tips,
        share=picks,
        twice=st.booleans(),
    )
    def pay(self, party, method, part, tip, share, twice):
        """Pay the bill or a share without a provider. A repeated request must return the same payment."""
        bill, tender = self.tender(party, method, part, tip, share)
        self.touched = {bill.party.pk}
        actor = self.room.manager if method == Method.ACCOUNT else self.room.waiter
        told = {"party_id": bill.party.pk, "tender": tender, "actor": actor, "once": Once(self.key(), "f")}
        taken = self.act(f"pay {method}", take_payment, **told)
        if taken is not None and twice:
            again = take_payment(**told)
            assert (again.payment.pk, again.replayed) == (taken.payment.pk, True)

    @rule(party=picks, tip=tips)
    def pay_all(self, party, tip):
        """Pay by card what is due, so that whole bills are paid too."""
        self.pay(party, Method.TERMINAL, None, tip, 0, False)

    @rule(party=picks, part=parts, tip=tips, share=picks, fate=fates)
    def pay_online(self, party, part, tip, share, fate):
        """Pay by the dummy provider, whose answer may be lost."""
        bill, tender = self.tender(party, Method.DUMMY, part, tip, share)
        self.touched = {bill.party.pk}
        faults(**FATES[fate])
        told = {"party_id": bill.party.pk, "tender": tender, "actor": self.room.waiter, "once": Once(self.key(), "f")}
        self.act("pay online", start_payment, **told)
        faults()

    def tender(self, party, method, part, tip, share):
        bill = self.last_statement(party)
        chosen = bill.shares[share % len(bill.shares)] if bill.shares and share % 3 else None
        due = bill.due if chosen is None else chosen.due
        fields = {"amount": part_of(due, part), "tip": tip, "share_id": chosen.share.pk if chosen else None}
        if method == Method.VOUCHER:
            fields |= {"voucher": self.code(share), "tip": Decimal(0)}
        if method == Method.ACCOUNT:
            fields |= {"account_id": self.room.account, "tip": Decimal(0)}
        return bill, Tender(method, **fields)

    def code(self, pick):
        raise NotImplementedError

    @rule(
        what=st.sampled_from(["sweep", "sweep", "message", "cancel"]),
        pick=picks,
        minutes=st.sampled_from([1, 3, 11]),
        lost=st.sampled_from([0.0, 0.0, 0.5]),
    )
    def hear_of_the_bank(self, what, pick, minutes, lost):
        """Let time pass and run the sweeps while answers are lost; or cancel; or deliver a webhook three times."""
        if what == "cancel":
            self.cancel(pick)
        elif what == "message":
            self.message(pick)
        else:
            self.wait(minutes=minutes)
            seeded(lost, pick)
            self.ask()
            faults()

    def message(self, pick):
        charge = self.pick_row(DummyCharge.objects.all(), pick)
        if charge is not None:
            body, headers = bell_for(charge.key, moment=self.now.timestamp())
            assert [receive_event(code="dummy", body=body, headers=headers) for _copy in range(3)] == [
                True,
                False,
                False,
            ]
            self.ask()

    def cancel(self, pick):
        row = self.pick_row(Payment.objects.filter(method=Method.DUMMY), pick)
        if row is not None:
            self.act("cancel payment", cancel_payment, payment_id=row.pk, actor=self.room.waiter)

    def ask(self):
        raise NotImplementedError

    @rule(pick=picks, part=parts, tip=st.booleans(), line=picks, fate=st.sampled_from(["answers", "loses", "fails"]))
    def refund(self, pick, part, tip, line, fate):
        """Give a part of a payment back, for the bill or a dish, with the tip or without."""
        row = self.pick_row(Payment.objects.filter(status__in=ARRIVED), pick)
        if row is None:
            self.pay_first(pick, online=line % 2 == 0)
            row = self.pick_row(Payment.objects.filter(status__in=ARRIVED), 0)
        if row is None:
            return
        lines = list(Order.objects.kept().filter(party__bill=row.bill_id).values_list("lines", flat=True))
        self.touched = {holder_of(row.bill)}
        told = {"amount": part_of(row.amount, part) or row.amount, "tip": row.tip if tip else Decimal(0)}
        told["lines"] = [lines[line % len(lines)]] if lines and line % 3 == 0 else []
        faults(**FATES[fate])
        self.act("refund", refund_payment, payment_id=row.pk, reason="cold", actor=self.room.manager, **told)
        faults()

    def pay_first(self, party, *, online=False):
        """Pay a bill with a tip, where nobody has paid yet."""
        if online:
            self.pay_online(party, None, Decimal("2.00"), 0, "answers")
        else:
            self.pay(party, Method.CASH, None, Decimal("2.00"), 0, False)
        self.touched = None

    @rule(pick=picks, by_undo=st.booleans())
    def take_mistake_back(self, pick, by_undo):
        """Undo a payment, or correct its method."""
        rows = Payment.objects.filter(status="captured")
        rows = rows if by_undo else rows.filter(method__in=("cash", "terminal"))
        if self.pick_row(rows, pick) is None:
            self.pay_first(pick)
        row = self.pick_row(rows, pick)
        if row is None:
            return
        self.touched = {holder_of(row.bill)}
        if by_undo:
            self.act("undo", undo_payment, payment_id=row.pk, actor=self.room.waiter)
        else:
            other = "cash" if row.method == "terminal" else "terminal"
            told = {"method": other, "reason": "slip", "actor": self.room.manager}
            self.act("correct", correct_method, payment_id=row.pk, **told)

    # --- tabs -------------------------------------------------------------------------------------------
    @rule(party=picks, amount=st.sampled_from(["5.00", "30.00", "200.00"]), fate=fates)
    def hold(self, party, amount, fate):
        """Open a tab, which reserves an amount on a card."""
        told = {"party_id": self.party(party), "amount": Decimal(amount), "actor": self.room.waiter}
        self.touched = {told["party_id"]}
        faults(**FATES[fate])
        self.act("open tab", open_tab, once=Once(self.key(), "f"), **told)
        faults()

    @rule(pick=picks, part=parts, tip=tips, fate=st.sampled_from(["answers", "loses", "fails"]), ends=st.booleans())
    def end_tab(self, pick, part, tip, fate, ends):
        """Capture a tab, or release it."""
        if self.pick_row(self.tabs(), pick) is None:
            self.hold(pick, "200.00", "answers")
        row = self.pick_row(self.tabs(), pick)
        if row is None:
            return
        self.touched = {holder_of(row.bill)}
        told = {"payment_id": row.pk, "actor": self.room.waiter}
        due = self.statement(holder_of(row.bill)).due
        faults(**FATES[fate])
        if ends:
            self.act("release tab", release_tab, **told)
        else:
            self.act("capture tab", capture_tab, amount=part_of(due, part), tip=tip, **told)
        faults()

    def tabs(self):
        return Payment.objects.filter(authorised__isnull=False)

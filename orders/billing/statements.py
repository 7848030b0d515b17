"""The bill as it is now: the one read model that pages, API and services share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor

from bistro.core.kernel.money import ZERO, units_of
from bistro.core.models import Restaurant
from bistro.core.speed.compiled_queries import set_prefetched
from orders.billing import compiled_queries as compiled
from orders.billing.models import Adjustment, Bill, Payment, Refund, Share, Voucher
from orders.billing.selectors import adjustments_of, reduced
from orders.billing.splitting import Part, totals
from orders.billing.transitions import ARRIVED
from orders.models import Order, OrderLine
from orders.owing import Owed, owed
from orders.service_charge import Service
from tables.families import family_of
from tables.models import Party


@dataclass(frozen=True, slots=True)
class ShareState:
    """A share with its amounts. `reserved` is in payments that are under way."""

    share: Share
    total: Decimal
    paid: Decimal
    reserved: Decimal

    @property
    def due(self) -> Decimal:
        """Return what is still to pay, without what is under way."""
        return max(self.total - self.paid - self.reserved, ZERO)


@dataclass(frozen=True)
class Statement:
    """The bill of a party, with those of the parties that joined it. `bill` is None until the first change of the bill.

    `taken` is what each adjustment takes off, {its id: amount}.
    """

    restaurant: Restaurant
    party: Party
    bills: tuple[Bill, ...]
    orders: tuple[Order, ...]
    adjustments: tuple[Adjustment, ...]
    owed: Owed
    taken: Mapping[int, Decimal]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    shares: tuple[ShareState, ...]
    deposits: tuple[Voucher, ...] = ()

    @property
    def deposit(self) -> Decimal:
        """Return what the guests paid as a deposit for their booking and have not spent yet. It is due no more."""
        return _balance_of(self.deposits)

    @property
    def bill(self) -> Bill | None:
        return next((bill for bill in self.bills if bill.party_id == self.party.pk), None)

    @property
    def version(self) -> int:
        """Return a number that rises with every change of the bill itself; 0 before the first."""
        return sum(bill.version for bill in self.bills)

    @cached_property
    def lines(self) -> tuple[OrderLine, ...]:
        """Return the lines that guests owe, oldest order first."""
        return tuple(line for order in self.orders if order.is_kept for line in order.lines.all())

    @property
    def total(self) -> Decimal:
        """Return what the guests must pay in all, with service charge and tax."""
        return self.owed.total

    @property
    def service(self) -> Service:
        """Return the service charge in the total."""
        return self.owed.service

    @property
    def captured(self) -> tuple[Payment, ...]:
        """Return the payments whose money has arrived, also those that went back since."""
        return tuple(payment for payment in self.payments if payment.status in ARRIVED)

    @property
    def paid(self) -> Decimal:
        """Return what was paid and not given back."""
        return sum((payment.amount for payment in self.captured), ZERO) - sum(
            (refund.amount for refund in self.refunds), ZERO
        )

    @property
    def tips(self) -> Decimal:
        """Return the tips that were not given back."""
        given = sum((payment.tip for payment in self.captured), ZERO)
        return given - sum((refund.tip for refund in self.refunds), ZERO)

    @property
    def reserved(self) -> Decimal:
        """Return what payments under way have taken."""
        return sum((payment.amount for payment in self.payments if payment.reserves), ZERO)

    @property
    def sale(self) -> Decimal:
        """Return what the house keeps: the total without what refunds gave back of it."""
        return self.total - min(self.total, sum(map(self._of_sale, self.refunds), ZERO))

    def _of_sale(self, refund: Refund) -> Decimal:
        """Return what a refund takes off the sale: nothing for dishes that were voided since."""
        if not refund.lines:
            return refund.of_sale
        there = sum((self.owed.with_service.get(line, ZERO) for line in refund.lines), ZERO)
        return min(refund.of_sale, there)

    @property
    def for_no_share(self) -> Decimal:
        """Return what was paid, is under way, or lies in a deposit for the bill as a whole."""
        return _for_no_share(self.payments, self.refunds, self.deposits)

    @property
    def given_up(self) -> Decimal:
        """Return the write-offs as they are stored."""
        return sum((bill.written_off for bill in self.bills), ZERO)

    @property
    def written_off(self) -> Decimal:
        """Return what the house has given up, less where dishes were voided since, or money came after all."""
        return min(self.given_up, max(self.sale - self.paid, ZERO))

    @property
    def open(self) -> Decimal:
        """Return what is neither paid nor written off. Negative if too much was paid."""
        return self.sale - self.paid - self.written_off

    @property
    def due(self) -> Decimal:
        """Return what can still be paid: what is open, not under way, and not in a deposit."""
        return max(self.open - self.reserved - self.deposit, ZERO)

    @property
    def excess(self) -> Decimal:
        """Return what was paid too much, for example because a dish was voided later."""
        return max(self.paid - self.sale, ZERO)

    @property
    def state(self) -> str:
        """Return `open`, `presented`, `settled` or `written_off`."""
        if self.open <= 0 and (self.captured or self.written_off):
            return "written_off" if self.written_off else "settled"
        return "presented" if any(bill.presented_at for bill in self.bills) else "open"

    def left_of(self, payment: Payment) -> Decimal:
        """Return what of a payment was not given back, without its tip."""
        return payment.amount - sum((each.amount for each in self.refunds if each.payment_id == payment.pk), ZERO)

    def tip_left_of(self, payment: Payment) -> Decimal:
        """Return what of the tip of a payment was not given back."""
        return payment.tip - sum((each.tip for each in self.refunds if each.payment_id == payment.pk), ZERO)

    def free_parts(self, lines: Iterable[int]) -> dict[int, Fraction]:
        """Return the parts of these lines that no share of dishes claims, {line id: part}, without empty ones."""
        claimed: dict[int, Fraction] = {}
        for state in self.shares:
            for line, part in state.share.parts.items():
                claimed[line] = claimed.get(line, Fraction(0)) + part
        free = {line: 1 - claimed.get(line, Fraction(0)) for line in lines}
        return {line: part for line, part in free.items() if part > 0}

    def amount_of(self, parts: Mapping[int, Fraction]) -> Decimal:
        """Return what these parts of lines cost with their service charge, rounded down to the smallest unit."""
        rounding = self.restaurant.rounding
        exact = sum(
            (units_of(self.owed.with_service[line], rounding) * part for line, part in parts.items()), Fraction(0)
        )
        return rounding.amount(floor(exact))

    def share(self, share_id: int) -> ShareState | None:
        """Return a share of this bill, or None."""
        return next((each for each in self.shares if each.share.pk == share_id), None)


def read_statement(party: Party, restaurant: Restaurant) -> Statement:
    """Read the bill of a party in a constant number of queries."""
    family = family_of(party)
    bills = compiled.bills_of_parties(restaurant.pk, family)
    orders = compiled.orders_of_party(restaurant.pk, party.pk)
    set_prefetched(orders, "lines", compiled.lines_of_orders([order.pk for order in orders]) if orders else [], "order")
    kept = [order for order in orders if order.is_kept]
    adjustments = tuple(adjustments_of(kept))
    answer = reduced(kept, adjustments)
    amounts = owed(kept, answer.amounts)
    keys = [bill.pk for bill in bills]
    payments = compiled.payments_of_bills(keys) if bills else []
    refunds = compiled.refunds_of_payments([payment.pk for payment in payments]) if payments else []
    shares = compiled.shares_of_bills(keys) if bills else []
    deposits = compiled.deposits_of_parties(family)
    return Statement(
        restaurant=restaurant,
        party=party,
        bills=tuple(bills),
        orders=tuple(orders),
        adjustments=adjustments,
        owed=amounts,
        taken=answer.taken,
        payments=tuple(payments),
        refunds=tuple(refunds),
        shares=_share_states(shares, kept, amounts, payments, refunds, deposits, restaurant),
        deposits=tuple(deposits),
    )


def part_of(share: Share) -> Part:
    """Return a share as the computation of its total needs it."""
    return Part(share.pk, share.kind, share.seat, share.amount, share.parts, share.total)


def seats_of(orders: Sequence[Order]) -> dict[int, int | None]:
    """Return {line id: its seat or None}."""
    return {line.pk: line.seat for order in orders for line in order.lines.all()}


def _share_states(
    shares: Sequence[Share],
    orders: Sequence[Order],
    amounts: Owed,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    deposits: Sequence[Voucher],
    restaurant: Restaurant,
) -> tuple[ShareState, ...]:
    if not shares:
        return ()
    captured = [payment for payment in payments if payment.status in ARRIVED]
    under_way = [payment for payment in payments if payment.reserves]
    common = _for_no_share(payments, refunds, deposits)
    found = totals(
        [part_of(share) for share in shares], amounts.with_service, seats_of(orders), restaurant.rounding, common
    )
    return tuple(
        ShareState(share, found[share.pk], paid_for(share.pk, captured, refunds), paid_for(share.pk, under_way, ()))
        for share in shares
    )


def _for_no_share(payments: Sequence[Payment], refunds: Sequence[Refund], deposits: Sequence[Voucher]) -> Decimal:
    return paid_for(None, counted(payments), refunds) + _balance_of(deposits)


def _balance_of(deposits: Sequence[Voucher]) -> Decimal:
    return sum((voucher.balance for voucher in deposits), ZERO)


def counted(payments: Sequence[Payment]) -> list[Payment]:
    """Return the payments that have arrived or are under way, without tabs and those that ended without money."""
    return [payment for payment in payments if payment.has_arrived or payment.reserves]


def paid_for(share_id: int | None, payments: Sequence[Payment], refunds: Sequence[Refund]) -> Decimal:
    """Return the amounts of these payments for a share, or for none, without what was paid too much and went back.

    What a refund gave back of the sale is not due again.
    """
    amounts = {payment.pk: payment.amount for payment in payments if payment.share_id == share_id}
    back = [refund.amount - refund.of_sale for refund in refunds if refund.payment_id in amounts]
    return sum(amounts.values(), ZERO) - sum(back, ZERO)

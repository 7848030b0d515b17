"""The tips of a business day by the person, pool or house that has them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.money import ZERO
from bistro.core.models import Membership, Restaurant, Staff
from orders.billing.models import Payment, Refund, TipRule
from orders.billing.tip_models import usual_points
from orders.billing.transitions import ARRIVED, RefundState, TipTo
from orders.models import Order
from orders.till.models import TillMove, TipMove
from orders.till.transitions import MoveKind, TipMoveKind


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of tips: the pool, the house, or a person with the id `staff`."""

    to: str
    staff: int | None = None


POOL, HOUSE = Holder(TipTo.POOL), Holder(TipTo.HOUSE)


@dataclass(slots=True)
class Tips:
    """The tips of a holder: of payments, from or for the pool, and by corrections."""

    own: Decimal = ZERO
    shared: Decimal = ZERO
    corrected: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.own + self.shared + self.corrected

    def move(self, kind: str, amount: Decimal) -> None:
        """Add an amount of a move, negative for what goes away."""
        if kind == TipMoveKind.SHARE:
            self.shared += amount
        else:
            self.corrected += amount


@dataclass(frozen=True, slots=True)
class TipBook:
    """The tips of a business day. `moves` are the shares of the pool and the corrections."""

    day: date
    held: Mapping[Holder, Tips]
    moves: Sequence[TipMove]
    paid_out: Mapping[int, Decimal] = field(default_factory=dict)

    def of(self, holder: Holder) -> Tips:
        """Return the tips of a holder."""
        return self.held.get(holder, Tips())

    @property
    def to_share(self) -> Decimal:
        """Return what the pool of the day has got in all, also what was shared already."""
        pool = self.of(POOL)
        return max(pool.own + pool.corrected, ZERO)


def read_book(restaurant: Restaurant, day: date) -> TipBook:
    """Read the tips of a business day, in four queries. What was refunded on the day is taken off its recipient."""
    held: dict[Holder, Tips] = defaultdict(Tips)
    payments = Payment.objects.of_restaurant(restaurant.pk).filter(business_date=day, tip__gt=0, status__in=ARRIVED)
    for payment in payments:
        held[recipient_of(payment)].own += payment.tip
    refunds = Refund.objects.of_restaurant(restaurant.pk).filter(business_date=day, tip__gt=0)
    for refund in refunds.exclude(status=RefundState.FAILED).select_related("payment"):
        held[recipient_of(refund.payment)].own -= refund.tip
    moves = list(TipMove.objects.of_restaurant(restaurant.pk).filter(of_day=day).select_related(*PEOPLE))
    for move in moves:
        held[giver_of(move)].move(move.kind, -move.amount)
        held[taker_of(move)].move(move.kind, move.amount)
    return TipBook(day, held, moves, _paid_out(restaurant, day))


PEOPLE = ("giver_staff", "taker_staff")


def recipient_of(payment: Payment) -> Holder:
    """Return whose the tip of a payment is."""
    return Holder(payment.tip_to, payment.tip_staff_id)


def giver_of(move: TipMove) -> Holder:
    """Return the holder that a move takes tips from."""
    return Holder(move.giver, move.giver_staff_id)


def taker_of(move: TipMove) -> Holder:
    """Return the holder that a move gives tips to."""
    return Holder(move.taker, move.taker_staff_id)


def holder_words(to: str, staff: Staff | None) -> str:
    """Return a holder in words."""
    if to == TipTo.PERSON:
        return str(staff)
    return _("Pool") if to == TipTo.POOL else _("House")


def rule_of_day(restaurant: Restaurant, day: date) -> TipRule:
    """Return the rule for tips at the end of a business day; the usual one if the restaurant has set none."""
    ends = restaurant.day_begins(date.fromordinal(day.toordinal() + 1))
    rule: TipRule | None = TipRule.objects.of_restaurant(restaurant.pk).filter(since__lt=ends).first()
    return rule or TipRule(points=usual_points())


def people_of(restaurant: Restaurant, staff: Iterable[int] | None = None) -> list[Membership]:
    """Return the active people of a restaurant by name, or those with these ids, active or not."""
    rows = Membership.objects.of_restaurant(restaurant.pk).select_related("staff")
    found = rows.active() if staff is None else rows.filter(staff__in=list(staff))
    return sorted(found, key=lambda member: str(member.staff))


def worked_on(restaurant: Restaurant, day: date) -> set[int]:
    """Return the ids of the staff who took orders or money, or served guests, on a business day."""
    orders = Order.objects.of_restaurant(restaurant.pk).filter(business_date=day).order_by()
    served = orders.values_list("placed_by_staff", "party__server").distinct()
    money = TillMove.objects.of_restaurant(restaurant.pk).filter(business_date=day).order_by()
    found = {person for pair in served for person in pair}
    found |= set(money.values_list("staff", flat=True).distinct())
    return {person for person in found if person is not None}


def people_in(book: TipBook, restaurant: Restaurant) -> list[Membership]:
    """Return the active people, and those who have tips of the day, by name."""
    known = {holder.staff for holder in book.held if holder.staff is not None} | set(book.paid_out)
    members = {member.staff_id: member for member in [*people_of(restaurant), *people_of(restaurant, known)]}
    return sorted(members.values(), key=lambda member: str(member.staff))


def sharers_in(book: TipBook, restaurant: Restaurant) -> set[int]:
    """Return the ids of the staff who got a share of the pool, else of those who worked on the day."""
    got = {holder.staff for holder, tips in book.held.items() if tips.shared and holder.staff is not None}
    return got or worked_on(restaurant, book.day)


def _paid_out(restaurant: Restaurant, day: date) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = TillMove.objects.of_restaurant(restaurant.pk).filter(business_date=day, kind=MoveKind.TIP_OUT)
    for person, amount in rows.order_by().values_list("recipient", "amount"):
        if person is not None:
            found[person] -= amount
    return dict(found)

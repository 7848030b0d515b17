"""The read models of the pages of vouchers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.core.paginator import Page, Paginator
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from orders.billing.models import Voucher, VoucherMove
from orders.billing.transitions import Method, VoucherMoveKind, VoucherState
from orders.billing.vouchers.codes import grouped
from orders.billing.vouchers.selectors import may_read_code, owed_for_vouchers, state_of

PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class ShownVoucher:
    """A voucher as people read it."""

    id: int
    tail: str
    value: str
    balance: str
    state: VoucherState
    words: str
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class VouchersPage:
    """The page that sells vouchers. `rows` are all of them, newest first, for people who read reports; else None."""

    rows: Sequence[ShownVoucher] | None
    page: Page[Voucher] | None
    owed: str
    today: date
    key: str


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A change of the balance."""

    words: str
    amount: str
    move: VoucherMove


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """The page of a voucher. `code` is "" for people who may not see it."""

    shown: ShownVoucher
    code: str
    paid_by: str
    moves: Sequence[ShownMove]
    can_void: bool
    restaurant: Restaurant


def read_vouchers(actor: Actor, number: str = "") -> VouchersPage:
    """Return the page of vouchers, with one page of the list."""
    restaurant = restaurant_of(actor)
    today = restaurant.business_date(timezone.now())
    if not actor.may(Permission.READ_REPORTS):
        return VouchersPage(None, None, "", today, uuid4().hex)
    page = Paginator(Voucher.objects.visible_to(actor).filter(deposit=None).order_by("-pk"), PER_PAGE).get_page(number)
    owed = display(owed_for_vouchers(restaurant.pk), restaurant.currency, restaurant.locale)
    rows = [_shown(voucher, restaurant, today) for voucher in page]
    return VouchersPage(rows, page, owed, today, uuid4().hex)


def read_voucher(voucher: Voucher, actor: Actor) -> VoucherPage:
    """Return the page of a voucher."""
    restaurant, now = restaurant_of(actor), timezone.now()
    shown = _shown(voucher, restaurant, restaurant.business_date(now))
    return VoucherPage(
        shown=shown,
        code=grouped(voucher.code) if may_read_code(voucher, actor, now) else "",
        paid_by=str(Method(voucher.method).label),
        moves=[
            ShownMove(
                str(VoucherMoveKind(move.kind).label), display(move.amount, voucher.currency, restaurant.locale), move
            )
            for move in voucher.moves.all()
        ],
        can_void=shown.state in (VoucherState.OPEN, VoucherState.EXPIRED) and actor.may(Permission.APPROVE_BILL),
        restaurant=restaurant,
    )


def _shown(voucher: Voucher, restaurant: Restaurant, day: date) -> ShownVoucher:
    state = state_of(voucher, day)
    return ShownVoucher(
        id=voucher.pk,
        tail=voucher.tail,
        value=display(voucher.value, voucher.currency, restaurant.locale),
        balance=display(voucher.balance, voucher.currency, restaurant.locale),
        state=state,
        words=str(state.label),
        voucher=voucher,
    )

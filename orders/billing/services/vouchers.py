"""The services that sell a voucher and cancel it. Payments and refunds spend it and fill it again."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, display, to_coin
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Voucher
from orders.billing.services.locking import require_money, require_reason
from orders.billing.services.spending import add_move, balance_too_small, voided_voucher
from orders.billing.slips import slip_number
from orders.billing.transitions import Method, VoucherMoveKind
from orders.billing.voucher_events import VoucherSold, VoucherVoided
from orders.billing.vouchers.codes import new_code
from orders.billing.vouchers.selectors import no_voucher
from orders.services import Once
from orders.services.keys import made_before

SOLD_FOR = (Method.CASH, Method.TERMINAL)


@dataclass(frozen=True, slots=True)
class Sale:
    """The voucher that a guest buys. `method` is cash or the card terminal; `expires_on` is its last day, or None."""

    value: Decimal
    method: str
    expires_on: date | None = None
    slip: str = ""


def sell_voucher(*, sale: Sale, actor: Actor, once: Once | None = None) -> tuple[Voucher, bool]:
    """Sell a voucher and return it and whether an equal request sold it before. Cash goes into the till.

    Raises InvalidInput (`method_not_offered`, an expiry that is over), ReusedKey, NotPermitted.
    """
    actor.require(Permission.USE_TILL)
    try:
        return _sell(sale, actor, once)
    except IntegrityError:  # a request with this key was first
        return _sell(sale, actor, once)


def void_voucher(*, voucher_id: int, reason: str, pay_back: bool, actor: Actor) -> Voucher:
    """Cancel a voucher. Its balance goes back as it was paid, or the house keeps it.

    Locks: the voucher. Raises LostRace (`voucher_void`), InvalidInput (`voucher_too_small` if nothing is on it),
    NotYours, NotPermitted.
    """
    actor.require(Permission.APPROVE_BILL)
    reason = require_reason(reason)
    with UnitOfWork(actor) as work:
        rows = Voucher.objects.of_restaurant(work.restaurant_id).filter(pk=voucher_id, deposit=None).locked()
        voucher: Voucher | None = next(iter(rows), None)
        if voucher is None:
            raise no_voucher()
        if voucher.voided_at is not None:
            raise voided_voucher()
        if not voucher.balance:
            raise balance_too_small(voucher)
        left, kind = voucher.balance, VoucherMoveKind.PAID_BACK if pay_back else VoucherMoveKind.LAPSED
        voucher.balance, voucher.voided_at = ZERO, work.now
        voucher.save(update_fields=["balance", "voided_at"])
        move = add_move(voucher, kind, -left, work, reason=reason)
        work.record(VoucherVoided(voucher=voucher, move=move))
    return voucher


def _sell(sale: Sale, actor: Actor, once: Once | None) -> tuple[Voucher, bool]:
    with UnitOfWork(actor) as work:
        if (known := made_before(Voucher.objects.all(), once, work)) is not None:
            return known, True
        restaurant = Restaurant.objects.get(pk=work.restaurant_id)
        _require_sale(sale, restaurant, work)
        voucher = Voucher.objects.create(
            restaurant_id=work.restaurant_id,
            code=new_code(),
            currency=restaurant.currency,
            value=sale.value,
            balance=sale.value,
            expires_on=sale.expires_on,
            method=sale.method,
            slip=slip_number(sale.slip),
            sold_at=work.now,
            sold_by=actor.label[:120],
            credential=actor.credential,
            key=once.key if once else None,
            fingerprint=once.fingerprint if once else "",
        )
        move = add_move(voucher, VoucherMoveKind.SOLD, voucher.value, work)
        work.record(VoucherSold(voucher=voucher, move=move))
    return voucher, False


def _require_sale(sale: Sale, restaurant: Restaurant, work: UnitOfWork) -> None:
    require_money(sale.value, restaurant.currency, "value")
    if sale.method not in SOLD_FOR:
        message = _("A voucher is paid in cash or by the card terminal.")
        raise InvalidInput(message, code="method_not_offered", fields={"method": [message]})
    if sale.method == Method.CASH and to_coin(sale.value, restaurant.cash_rounding) != sale.value:
        coin = display(restaurant.cash_rounding or ZERO, restaurant.currency, restaurant.locale)
        message = _("The smallest coin is %(coin)s.") % {"coin": coin}
        raise InvalidInput(message, fields={"value": [message]})
    if sale.expires_on is not None and sale.expires_on < restaurant.business_date(work.now):
        message = _("This day is over.")
        raise InvalidInput(message, fields={"expires_on": [message]})

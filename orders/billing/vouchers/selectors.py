"""Reads of vouchers: by code or id, and what the house owes for all of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from orders.billing.models import Voucher
from orders.billing.transitions import VoucherState
from orders.billing.vouchers.codes import code_in

LARGEST_ID = 2**63
AFTER_SALE = timedelta(minutes=15)  # the seller may show and print the code again


def voucher_of_code(code: str, restaurant_id: int) -> Voucher:
    """Return the voucher with a typed code. Raises NotYours (`voucher_not_found`)."""
    known = code_in(code)
    rows = Voucher.objects.of_restaurant(restaurant_id)
    voucher: Voucher | None = rows.filter(code=known, deposit=None).first() if known else None
    if voucher is None:
        raise no_voucher()
    return voucher


def voucher_for(actor: Actor | None, pk: int) -> Voucher:
    """Return a voucher by its id. Raises NotYours if it is missing or of another restaurant."""
    voucher = Voucher.objects.visible_to(actor).filter(pk=pk, deposit=None).first() if pk < LARGEST_ID else None
    if voucher is None:
        raise no_voucher()
    return voucher


def no_voucher() -> NotYours:
    """Return the refusal of a voucher that is missing."""
    return NotYours(_("There is no voucher with this code."), code="voucher_not_found")


def state_of(voucher: Voucher, day: date) -> VoucherState:
    """Return the state of a voucher on a business day."""
    if voucher.voided_at is not None:
        return VoucherState.VOID
    if not voucher.balance:
        return VoucherState.SPENT
    is_over = voucher.expires_on is not None and voucher.expires_on < day
    return VoucherState.EXPIRED if is_over else VoucherState.OPEN


def may_read_code(voucher: Voucher, actor: Actor, now: datetime) -> bool:
    """Return whether a person may see the code: managers, and the seller for some minutes after the sale."""
    is_seller = voucher.credential == actor.credential and now - voucher.sold_at < AFTER_SALE
    return is_seller or actor.may(Permission.APPROVE_BILL)


def owed_for_vouchers(restaurant_id: int) -> Decimal:
    """Return the balance of all vouchers and deposits of a restaurant."""
    rows = Voucher.objects.of_restaurant(restaurant_id).exclude(balance=0)
    return rows.aggregate(sum=Sum("balance"))["sum"] or ZERO
